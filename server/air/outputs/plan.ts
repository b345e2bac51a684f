// From one output's order to the worker it needs: one file per kind of output in kinds/.
import type { AirOutputOrder } from '../../contract/air-link.ts';
import type { OutputKind } from '../../contract/outputs.ts';
import type { EncoderProfile } from '../../contract/profiles.ts';
import { targetOf, type Target, type WrongTarget } from './address.ts';
import type { Door } from './knock.ts';
import type { QueueLimits } from './queue.ts';
import { planHls } from './kinds/hls.ts';
import { planIcecast } from './kinds/icecast.ts';
import { planRecording } from './kinds/recording.ts';
import { planRtmp } from './kinds/rtmp.ts';
import { planSrt } from './kinds/srt.ts';
import { planVertical } from './kinds/vertical.ts';

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
  /** It writes fragmented MP4 on stdout, for air's own web player. */
  readonly packages?: boolean;
  /** It makes pictures of its own, and asked for a send buffer of so many bytes. */
  readonly encodes?: { readonly sendBufferBytes: number };
  /** Raised for what encodes, so that it never starves the copies; 0 unless told otherwise. */
  readonly niceness?: number;
  /** HTTP address of its server that answers while the server lives; asked while it is fed. */
  readonly pulse?: string;
  /** Where to knock before another try after a refusal; null: nowhere. */
  readonly door: Door | null;
}

/** Which of an output's two addresses. */
export type Via = 'main' | 'backup';

/** What a kind decides by itself. */
export type KindPlan = Omit<WorkerPlan, 'preset' | 'secrets' | 'door'>;

/** All that a kind may look at. */
export interface KindFacts {
  readonly target: Target;
  readonly order: AirOutputOrder;
  /** How the program is encoded. */
  readonly encoder: EncoderProfile;
  readonly caFile: string;
}

const kinds: Readonly<Record<OutputKind, (facts: KindFacts) => KindPlan | WrongTarget>> = {
  rtmp: planRtmp,
  srt: planSrt,
  vertical: planVertical,
  recording: planRecording,
  hls: planHls,
  icecast: planIcecast,
};

/** The plan for an order with this program encoding by one of its addresses, or why there can be none. */
export function planOf(
  order: AirOutputOrder,
  encoder: EncoderProfile,
  caFile: string,
  via: Via = 'main',
): WorkerPlan | WrongTarget {
  const target = targetOf(via === 'main' ? order : { ...order, url: order.backupUrl ?? '' });
  if ('wrong' in target) return target;
  const plan = kinds[order.kind]({ target, order, encoder, caFile });
  if ('wrong' in plan) return plan;
  const { secrets, door } = target;
  return { preset: `${target.preset.join('\n')}\n`, secrets, door, ...plan };
}
