// How an output reads at a glance: its shape, the few facts beside its name, and what needs a person.
import type { Output } from '../../../server/contract/outputs.ts';
import { receives } from '../../../server/contract/receives.ts';

/** `full` sends, `half` is on its way, `empty` is off, `warning` needs a person. */
export type Shape = 'full' | 'half' | 'empty' | 'warning';

type ShapeFacts = Pick<Output, 'state' | 'order' | 'problem' | 'shed'>;

/** Shape of an output's row. */
export function outputShape({ state, order, problem, shed }: ShapeFacts): Shape {
  if (shed || state === 'failed' || state === 'retrying') return 'warning';
  if (state === 'idle') return order === 'start' ? 'half' : 'empty';
  if (state === 'live') return problem === null ? 'full' : 'warning';
  return 'half';
}

/**
 * Whether it goes with the air by its own setting and yet is not part of this transmission: added after
 * it began, or stopped by somebody.
 */
export function leftOut(
  { state, order, withAir }: Pick<Output, 'state' | 'order' | 'withAir'>,
  onAir: boolean,
): boolean {
  return onAir && withAir && order === 'stop' && state === 'idle';
}

/**
 * What the button of an output's row does: `join` takes one into the transmission that runs without it,
 * `again` puts one out that gave way to the others, `stop` also ends the tries of one that is refused.
 */
export function outputHand(
  output: Pick<Output, 'state' | 'order' | 'shed' | 'withAir'>,
  onAir: boolean,
): 'start' | 'join' | 'again' | 'stop' {
  const { state, order, shed } = output;
  if (shed && order === 'start') return 'again';
  if (leftOut(output, onAir)) return 'join';
  return order === 'stop' && state !== 'stopping' ? 'start' : 'stop';
}

/** One thing said beside an output's name, in the order people ask. */
export type OutputFact =
  | { readonly say: 'state' | 'backup' | 'shed' | 'alone' | 'frozen' | 'leftOut' }
  | { readonly say: 'free'; readonly bytes: number }
  | { readonly say: 'left'; readonly seconds: number }
  | { readonly say: 'lufs'; readonly lufs: number }
  | { readonly say: 'cpu'; readonly percent: number };

type FactSource = Pick<
  Output,
  | 'state'
  | 'order'
  | 'problem'
  | 'shed'
  | 'via'
  | 'withAir'
  | 'kind'
  | 'recording'
  | 'cpuPercent'
  | 'loudnessLufs'
>;

/** With more than this left on the disk nobody needs to plan, s. */
const plentyLeft = 24 * 3600;

function stateFact(output: FactSource, onAir: boolean): OutputFact {
  if (output.shed) return { say: 'shed' };
  if (leftOut(output, onAir)) return { say: 'leftOut' };
  if (output.state !== 'live') return { say: 'state' };
  if (!receives(output)) return { say: 'frozen' };
  return { say: output.via === 'backup' ? 'backup' : 'state' };
}

/** The facts of an output's row; the first says whether it receives. */
export function outputFacts(output: FactSource, onAir: boolean): OutputFact[] {
  const { recording, loudnessLufs } = output;
  const live = output.state === 'live';
  const left = live ? (recording?.secondsLeft ?? null) : null;
  const facts: OutputFact[] = [stateFact(output, onAir)];
  if (recording) facts.push({ say: 'free', bytes: recording.freeBytes });
  if (left !== null && left < plentyLeft) facts.push({ say: 'left', seconds: left });
  if (live && loudnessLufs !== null) facts.push({ say: 'lufs', lufs: loudnessLufs });
  if (live && output.kind === 'vertical') facts.push({ say: 'cpu', percent: output.cpuPercent });
  if (!output.withAir && output.order === 'stop') facts.push({ say: 'alone' });
  return facts;
}

/** A queue this old means that the destination takes less than it is sent, ms. */
const slowQueueMs = 1500;

/** Age of the queue when it is worth saying, ms; else null. */
export function slowQueue({ state, queueMs }: Pick<Output, 'state' | 'queueMs'>): number | null {
  return state === 'live' && queueMs >= slowQueueMs ? queueMs : null;
}

/**
 * Frames left out for this destination since it began, and whether that goes on (`now`); null when none
 * were, or it does not run.
 */
export function droppedFrames({
  state,
  droppedFrames: frames,
  problem,
}: Pick<Output, 'state' | 'droppedFrames' | 'problem'>): {
  readonly frames: number;
  readonly now: boolean;
} | null {
  return state === 'live' && frames > 0 ? { frames, now: problem !== null } : null;
}
