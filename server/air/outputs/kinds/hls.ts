// The web player: the program as it is, packaged as low-latency HLS in air's own memory.
import { hlsSettings } from '../../../contract/outputs.ts';
import type { WrongTarget } from '../address.ts';
import { webPlayerArgs } from '../ffmpeg-args.ts';
import type { KindFacts, KindPlan } from '../plan.ts';
import { clamp, maxAgeMs } from './bounds.ts';

/**
 * A fragment ends with the first picture past its length: with so much less, parts at 25 pictures a
 * second and up are no longer than their target, nor shorter than the 85 % of it that players expect.
 */
const marginMs = (partMs: number): number => Math.round(Math.min(40, partMs / 10));

/** The plan of an `hls` output. */
export function planHls({ order, encoder }: KindFacts): KindPlan | WrongTarget {
  const settings = hlsSettings.safeParse(order.settings ?? {});
  if (!settings.success) return { wrong: 'the settings are not those of a web player' };
  const { partMs } = settings.data;
  const bytesPerSecond = ((encoder.videoKbps + encoder.audioKbps) * 1000) / 8;
  return {
    args: webPlayerArgs(partMs - marginMs(partMs)),
    queue: { maxBytes: clamp(bytesPerSecond * 12, 4e6, 32e6), maxAgeMs, cutOn: 'key' },
    takes: 'all',
    measures: false,
    packages: true,
  };
}
