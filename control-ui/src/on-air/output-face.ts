// How an output reads at a glance: its shape, the few facts beside its name, and what needs a person.
import type { Output } from '../../../server/contract/outputs.ts';

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
 * What the button of an output's row does: `again` puts one out that gave way to the others, `stop`
 * also ends the tries of one that is refused.
 */
export function outputHand({
  state,
  order,
  shed,
}: Pick<Output, 'state' | 'order' | 'shed'>): 'start' | 'again' | 'stop' {
  if (shed && order === 'start') return 'again';
  return order === 'stop' && state !== 'stopping' ? 'start' : 'stop';
}

/** One thing said beside an output's name, in the order people ask. */
export type OutputFact =
  | { readonly say: 'state' | 'backup' | 'shed' | 'alone' }
  | { readonly say: 'free'; readonly bytes: number }
  | { readonly say: 'left'; readonly seconds: number }
  | { readonly say: 'lufs'; readonly lufs: number }
  | { readonly say: 'cpu'; readonly percent: number };

type FactSource = Pick<
  Output,
  | 'state'
  | 'order'
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

/** The facts of an output's row. */
export function outputFacts(output: FactSource): OutputFact[] {
  const { recording, loudnessLufs } = output;
  const live = output.state === 'live';
  const left = live ? (recording?.secondsLeft ?? null) : null;
  const state = output.shed ? 'shed' : live && output.via === 'backup' ? 'backup' : 'state';
  const facts: OutputFact[] = [{ say: state }];
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
