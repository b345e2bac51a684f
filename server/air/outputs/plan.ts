// From one output's order to the worker it needs: one case per kind of output.
import type { AirOutputOrder } from '../../contract/air-link.ts';
import type { EncoderProfile } from '../../contract/profiles.ts';
import { radioSettings, type OutputKind } from '../../contract/outputs.ts';
import { radioChain } from '../radio/chain.ts';
import { targetOf, type Target, type WrongTarget } from './address.ts';
import { destinationArgs, radioArgs } from './ffmpeg-args.ts';
import type { QueueLimits } from './queue.ts';

/** Everything a worker is started with. */
export interface WorkerPlan {
  readonly args: readonly string[];
  /** Text of the ffmpeg preset with the secrets, for a nameless file. */
  readonly preset: string;
  readonly secrets: readonly string[];
  readonly queue: QueueLimits;
  /** `audio`: the bus's audio alone, from now on; `all`: everything, from the newest key frame. */
  readonly takes: 'all' | 'audio';
  /** It prints loudness readings on stdout. */
  readonly measures: boolean;
}

const maxAgeMs = 5000;

/** The plan for an order with this program encoding, or why there can be none. */
export function planOf(
  order: AirOutputOrder,
  encoder: EncoderProfile,
  caFile: string,
): WorkerPlan | WrongTarget {
  const target = targetOf(order);
  if ('wrong' in target) return target;
  const shared = { preset: `${target.preset.join('\n')}\n`, secrets: target.secrets };
  return { ...shared, ...kinds[order.kind](target, order, encoder, caFile) };
}

type KindPlan = Omit<WorkerPlan, 'preset' | 'secrets'>;

/** A further kind of output is a further line here and in `address.ts`. */
const kinds: Readonly<
  Record<
    OutputKind,
    (target: Target, order: AirOutputOrder, encoder: EncoderProfile, caFile: string) => KindPlan
  >
> = {
  rtmp(target, _order, encoder, caFile) {
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
  },
  icecast(target, order, _encoder, caFile) {
    const chain = radioChain(order.settings ?? radioSettings.parse({}));
    return {
      args: radioArgs(target, chain, { caFile, sendBufferBytes: 8192 }),
      queue: { maxBytes: 1e6, maxAgeMs, cutOn: 'any' },
      takes: 'audio',
      measures: true,
    };
  },
};

function clamp(value: number, low: number, high: number): number {
  return Math.round(Math.min(high, Math.max(low, value)));
}
