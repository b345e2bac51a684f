// Who takes the program now, for everyone who counts destinations. Pure, types only: the page uses it too.
import type { Output } from './outputs.ts';

/** Whether it takes what is sent: one that is connected but froze does not. */
export function receives({ state, problem }: Pick<Output, 'state' | 'problem'>): boolean {
  return state === 'live' && problem?.cause !== 'stalled';
}

/** What it takes to ask whether anybody receives. */
export type Counted = Pick<Output, 'kind' | 'order' | 'shed' | 'state' | 'problem'>;

/**
 * Whether somebody receives. A recording of our own disk counts only where nothing else was ordered: it
 * must not hide that no platform takes the program.
 */
export function somebodyReceives(outputs: readonly Counted[]): boolean {
  const ordered = outputs.filter(({ order, shed }) => order === 'start' && !shed);
  const away = ordered.filter(({ kind }) => kind !== 'recording');
  // One that was told to stop and still runs is received as well.
  const stopping = outputs.filter(({ order }) => order === 'stop');
  return [...(away.length > 0 ? away : ordered), ...stopping].some(receives);
}
