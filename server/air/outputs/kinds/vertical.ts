// A destination in 9:16: its own picture, cut out of the program or laid on a blurred ground.
import { verticalSettings, type VerticalSettings } from '../../../contract/outputs.ts';
import type { WrongTarget } from '../address.ts';
import { encodedArgs } from '../ffmpeg-args.ts';
import type { KindFacts, KindPlan } from '../plan.ts';
import { clamp, maxAgeMs } from './bounds.ts';

/** Below the copies, which it must never starve. */
const niceness = 5;
/** The platforms of phones show 30 pictures a second at most. */
const maxFps = 30;
/** Share of the size at which the ground is blurred: a picture a tenth as wide costs a hundredth. */
const groundShare = 1 / 10;

/** The plan of a `vertical` output. */
export function planVertical({
  target,
  order,
  encoder,
  caFile,
}: KindFacts): KindPlan | WrongTarget {
  const settings = verticalSettings.safeParse(order.settings ?? {});
  if (!settings.success) return { wrong: 'the settings are not those of a vertical output' };
  const { videoKbps } = settings.data;
  const fps = encoder.fps > maxFps ? encoder.fps / 2 : encoder.fps;
  const arriving = ((encoder.videoKbps + encoder.audioKbps) * 1000) / 8;
  const leaving = ((videoKbps + encoder.audioKbps) * 1000) / 8;
  const sendBufferBytes = clamp(leaving / 2, 65_536, 1_048_576);
  return {
    args: encodedArgs(
      target,
      { filter: verticalFilter(settings.data), fps, videoKbps },
      { caFile, sendBufferBytes },
    ),
    queue: { maxBytes: clamp(arriving * 12, 4e6, 32e6), maxAgeMs, cutOn: 'key' },
    takes: 'all',
    measures: false,
    encodes: { sendBufferBytes },
    niceness,
  };
}

/**
 * The filter chain from any picture to `width` × 16/9 of it. Sizes are computed from the picture as
 * it comes, so that one of another size, in the middle, comes out in the same size. Bilinear: a
 * fifth less of a core than bicubic, for a difference that a phone does not show.
 */
export function verticalFilter({ fit, focus, width }: VerticalSettings): string {
  const height = (width * 16) / 9;
  const scaled = `scale=${width}:${height}:flags=bilinear,setsar=1`;
  if (fit === 'crop') return `${window(focus)},${scaled},format=yuv420p`;
  const small = `${even(width * groundShare)}:${even(height * groundShare)}`;
  return [
    'split[whole][ground]',
    `[ground]${window(0.5)},scale=${small}:flags=area,boxblur=4:2,scale=${width}:${height}:flags=bilinear,setsar=1[under]`,
    `[whole]scale=${width}:${height}:force_original_aspect_ratio=decrease:force_divisible_by=2:flags=bilinear,setsar=1[over]`,
    '[under][over]overlay=(W-w)/2:(H-h)/2:format=yuv420,format=yuv420p',
  ].join(';');
}

/** The largest 9:16 window, centred on `focus` as far as the picture reaches. */
function window(focus: number): string {
  const wide = `w='min(iw,floor(ih*9/32)*2)'`;
  const high = `h='min(ih,floor(iw*8/9)*2)'`;
  return `crop=${wide}:${high}:x='clip(iw*${focus}-ow/2,0,iw-ow)':y='(ih-oh)/2'`;
}

function even(value: number): number {
  return Math.round(value / 2) * 2;
}
