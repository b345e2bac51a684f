// Whether OBS has told the end of the last move, and those who wait for it.
import type { Clock } from '../core/clock.ts';

/**
 * OBS carries a move out on its next frame. Whoever gives it another transition before that loses the
 * move: the old scene stays on air while OBS reports the new one for ever. So the operator's transition
 * is given back only after OBS told the end of the last move, or after this long without a word, ms.
 */
const neverEndedMs = 15_000;
/** For the same reason the next move waits for that end: this long at most, ms. */
const endWaitMs = 900;

export interface LastMove {
  /** OBS is being told to move. */
  began(): void;
  /** Nothing moves that could end: it was refused, or OBS is gone. */
  none(): void;
  /** OBS told the end; `before` runs once it counts as ended and before those who waited go on. */
  ended(before: () => void): void;
  /** True while another transition given to OBS would undo the last move. */
  readonly moving: boolean;
  /** Resolves at its end, or after 0.9 s. */
  end(): Promise<void>;
}

/** No move so far. */
export function createLastMove(clock: Clock): LastMove {
  /** Monotonic ms of the last move OBS has not told the end of; null when it has. */
  let since: number | null = null;
  const waiting = new Set<() => void>();
  const moving = (): boolean => since !== null && clock.mono() - since < neverEndedMs;
  return {
    began() {
      since = clock.mono();
    },
    none() {
      since = null;
    },
    ended(before) {
      since = null;
      before();
      for (const done of waiting) done();
    },
    get moving() {
      return moving();
    },
    async end() {
      if (!moving()) return;
      await new Promise<void>((resolve) => {
        const cancel = clock.after(endWaitMs, () => done());
        const done = (): void => {
          cancel();
          waiting.delete(done);
          resolve();
        };
        waiting.add(done);
      });
    },
  };
}
