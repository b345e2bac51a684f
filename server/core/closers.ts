// What was opened, closed in reverse order; a part that does not close well keeps none of the others open.
import type { Log } from './log.ts';

export interface Closers {
  add(close: () => unknown): void;
  /** Resolves once all have closed, the newest first; each failure is logged. */
  close(): Promise<void>;
}

/** Nothing to close yet. */
export function createClosers(log: Log): Closers {
  const closers: (() => unknown)[] = [];
  return {
    add: (close) => void closers.push(close),
    async close() {
      for (const close of closers.toReversed()) {
        try {
          await close();
        } catch (error) {
          log.error({ err: error }, 'a part did not close well');
        }
      }
    },
  };
}
