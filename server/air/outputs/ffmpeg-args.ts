// The arguments of every worker: the one file that knows fluent-ffmpeg, used only to build them.
import ffmpeg from 'fluent-ffmpeg';
import type { Target } from './address.ts';
import type { RadioChain } from '../radio/chain.ts';

/** What all workers share. */
export interface WorkerSettings {
  /** Bundle of trusted authorities for TLS. */
  readonly caFile: string;
  /** Kernel send buffer, bytes: what a frozen peer can hide from us. */
  readonly sendBufferBytes: number;
}

/** Descriptors a worker inherits beside stdin, stdout and stderr. */
export const progressFd = 3;
export const presetFd = 4;

/** The builder's own list; its types leave the method out. */
interface ArgumentList {
  _getArguments(): string[];
}

/** A destination that takes the program as it is: FLV on stdin, copied to RTMP or RTMPS. */
export function destinationArgs(target: Target, settings: WorkerSettings): string[] {
  const command = program(500_000)
    .outputOptions('-map', '0:v:0?', '-map', '0:a:0?', '-c', 'copy')
    .outputOptions('-flvflags', 'no_duration_filesize')
    .outputOptions(...network(target, settings))
    .outputFormat('flv')
    .output(target.url);
  return listOf(command);
}

/** A radio feed: the program's audio through the chain, as MP3 to an Icecast mount. */
export function radioArgs(target: Target, chain: RadioChain, settings: WorkerSettings): string[] {
  const command = program(32_768)
    .outputOptions('-map', '0:a:0', '-vn')
    .audioFilters(chain.filters.join(','))
    .outputOptions(...chain.encoding)
    // No seekable headers in a stream, and every frame at once: 32 kB of buffer is seconds of sound.
    .outputOptions('-write_xing', '0', '-id3v2_version', '0', '-flush_packets', '1')
    .outputOptions('-method', 'PUT', '-send_expect_100', '1', '-chunked_post', '0')
    .outputOptions('-content_type', 'audio/mpeg')
    .outputOptions(...network(target, settings))
    .outputFormat('mp3')
    .output(target.url);
  return listOf(command);
}

/** The program on stdin. `probeBytes` bounds the look ahead before the output is opened. */
function program(probeBytes: number): ffmpeg.FfmpegCommand {
  return ffmpeg('pipe:0')
    .inputFormat('flv')
    .inputOptions('-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+warning')
    .inputOptions('-progress', `pipe:${progressFd}`, '-stats_period', '0.25')
    .inputOptions('-fflags', '+nobuffer')
    .inputOptions('-analyzeduration', '500000', '-probesize', String(probeBytes));
}

function network(target: Target, settings: WorkerSettings): string[] {
  return [
    '-rw_timeout',
    '5000000',
    '-send_buffer_size',
    String(settings.sendBufferBytes),
    ...(target.tls ? ['-tls_verify', '1', '-ca_file', settings.caFile] : []),
    '-fpre',
    `/dev/fd/${presetFd}`,
  ];
}

function listOf(command: ffmpeg.FfmpegCommand): string[] {
  // oxlint-disable-next-line no-underscore-dangle -- the library's only way to its argument list
  return (command as unknown as ArgumentList)._getArguments();
}
