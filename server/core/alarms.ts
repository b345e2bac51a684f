// The port through which every room raises and clears alarms in the state.
import type { Alarm } from '../contract/station.ts';
import type { Clock } from './clock.ts';
import { StudioError, type Words } from './errors.ts';
import type { StateStore } from './state-store.ts';

/** What an alarm says: what happened, and what to do. */
export interface AlarmWords {
  readonly severity: Alarm['severity'];
  readonly what: Words;
  readonly advice: Words;
}

export interface Alarms {
  /** Raises `id`, or renews its words; a cleared one that comes back is new again. */
  raise(id: string, words: AlarmWords): void;
  /** The cause is gone; stays on screen until somebody saw it. */
  clear(id: string): void;
  /** A person saw it; `notFound` when it is not there. */
  acknowledge(id: string, by: string): void;
}

/** Alarms kept in `state.alarms`, at most 200: the oldest cleared ones go first. */
export function createAlarms(store: StateStore, clock: Clock): Alarms {
  return {
    raise(id, words) {
      store.change((draft) => {
        const old = draft.alarms[id];
        const going = old && old.clearedAt === null;
        draft.alarms[id] = {
          id,
          severity: words.severity,
          text: words.what.es,
          textEn: words.what.en,
          advice: words.advice.es,
          adviceEn: words.advice.en,
          since: going ? old.since : clock.now(),
          clearedAt: null,
          seenBy: going ? old.seenBy : null,
        };
        const all = Object.values(draft.alarms);
        if (all.length > 200) {
          const oldest = all.toSorted(
            (a, b) => (a.clearedAt ?? Infinity) - (b.clearedAt ?? Infinity),
          )[0];
          if (oldest) delete draft.alarms[oldest.id];
        }
      });
    },
    clear(id) {
      const old = store.get().alarms[id];
      if (!old || old.clearedAt !== null) return;
      store.change((draft) => {
        const entry = draft.alarms[id];
        if (!entry) return;
        if (entry.seenBy) delete draft.alarms[id];
        else entry.clearedAt = clock.now();
      });
    },
    acknowledge(id, by) {
      const old = store.get().alarms[id];
      if (!old) {
        throw new StudioError('notFound', {
          es: 'Esa alarma ya no está.',
          en: 'That alarm is no longer there.',
        });
      }
      store.change((draft) => {
        const entry = draft.alarms[id];
        if (!entry) return;
        if (entry.clearedAt === null) entry.seenBy = by;
        else delete draft.alarms[id];
      });
    },
  };
}
