// Runs jobs strictly one after another; a failed job does not stop the next.
import { StudioError } from './errors.ts';

export interface SerialQueue {
  /** Resolves or rejects as the job does; `unavailable` at once when `limit` jobs already wait. */
  run<T>(job: () => Promise<T>): Promise<T>;
  /** Jobs waiting or running. */
  readonly size: number;
}

/** Makes a queue that holds at most `limit` jobs. */
export function serialQueue(limit = 100): SerialQueue {
  let tail: Promise<unknown> = Promise.resolve();
  let size = 0;
  return {
    get size() {
      return size;
    },
    run<T>(job: () => Promise<T>): Promise<T> {
      if (size >= limit) {
        return Promise.reject(
          new StudioError('unavailable', {
            es: 'Hay demasiadas órdenes en espera. Intente en unos segundos.',
            en: 'Too many orders are waiting. Try again in a few seconds.',
          }),
        );
      }
      size += 1;
      const result = tail.then(job).finally(() => {
        size -= 1;
      });
      tail = result.catch(() => undefined);
      return result;
    },
  };
}
