// Calendar arithmetic on local dates as whole day numbers: no zone, no clock, nothing to go wrong.
import type { Weekday } from '../contract/grid.ts';

const dayMs = 86_400_000;
/** Last date anybody may plan or ask for: keeps every sum of days inside four-digit years. */
export const lastDate = '2199-12-31';
/** First such date. */
export const firstDate = '1970-01-01';
/** Weekdays in ISO order; the week starts on Monday. */
export const weekdays: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** Days since 1970-01-01 of a `YYYY-MM-DD`. */
export function dayNumber(date: string): number {
  return Math.round(Date.parse(`${date}T00:00:00Z`) / dayMs);
}

/** `YYYY-MM-DD` of a day number. */
export function dateOf(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** The date `days` later (or earlier). */
export function addDays(date: string, days: number): string {
  return dateOf(dayNumber(date) + days);
}

/** 0 = Monday … 6 = Sunday. 1970-01-01 was a Thursday. */
export function weekdayIndex(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

/** The Monday of the week `date` is in. */
export function mondayOf(date: string): string {
  const day = dayNumber(date);
  return dateOf(day - weekdayIndex(day));
}

/** Minutes after midnight of `HH:MM` or `HH:MM:SS`, with its seconds as a fraction. */
export function minutesOf(time: string): number {
  const [h = 0, m = 0, s = 0] = time.split(':').map(Number);
  return h * 60 + m + s / 60;
}
