// A destination that takes the program as it is by RTMP or RTMPS.
import { destinationArgs } from '../ffmpeg-args.ts';
import type { KindFacts, KindPlan } from '../plan.ts';
import { clamp, maxAgeMs } from './bounds.ts';

/** The plan of an `rtmp` output. */
export function planRtmp({ target, encoder, caFile }: KindFacts): KindPlan {
  const bytesPerSecond = ((encoder.videoKbps + encoder.audioKbps) * 1000) / 8;
  // Half a second of program: enough for a link of half a second there and back, little
  // enough that a frozen destination shows within seconds instead of half a minute.
  const sendBufferBytes = clamp(bytesPerSecond / 2, 65_536, 1_048_576);
  return {
    args: destinationArgs(target, { caFile, sendBufferBytes }),
    queue: { maxBytes: clamp(bytesPerSecond * 12, 4e6, 32e6), maxAgeMs, cutOn: 'key' },
    takes: 'all',
    measures: false,
  };
}
