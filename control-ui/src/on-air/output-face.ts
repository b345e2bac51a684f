// How an output reads at a glance: one word, one shape, and whether somebody must look.
import type { Output } from '../../../server/contract/outputs.ts';

/** `full` sends, `half` is on its way, `empty` is off, `warning` needs a person. */
export type Shape = 'full' | 'half' | 'empty' | 'warning';

type Facts = Pick<Output, 'state' | 'order' | 'problem' | 'droppedFrames'>;

/** Shape of an output's row. */
export function outputShape({ state, order, problem }: Facts): Shape {
  if (state === 'failed' || state === 'retrying') return 'warning';
  if (state === 'idle') return order === 'start' ? 'half' : 'empty';
  if (state === 'live') return problem === null ? 'full' : 'warning';
  return 'half';
}

/** Total sent upwards now, kb/s, by outputs that are live. */
export function uploadKbps(
  outputs: Readonly<Record<string, Pick<Output, 'state' | 'bitrateKbps'>>>,
): number {
  return Object.values(outputs)
    .filter(({ state }) => state === 'live')
    .reduce((sum, { bitrateKbps }) => sum + bitrateKbps, 0);
}
