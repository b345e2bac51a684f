// The calls under way on one connection: each has its deadline, and all fail at once when it ends.
import type { Clock } from '../core/clock.ts';
import { withDeadline } from '../core/deadline.ts';
import type { StudioError } from '../core/errors.ts';
import { obsFailure } from './obs-failure.ts';
import { linkWords } from './words.ts';

export interface InFlight {
  /** Settles as `work` does, or rejects after `ms` or with `fail`; always with a StudioError. */
  run<T>(name: string, ms: number, work: () => Promise<T>): Promise<T>;
  /** The connection ended: obs-websocket-js would never settle them. */
  fail(error: StudioError): void;
}

/** None under way. */
export function createInFlight(clock: Clock): InFlight {
  const rejections = new Set<(error: StudioError) => void>();
  return {
    async run<T>(name: string, ms: number, work: () => Promise<T>): Promise<T> {
      const lost = Promise.withResolvers<never>();
      rejections.add(lost.reject);
      try {
        return await withDeadline(clock, ms, linkWords.late, Promise.race([work(), lost.promise]));
      } catch (error) {
        throw obsFailure(name, error);
      } finally {
        rejections.delete(lost.reject);
      }
    },
    fail(error) {
      for (const reject of rejections) reject(error);
      rejections.clear();
    },
  };
}
