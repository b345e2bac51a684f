// Which ffmpeg the workers will be, asked once.
import { execFile } from 'node:child_process';

const deadlineMs = 10_000;

/** Version of the ffmpeg found in PATH, such as `5.1.9-0+deb12u1`; null when there is none. */
export function findFfmpegVersion(ffmpeg = 'ffmpeg'): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(
      ffmpeg,
      ['-hide_banner', '-version'],
      { timeout: deadlineMs, maxBuffer: 1024 * 1024 },
      (error, stdout) => {
        resolve(error ? null : (/^ffmpeg version (\S+)/.exec(stdout)?.[1] ?? null));
      },
    );
  });
}
