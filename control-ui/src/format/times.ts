// Times and durations as the control room reads them: 24 h, the station's zone, m:ss.

const two = (n: number): string => String(n).padStart(2, '0');

/** A duration in ms as `m:ss`, or `h:mm:ss` from one hour; never negative. */
export function duration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(total % 60)}`
    : `${minutes}:${two(total % 60)}`;
}

/** What is left of a wait, in ms: rounded up, so that 0:00 means now. */
export function countdown(ms: number): string {
  return duration(Math.ceil(ms / 1000) * 1000);
}

/** The on-air clock: always `hh:mm:ss`. */
export function airClock(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  return [Math.floor(total / 3600), Math.floor((total % 3600) / 60), total % 60].map(two).join(':');
}

/** `10:41:12` at epoch ms `at` in an IANA zone. */
export function clockTime(at: number, locale: string, zone: string): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone: zone,
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(at);
}

/** `10:41` at epoch ms `at` in an IANA zone. */
export function hourMinute(at: number, locale: string, zone: string): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone: zone,
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
  }).format(at);
}

/** `mar 24 nov` at epoch ms `at` in an IANA zone. */
export function shortDate(at: number, locale: string, zone: string): string {
  const parts = new Intl.DateTimeFormat(locale, {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes): string =>
    (parts.find((p) => p.type === type)?.value ?? '').replace('.', '');
  return `${part('weekday')} ${part('day')} ${part('month')}`;
}

/** What is left in s, as people plan with it: `5 h`, `1 h 20 min` below three hours, `42 min`; rounded down. */
export function roughDuration(seconds: number): string {
  const minutes = Math.max(0, Math.floor(seconds / 60));
  const hours = Math.floor(minutes / 60);
  if (hours >= 3) return `${hours} h`;
  if (hours === 0) return `${minutes} min`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}
