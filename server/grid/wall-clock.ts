// Between the clock on the wall of the station and instants, through its IANA zone.
import { Temporal } from 'temporal-polyfill';

/**
 * Epoch ms of a local date and time in `zone`. A time that does not exist (clocks go forward) gives
 * the first instant after the gap; one that happens twice (clocks go back) gives the earlier.
 */
export function instantOf(date: string, time: string, zone: string): number {
  const local = Temporal.PlainDateTime.from(`${date}T${time}`);
  const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  // In a gap `earlier` lands before the transition, on another wall-clock time than the one asked for.
  if (earlier.toPlainDateTime().equals(local)) return earlier.epochMilliseconds;
  return (earlier.getTimeZoneTransition('next') ?? earlier).epochMilliseconds;
}

/** What the wall of the station shows at an instant. */
export interface WallClock {
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** `HH:MM`, with `:SS` only when the seconds are not 0. */
  readonly time: string;
  /** Minutes ahead of UTC. */
  readonly offsetMinutes: number;
}

/** Local date and time of an instant (epoch ms) in `zone`. */
export function wallClock(instant: number, zone: string): WallClock {
  const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(instant)).toZonedDateTimeISO(
    zone,
  );
  return {
    date: local.toPlainDate().toString(),
    time: local.toPlainTime().toString({ smallestUnit: local.second === 0 ? 'minute' : 'second' }),
    offsetMinutes: Math.round(local.offsetNanoseconds / 60e9),
  };
}

/** First and one-past-last instants of the local dates `from`…`to`, both included. */
export function dayRange(from: string, to: string, zone: string): { start: number; end: number } {
  const next = Temporal.PlainDate.from(to).add({ days: 1 }).toString();
  return { start: instantOf(from, '00:00', zone), end: instantOf(next, '00:00', zone) };
}
