// A clock moved by hand, and the wait for every promise that can settle.
import type { Clock } from '../../server/core/clock.ts';

/** A clock that goes only when told. */
export interface HandClock extends Clock {
  /** Moves time on, running timers in their order and letting promises settle between them. */
  advance(ms: number): Promise<void>;
}

/** Lets every promise that can settle do so. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; i += 1) await new Promise<void>((resolve) => void setImmediate(resolve));
}

/** A clock that stands still until moved; `now` and `mono` move together. */
export function handClock(start = 1_764_000_000_000): HandClock {
  let elapsed = 0;
  let serial = 0;
  const timers = new Map<number, { at: number; everyMs: number | null; fn: () => void }>();
  const add = (at: number, everyMs: number | null, fn: () => void) => {
    const id = (serial += 1);
    timers.set(id, { at, everyMs, fn });
    return () => void timers.delete(id);
  };
  return {
    now: () => start + elapsed,
    mono: () => elapsed,
    after: (ms, fn) => add(elapsed + ms, null, fn),
    every: (ms, fn) => add(elapsed + ms, ms, fn),
    async advance(ms) {
      const end = elapsed + ms;
      for (;;) {
        await settle();
        const next = [...timers]
          .filter(([, t]) => t.at <= end)
          .toSorted((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
        if (!next) break;
        const [id, timer] = next;
        elapsed = Math.max(elapsed, timer.at);
        if (timer.everyMs === null) timers.delete(id);
        else timer.at = elapsed + timer.everyMs;
        timer.fn();
      }
      elapsed = end;
      await settle();
    },
  };
}
