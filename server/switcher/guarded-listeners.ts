// Those who want to be told of something; one listener's mistake keeps neither the others nor OBS waiting.
import type { Log } from '../core/log.ts';

export interface GuardedListeners<T> {
  /** Returns the removal. */
  readonly add: (listener: (told: T) => void) => () => void;
  readonly tell: (told: T) => void;
}

/** Nobody yet. */
export function guardedListeners<T>(log: Log): GuardedListeners<T> {
  const listeners = new Set<(told: T) => void>();
  return {
    add(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell(told) {
      for (const listener of listeners) {
        try {
          listener(told);
        } catch (error) {
          log.error({ err: error }, 'a listener of the switcher failed');
        }
      }
    },
  };
}
