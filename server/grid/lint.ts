// What is wrong with a plan before it airs: slots that overlap.
import type { ScheduleDocument } from '../contract/grid.ts';
import type { Words } from '../core/errors.ts';
import { addDays, dayNumber, minutesOf } from './dates.ts';
import { datesOf } from './recurrence.ts';

/** Two slots that want the same time, told once with the first date it happens. */
export interface Conflict {
  readonly slots: readonly [string, string];
  readonly titles: readonly [string, string];
  /** First local date and times of the overlap. */
  readonly date: string;
  readonly from: string;
  readonly to: string;
  /** How many times in the weeks looked at. */
  readonly times: number;
}

/** Whether a slot's airing of that date is in the grid as written (not cancelled, moved or resized). */
export type Untouched = (slot: string, date: string) => boolean;

/**
 * Pairs of slots that overlap in the `weeks` after `first`, by the clock on the wall; dated changes are
 * left out through `untouched`.
 */
export function conflicts(
  document: ScheduleDocument,
  first: string,
  weeks: number,
  untouched: Untouched = () => true,
): Conflict[] {
  const titles = new Map(document.programs.map((p) => [p.id, p.name]));
  const today = dayNumber(first) * 1440;
  const airings = document.slots
    .flatMap((slot) =>
      datesOf(slot, addDays(first, -1), addDays(first, weeks * 7))
        .filter((date) => untouched(slot.id, date))
        .map((date) => {
          const start = dayNumber(date) * 1440 + minutesOf(slot.start);
          return { slot, date, start, end: start + slot.durationMinutes };
        }),
    )
    .toSorted((a, b) => a.start - b.start || (a.slot.id < b.slot.id ? -1 : 1));
  const found = new Map<string, Conflict>();
  let active: typeof airings = [];
  for (const airing of airings) {
    // Yesterday's airings count only for what they still cover today.
    active = active.filter((a) => a.end > Math.max(airing.start, today));
    if (airing.end <= today) continue;
    for (const other of active) {
      const key = `${other.slot.id}\n${airing.slot.id}`;
      const old = found.get(key);
      found.set(key, {
        slots: [other.slot.id, airing.slot.id],
        titles: [
          titles.get(other.slot.program) ?? other.slot.program,
          titles.get(airing.slot.program) ?? airing.slot.program,
        ],
        date: old?.date ?? airing.date,
        from: old?.from ?? airing.slot.start,
        to: old?.to ?? timeOf(Math.min(other.end, airing.end)),
        times: (old?.times ?? 0) + 1,
      });
    }
    active.push(airing);
  }
  return [...found.values()];
}

/** The conflict as a sentence. */
export function conflictWords(c: Conflict): Words {
  const [a, b] = c.titles;
  return {
    es: `«${a}» y «${b}» se cruzan el ${c.date} de ${c.from} a ${c.to} (${c.times} ${c.times === 1 ? 'vez' : 'veces'}).`,
    en: `"${a}" and "${b}" overlap on ${c.date} from ${c.from} to ${c.to} (${c.times} ${c.times === 1 ? 'time' : 'times'}).`,
  };
}

function timeOf(minutes: number): string {
  const inDay = ((minutes % 1440) + 1440) % 1440;
  const h = String(Math.floor(inDay / 60)).padStart(2, '0');
  return `${h}:${String(Math.floor(inDay % 60)).padStart(2, '0')}`;
}
