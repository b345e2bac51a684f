// The arguments of the encoder of all that goes out.
import { argumentsOf, ffmpegCommand } from '../ffmpeg-command.ts';
import type { EncoderProfile } from '../../contract/profiles.ts';
import { steadyAudioOptions, steadyVideoOptions } from './x264-options.ts';

/** In its first seconds a key frame each half second, so that it can come in soon. */
const hurrySeconds = 4;
const hurryEverySeconds = 0.5;

/**
 * FLV of any size, rate and sound on stdin → FLV of the profile on stdout, at a constant frame rate.
 * What lies before `fromMs` (from the first tag) is decoded only: who joins in the middle begins there.
 *
 * One thread decodes and filters: each more would keep a picture back. `max_interleave_delta` lets
 * pictures go where sound is late, after a quarter of a second.
 */
export function encodeArgs(profile: EncoderProfile, fromMs: number): string[] {
  const { width, height, fps, audioRate, audioChannels } = profile;
  const size = `${width}:${height}`;
  const picture = [
    `scale=${size}:force_original_aspect_ratio=decrease:force_divisible_by=2:out_range=tv`,
    `pad=${size}:-1:-1`,
    'setsar=1',
    'format=yuv420p',
  ].join(',');
  const layout = audioChannels === 1 ? 'mono' : 'stereo';
  // Holes in the sound are filled, overlaps trimmed; the second filter says what the first makes.
  const sound = `aresample=async=1,aformat=sample_rates=${audioRate}:channel_layouts=${layout}`;
  const early = `expr:if(lt(t,${hurrySeconds}),gte(t,n_forced*${hurryEverySeconds}),0)`;
  const command = ffmpegCommand('pipe:0')
    .inputFormat('flv')
    .inputOptions('-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+warning')
    .inputOptions('-filter_threads', '1', '-threads', '1')
    .inputOptions('-analyzeduration', '500000', '-probesize', '5000000', '-fpsprobesize', '0')
    .output('pipe:1')
    .outputOptions('-ss', (fromMs / 1000).toFixed(3), '-map', '0:v:0', '-map', '0:a:0')
    .outputOptions('-vf', picture, '-fps_mode', 'cfr', '-r', String(fps))
    .outputOptions(...steadyVideoOptions(profile), '-threads', '2', '-force_key_frames', early)
    .outputOptions('-af', sound, ...steadyAudioOptions(profile))
    .outputOptions('-max_interleave_delta', '250000', '-flush_packets', '1')
    .outputOptions('-flvflags', 'no_duration_filesize')
    .outputFormat('flv');
  return argumentsOf(command);
}
