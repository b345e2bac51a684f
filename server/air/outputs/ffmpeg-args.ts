// The arguments of every output's worker.
import { argumentsOf, ffmpegCommand, type FfmpegCommand } from '../ffmpeg-command.ts';
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
/** The file a recording is written to, opened by us: no path to get wrong or to write over. */
export const mediaFd = 5;

/** A destination that takes the program as it is: FLV on stdin, copied to RTMP or RTMPS. */
export function destinationArgs(target: Target, settings: WorkerSettings): string[] {
  const command = program(500_000)
    .outputOptions('-map', '0:v:0?', '-map', '0:a:0?', '-c', 'copy')
    .outputOptions('-flvflags', 'no_duration_filesize')
    .outputOptions(...network(target, settings))
    .outputFormat('flv')
    .output(target.url);
  return argumentsOf(command);
}

/** How an SRT destination is sent to. */
export interface SrtSending {
  /** How long the receiver may wait for a packet to be sent again, ms. */
  readonly latencyMs: number;
  /** What may wait for acknowledgement, bytes; full, it pushes back instead of losing packets. */
  readonly sendBufferBytes: number;
}

/** A destination that takes the program as it is: copied to MPEG-TS over SRT, as caller. */
export function srtArgs(target: Target, sending: SrtSending): string[] {
  const command = program(500_000)
    .outputOptions('-map', '0:v:0?', '-map', '0:a:0?', '-c', 'copy')
    // Seven TS packets to a datagram; libsrt's own defaults lose what waits longer than a second.
    .outputOptions('-pkt_size', '1316', '-snddropdelay', '-1')
    .outputOptions('-sndbuf', String(sending.sendBufferBytes))
    // Half as much again as what comes in, and no more: resending must not choke the link.
    .outputOptions('-maxbw', '0', '-inputbw', '0', '-oheadbw', '50')
    // In µs, unlike everybody else's SRT latency.
    .outputOptions('-latency', String(sending.latencyMs * 1000))
    .outputOptions('-connect_timeout', '3000', '-rw_timeout', '5000000')
    .outputOptions(...preset)
    .outputFormat('mpegts')
    .output(target.url);
  return argumentsOf(command);
}

/** An encode of its own. */
export interface PictureEncoding {
  /** ffmpeg video filters as one chain: one picture in, one out. */
  readonly filter: string;
  readonly fps: number;
  readonly videoKbps: number;
}

/** A destination with pictures of its own: decoded, filtered, encoded at a constant rate; sound copied. */
export function encodedArgs(
  target: Target,
  encoding: PictureEncoding,
  settings: WorkerSettings,
): string[] {
  const { fps, videoKbps } = encoding;
  const rate = `${videoKbps}k`;
  const command = program(500_000, '-threads', '1')
    .outputOptions('-map', '0:v:0', '-map', '0:a:0?')
    .outputOptions('-vf', encoding.filter)
    // Whatever is lost or cut before, a picture leaves for each tick of the clock.
    .outputOptions('-fps_mode', 'cfr', '-r', String(fps))
    .outputOptions('-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'high', '-threads', '2')
    .outputOptions('-b:v', rate, '-maxrate', rate, '-bufsize', rate)
    .outputOptions('-g', String(fps * 2), '-sc_threshold', '0')
    .outputOptions('-c:a', 'copy', '-flvflags', 'no_duration_filesize')
    .outputOptions(...network(target, settings))
    .outputFormat('flv')
    .output(target.url);
  return argumentsOf(command);
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
  return argumentsOf(command);
}

/**
 * A recording: copied to MP4 in fragments of a second at most, each whole on its own, so that what
 * was written before a crash plays. The index waits for the first fragment, or sound and picture
 * would lose their distance to each other.
 */
export function recordingArgs(): string[] {
  const command = program(500_000)
    .outputOptions('-map', '0:v:0?', '-map', '0:a:0?', '-c', 'copy')
    .outputOptions('-movflags', '+frag_keyframe+empty_moov+delay_moov+default_base_moof')
    .outputOptions('-frag_duration', '1000000', '-flush_packets', '1')
    .outputFormat('mp4')
    .output(`pipe:${mediaFd}`);
  return argumentsOf(command);
}

/**
 * A web player: copied to fragmented MP4 on stdout, a fragment for each part and a new one at each
 * key frame. Times are the bus's own: the packager knows the program's tags by them. Without a trailer,
 * of which ffmpeg would keep the index in memory, 80 bytes for each part: 1.4 MB an hour.
 */
export function webPlayerArgs(fragmentMs: number): string[] {
  const command = program(500_000, '-copyts')
    .outputOptions('-map', '0:v:0', '-map', '0:a:0?', '-c', 'copy')
    .outputOptions(
      '-movflags',
      '+frag_keyframe+empty_moov+default_base_moof+frag_discont+skip_trailer',
    )
    .outputOptions('-frag_duration', String(fragmentMs * 1000), '-flush_packets', '1')
    .outputOptions('-use_editlist', '0', '-avoid_negative_ts', 'disabled')
    .outputFormat('mp4')
    .output('pipe:1');
  return argumentsOf(command);
}

/**
 * The program on stdin. `probeBytes` bounds the look ahead before the output is opened. Never with
 * `-fflags nobuffer`: it throws away what was looked at, a whole group of pictures at each start.
 */
function program(probeBytes: number, ...decoding: string[]): FfmpegCommand {
  return (
    ffmpegCommand('pipe:0')
      .inputFormat('flv')
      .inputOptions('-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+warning')
      .inputOptions('-progress', `pipe:${progressFd}`, '-stats_period', '0.25')
      // The tags say what they are: guessing the frame rate from half a second of them is dead air.
      .inputOptions('-analyzeduration', '500000', '-probesize', String(probeBytes))
      .inputOptions('-fpsprobesize', '0', ...decoding)
  );
}

const preset = ['-fpre', `/dev/fd/${presetFd}`] as const;

function network(target: Target, settings: WorkerSettings): string[] {
  return [
    '-rw_timeout',
    '5000000',
    '-send_buffer_size',
    String(settings.sendBufferBytes),
    ...(target.tls ? ['-tls_verify', '1', '-ca_file', settings.caFile] : []),
    ...preset,
  ];
}
