// Counts failed tries by key, so that guessing passwords becomes slow and never locks out the others.
import { StudioError } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';

export interface Attempts {
  /** Throws `rateLimited` with `retryAt` (epoch ms) when `key` failed too often lately. */
  check(key: string): void;
  failed(key: string): void;
  succeeded(key: string): void;
}

/** At most `limit` failures of one key per `windowMs`; remembers at most 10 000 keys. */
export function createAttempts(clock: Clock, limit: number, windowMs: number): Attempts {
  // Ordered by insertion: the oldest window is first, so forgetting is cheap.
  const windows = new Map<string, { count: number; endsAt: number }>();
  const live = (key: string) => {
    const window = windows.get(key);
    if (window && window.endsAt <= clock.mono()) {
      windows.delete(key);
      return undefined;
    }
    return window;
  };
  return {
    check(key) {
      const window = live(key);
      if (!window || window.count < limit) return;
      const waitMs = window.endsAt - clock.mono();
      throw new StudioError(
        'rateLimited',
        {
          es: `Demasiados intentos fallidos. Espere ${Math.ceil(waitMs / 60_000)} min y vuelva a intentar.`,
          en: `Too many failed attempts. Wait ${Math.ceil(waitMs / 60_000)} min and try again.`,
        },
        { context: { retryAt: clock.now() + Math.ceil(waitMs) } },
      );
    },
    failed(key) {
      const window = live(key);
      if (window) {
        window.count += 1;
        return;
      }
      if (windows.size >= 10_000) {
        const oldest = windows.keys().next().value;
        if (oldest !== undefined) windows.delete(oldest);
      }
      windows.set(key, { count: 1, endsAt: clock.mono() + windowMs });
    },
    succeeded(key) {
      windows.delete(key);
    },
  };
}
