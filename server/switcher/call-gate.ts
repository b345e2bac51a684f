// Keeps requests that OBS cannot carry out beside others apart from them: it crashes on what it reads half-changed.
import type { Clock } from '../core/clock.ts';
import { withDeadline } from '../core/deadline.ts';
import { linkWords } from './words.ts';

/** Requests run beside each other, except the exclusive ones, which run alone. */
export interface CallGate {
  shared<T>(work: () => Promise<T>): Promise<T>;
  /** Rejects with `timeout` when the others have not ended within `ms`. */
  exclusive<T>(ms: number, work: () => Promise<T>): Promise<T>;
}

/**
 * Makes a gate. Each `work` ends when OBS is done with it, which may be after its caller gave it up,
 * and ends by itself: nothing here has a deadline for it.
 */
export function createCallGate(clock: Clock): CallGate {
  const active = new Set<Promise<unknown>>();
  let barrier: Promise<void> | null = null;

  return {
    async shared(work) {
      while (barrier) await barrier;
      const running = work();
      active.add(running);
      try {
        return await running;
      } finally {
        active.delete(running);
      }
    },
    async exclusive(ms, work) {
      // Looked at again in the turn that takes it: of two that wait, only one may go on.
      while (barrier) await barrier;
      const held = Promise.withResolvers<void>();
      barrier = held.promise;
      try {
        if (active.size > 0) {
          await withDeadline(clock, ms, linkWords.late, Promise.allSettled(active));
        }
        return await work();
      } finally {
        barrier = null;
        held.resolve();
      }
    },
  };
}
