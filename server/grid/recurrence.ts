// The local dates a series falls on; hours and zones come later (wall-clock.ts).
import type { Recurrence, Slot } from '../contract/grid.ts';
import { dateOf, dayNumber, weekdayIndex, weekdays } from './dates.ts';

/** What of a slot decides its dates. */
export type Series = Pick<Slot, 'recurrence' | 'from' | 'until' | 'extra' | 'except'>;

/**
 * Dates of the series between `first` and `last`, both included, ascending, each once. The rule counts
 * from `from` to `until`; `extra` dates stand on their own, as iCalendar's RDATE; `except` beats both.
 */
export function datesOf(series: Series, first: string, last: string): string[] {
  const low = dayNumber(first);
  const high = dayNumber(last);
  const from = dayNumber(series.from);
  const until = series.until === undefined ? high : Math.min(high, dayNumber(series.until));
  const days = new Set(daysOf(series.recurrence, from, Math.max(low, from), until));
  for (const date of series.extra) {
    const day = dayNumber(date);
    if (day >= low && day <= high) days.add(day);
  }
  for (const date of series.except) days.delete(dayNumber(date));
  return [...days].toSorted((a, b) => a - b).map(dateOf);
}

/** Whether the series falls on `date`. */
export function fallsOn(series: Series, date: string): boolean {
  return datesOf(series, date, date).length === 1;
}

function daysOf(rule: Recurrence, from: number, low: number, high: number): number[] {
  if (low > high) return [];
  switch (rule.freq) {
    case 'daily':
      return range(
        from + Math.ceil((low - from) / rule.interval) * rule.interval,
        high,
        rule.interval,
      );
    case 'weekly':
      return weekly(rule, from, low, high);
    default:
      return monthly(rule, from, low, high);
  }
}

function range(first: number, last: number, step: number): number[] {
  const out: number[] = [];
  for (let day = first; day <= last; day += step) out.push(day);
  return out;
}

function weekly(
  rule: Extract<Recurrence, { freq: 'weekly' }>,
  from: number,
  low: number,
  high: number,
): number[] {
  // Weeks are counted from the Monday of the week `from` is in, so that a rule for Monday and Friday
  // that starts on a Wednesday keeps both days in the same weeks.
  const monday = from - weekdayIndex(from);
  const wanted = rule.weekdays.map((w) => weekdays.indexOf(w));
  const step = 7 * rule.interval;
  const firstWeek = monday + Math.floor((low - monday) / step) * step;
  return range(firstWeek, high, step)
    .flatMap((week) => wanted.map((w) => week + w))
    .filter((day) => day >= low && day <= high);
}

function monthly(
  rule: Extract<Recurrence, { freq: 'monthly' }>,
  from: number,
  low: number,
  high: number,
): number[] {
  const start = monthNumber(from);
  const out: number[] = [];
  const firstMonth = start + Math.floor((monthNumber(low) - start) / rule.interval) * rule.interval;
  for (let month = firstMonth; month <= monthNumber(high); month += rule.interval) {
    const day = dayInMonth(rule, month);
    if (day !== null && day >= low && day <= high) out.push(day);
  }
  return out;
}

/** The day the rule wants in that month; null in a month that has none (31 February, fifth Monday). */
function dayInMonth(rule: Extract<Recurrence, { freq: 'monthly' }>, month: number): number | null {
  const first = firstOfMonth(month);
  const next = firstOfMonth(month + 1);
  if (rule.dayOfMonth !== undefined) {
    const day = first + rule.dayOfMonth - 1;
    return day < next ? day : null;
  }
  if (rule.nth === undefined) return null;
  const wanted = weekdays.indexOf(rule.nth.weekday);
  if (rule.nth.n === -1) {
    const last = next - 1;
    return last - ((weekdayIndex(last) - wanted + 7) % 7);
  }
  const day = first + ((wanted - weekdayIndex(first) + 7) % 7) + (rule.nth.n - 1) * 7;
  return day < next ? day : null;
}

function monthNumber(day: number): number {
  const [y = 0, m = 1] = dateOf(day).split('-').map(Number);
  return y * 12 + m - 1;
}

function firstOfMonth(month: number): number {
  const y = Math.floor(month / 12);
  return dayNumber(`${String(y).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}-01`);
}
