// What the tests of one output's transitions share: events, short to write, and how they are played.
import type { Sight } from '../../server/air/outputs/sight.ts';
import {
  idleState,
  next,
  type RunEvent,
  type RunState,
} from '../../server/air/outputs/worker-state.ts';

const calm: Sight = {
  flowing: true,
  accepted: false,
  dryMs: 0,
  stuckMs: 0,
  unreadMs: 0,
  droppedAgoMs: null,
  queueMs: 0,
};
/** An order to run on one good address, the first of its kind. */
export const ordered = {
  type: 'ordered',
  run: true,
  wrong: null,
  hasBackup: false,
  changed: false,
} as const;
/** Ordered to run. */
export const run: RunEvent = ordered;
/** Ordered to run with something changed. */
export const changed: RunEvent = { ...ordered, changed: true };
/** Ordered to stop. */
export const halt: RunEvent = { ...ordered, run: false };
/** A look at a worker: flowing and not yet taken, unless told otherwise. */
export const tick = (sight: Partial<Sight> = {}): RunEvent => ({
  type: 'tick',
  sight: { ...calm, ...sight },
});
type Lost = 'refused' | 'rejected' | 'kicked' | 'certificate' | 'stalled';
/** The worker is gone, and why. */
export const gone = (cause: Lost = 'refused'): RunEvent => ({
  type: 'gone',
  cause,
  detail: `it was ${cause}`,
});

/** Plays events at given times; returns the last transition and all steps that were not `none`. */
export function play(events: readonly (readonly [number, RunEvent])[], random = () => 1) {
  let state: RunState = idleState(0);
  const steps: string[] = [];
  let reason: string | null = null;
  for (const [now, event] of events) {
    const done = next(state, event, { now, random });
    state = done.state;
    reason = done.reason;
    if (done.step !== 'none') steps.push(done.step);
  }
  return { state, steps, reason };
}

/** From the order to live, within a second. */
export const toLive = [
  [0, run],
  [100, tick()],
  [1000, tick({ accepted: true })],
] as const;
