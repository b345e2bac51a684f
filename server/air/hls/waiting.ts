// Requests that wait for something to change: each ends, and there are only so many.
import type { Clock } from '../../core/clock.ts';

export interface Waiting {
  /** Resolves with true once `ready` is; with false after `ms`, at `signal`, or with too many waiting. */
  readonly until: (ready: () => boolean, ms: number, signal: AbortSignal) => Promise<boolean>;
  /** Something changed: everybody looks. */
  readonly tell: () => void;
}

/** Room for `most` requests. */
export function createWaiting(clock: Clock, most: number): Waiting {
  const waiting = new Set<() => void>();
  return {
    until(ready, ms, signal) {
      if (ready()) return Promise.resolve(true);
      if (waiting.size >= most || signal.aborted) return Promise.resolve(false);
      return new Promise<boolean>((resolve) => {
        const done = (result: boolean): void => {
          waiting.delete(look);
          cancel();
          signal.removeEventListener('abort', give);
          resolve(result);
        };
        const look = (): void => {
          if (ready()) done(true);
        };
        const give = (): void => done(false);
        const cancel = clock.after(ms, give);
        signal.addEventListener('abort', give, { once: true });
        waiting.add(look);
      });
    },
    tell() {
      for (const look of waiting) look();
    },
  };
}
