// A destination that takes the program as it is over SRT: a partner station, a cloud gateway, a decoder.
import { srtSettings } from '../../../contract/outputs.ts';
import type { WrongTarget } from '../address.ts';
import { srtArgs } from '../ffmpeg-args.ts';
import type { KindFacts, KindPlan } from '../plan.ts';
import { clamp, maxAgeMs } from './bounds.ts';

/** Beyond the latency, of what may wait in libsrt: a frozen receiver shows after this, ms. */
const slackMs = 750;
/** Sent packets wait in slots of this size, 1316 bytes of it used; TS adds a little to FLV. */
const slotShare = 1.2;

/** The plan of a `srt` output. */
export function planSrt({ target, order, encoder }: KindFacts): KindPlan | WrongTarget {
  const settings = srtSettings.safeParse(order.settings ?? {});
  if (!settings.success) return { wrong: 'the settings are not those of an SRT output' };
  const { latencyMs } = settings.data;
  const bytesPerSecond = ((encoder.videoKbps + encoder.audioKbps) * 1000) / 8;
  const waiting = bytesPerSecond * ((latencyMs + slackMs) / 1000) * slotShare;
  return {
    args: srtArgs(target, { latencyMs, sendBufferBytes: clamp(waiting, 262_144, 33_554_432) }),
    queue: { maxBytes: clamp(bytesPerSecond * 12, 4e6, 32e6), maxAgeMs, cutOn: 'key' },
    takes: 'all',
    measures: false,
  };
}
