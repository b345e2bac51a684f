// Waits that always end.
import type { Clock } from './clock.ts';
import { StudioError, type Words } from './errors.ts';

/** Resolves or rejects as `work` does, or rejects with `timeout` after `ms`. */
export async function withDeadline<T>(
  clock: Clock,
  ms: number,
  words: Words,
  work: Promise<T>,
): Promise<T> {
  let cancel: (() => void) | undefined;
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(ms, () => reject(new StudioError('timeout', words)));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel?.();
    // A late rejection of the loser must not become an unhandled one.
    work.catch(() => undefined);
  }
}
