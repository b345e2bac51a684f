// How the program as sent is measured: ffmpeg's arguments.
import { argumentsOf, ffmpegCommand } from '../ffmpeg-command.ts';
import { pictureSize } from './picture.ts';

/** Descriptor on which the small grey pictures come, one after the other, without any header. */
export const pictureFd = 3;

/**
 * FLV on stdin → every picture it holds, small and grey, on `pictureFd`; with `sound` the loudness of
 * all audio as lines on stderr, ten a second.
 *
 * The feed holds key frames only, so nothing is skipped here. No `nobuffer`: it throws away what was
 * read while probing, the first picture among it. One thread everywhere: a threaded encoder of raw
 * pictures keeps some back, each worth two seconds here. `metadata=1` makes the meter work in blocks
 * of 100 ms, so that its peak of a frame is the peak of a reading.
 */
export function healthArgs(sound: boolean): string[] {
  const { width, height } = pictureSize;
  const command = ffmpegCommand('pipe:0')
    .inputFormat('flv')
    .inputOptions('-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+info')
    .inputOptions('-filter_threads', '1', '-threads', '1')
    .inputOptions('-analyzeduration', '500000', '-probesize', '500000')
    .output(`pipe:${pictureFd}`)
    .outputOptions('-map', '0:v:0', '-an', '-threads', '1', '-fps_mode', 'passthrough')
    .videoFilters(`scale=w=${width}:h=${height}:flags=area,format=gray`)
    .outputOptions('-flush_packets', '1')
    .outputFormat('rawvideo');
  if (sound) {
    command
      .output('-')
      .outputOptions('-map', '0:a:0', '-vn', '-threads', '1')
      .audioFilters('ebur128=metadata=1:peak=true:framelog=info')
      .outputFormat('null');
  }
  return argumentsOf(command);
}
