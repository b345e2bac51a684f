// Keeps the minute of bitrates of every field unit while the page is open.
import type { StudioState } from '../../../server/contract/state.ts';
import { nextHistory, type BitrateHistory } from './history.ts';

export interface Rates {
  /** kb/s by unit id, oldest first. */
  history(): BitrateHistory;
  readonly subscribe: (listener: () => void) => () => void;
  close(): void;
}

/** Samples the state on each call of the listener given to `onSecond`. */
export function createRates(
  state: () => StudioState | null,
  onSecond: (listener: () => void) => () => void,
): Rates {
  const listeners = new Set<() => void>();
  let history: BitrateHistory = {};
  const stop = onSecond(() => {
    const units = Object.entries(state()?.field.units ?? {});
    history = nextHistory(
      history,
      Object.fromEntries(units.map(([id, unit]) => [id, unit.bitrateKbps])),
    );
    for (const listener of listeners) listener();
  });
  return {
    history: () => history,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: stop,
  };
}
