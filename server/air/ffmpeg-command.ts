// The one file that knows fluent-ffmpeg: archived upstream, it builds lists of arguments and runs nothing.
import ffmpeg from 'fluent-ffmpeg';

/** A command being built; see `argumentsOf`. */
export type FfmpegCommand = ffmpeg.FfmpegCommand;

/** Begins a command, with its first input if one is given. */
export function ffmpegCommand(input?: string): FfmpegCommand {
  return input === undefined ? ffmpeg() : ffmpeg(input);
}

/** The builder's own list; its types leave the method out. */
interface ArgumentList {
  _getArguments(): string[];
}

/** What was built, for `spawn`: no shell ever sees it. */
export function argumentsOf(command: FfmpegCommand): string[] {
  // oxlint-disable-next-line no-underscore-dangle -- the library's only way to build without running
  return (command as unknown as ArgumentList)._getArguments();
}
