// Keeps the minute of bitrates of every field unit and output while the page is open.
import type { StudioState } from '../../../server/contract/state.ts';
import { nextHistory, type BitrateHistory } from './history.ts';

/** Whose bitrate: units and outputs have ids of their own, which could meet. */
export type RateOf = `unit/${string}` | `output/${string}`;

export interface Rates {
  /** kb/s by `unit/<id>` and `output/<id>`, oldest first. */
  history(): BitrateHistory;
  readonly subscribe: (listener: () => void) => () => void;
  close(): void;
}

/** What is being sent now: an output that is not live sends nothing. */
function present(state: StudioState | null): Record<RateOf, number> {
  const rates: Record<RateOf, number> = {};
  for (const [id, unit] of Object.entries(state?.field.units ?? {})) {
    rates[`unit/${id}`] = unit.bitrateKbps;
  }
  for (const [id, output] of Object.entries(state?.outputs ?? {})) {
    rates[`output/${id}`] = output.state === 'live' ? output.bitrateKbps : 0;
  }
  return rates;
}

/** Samples the state on each call of the listener given to `onSecond`. */
export function createRates(
  state: () => StudioState | null,
  onSecond: (listener: () => void) => () => void,
): Rates {
  const listeners = new Set<() => void>();
  let history: BitrateHistory = {};
  const stop = onSecond(() => {
    history = nextHistory(history, present(state()));
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
