// The programme guide as the page needs it: what is on, what comes next, and when we are back. Pure.
import type { Word, Words } from './words.ts';

/** One stretch of /api/v1/public/schedule.json. */
export interface Listing {
  readonly title: string;
  readonly department: string;
  /** Epoch ms. */
  readonly start: number;
  readonly end: number;
  readonly signLanguage: boolean;
  readonly captions: boolean;
}

export interface Guide {
  readonly present: Listing | null;
  readonly next: Listing | null;
  /** What follows that one, a few. */
  readonly later: readonly Listing[];
}

const laterCount = 3;

/** The listings of the guide's JSON, in order; what is not one is left out. */
export function listingsIn(json: unknown): Listing[] {
  const { occurrences } = (json ?? {}) as { occurrences?: unknown };
  if (!Array.isArray(occurrences)) return [];
  return occurrences
    .flatMap((entry: Record<string, unknown> | null) => {
      const start = Date.parse(String(entry?.['start']));
      const end = Date.parse(String(entry?.['end']));
      if (!(start < end) || typeof entry?.['title'] !== 'string') return [];
      return [
        {
          title: entry['title'],
          department: typeof entry['department'] === 'string' ? entry['department'] : '',
          start,
          end,
          signLanguage: entry['signLanguage'] === true,
          captions: entry['captions'] === true,
        },
      ];
    })
    .toSorted((a, b) => a.start - b.start);
}

/** What is planned at `now`, and the first after it. */
export function guideAt(listings: readonly Listing[], now: number): Guide {
  const coming = listings.filter((l) => l.start > now);
  return {
    present: listings.find((l) => l.start <= now && now < l.end) ?? null,
    next: coming[0] ?? null,
    later: coming.slice(1, 1 + laterCount),
  };
}

/** The station's clock on the wall. */
export interface Wall {
  readonly zone: string;
  readonly locale: string;
}

/** `10:00`, in the station's zone. */
export function timeText(at: number, { zone }: Wall): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(at);
}

/** “Volvemos mañana a las 10:00”: the day only where it is not today. */
export function backText(next: Listing, now: number, wall: Wall, words: Words): string {
  const days = dayOf(next.start, wall.zone) - dayOf(now, wall.zone);
  const time = timeText(next.start, wall);
  const base: Word = days <= 0 ? 'back' : days === 1 ? 'backTomorrow' : 'backDay';
  const locale = words.language === 'es' ? wall.locale : 'en-GB';
  const options = { timeZone: wall.zone, weekday: 'long', day: 'numeric', month: 'long' } as const;
  const day = new Intl.DateTimeFormat(locale, options).format(next.start).replace(',', '');
  return words.say(oneOClock(base, time), { time, day });
}

/** `10:00`, with the day before it where it is not today: `mié 25, 10:00`. */
export function whenText(at: number, now: number, wall: Wall, words: Words): string {
  const time = timeText(at, wall);
  if (dayOf(at, wall.zone) === dayOf(now, wall.zone)) return time;
  const locale = words.language === 'es' ? wall.locale : 'en-GB';
  const options = { timeZone: wall.zone, weekday: 'short', day: 'numeric' } as const;
  const day = new Intl.DateTimeFormat(locale, options).format(at).replace(',', '');
  return `${day}, ${time}`;
}

/** “hasta las 11:00”. */
export function untilText(end: number, wall: Wall, words: Words): string {
  const time = timeText(end, wall);
  return words.say(oneOClock('until', time), { time });
}

/** Whether the viewer's own clock shows another time than the station's. */
export function otherZone(now: number, { zone }: Wall, own: string | undefined): boolean {
  return (
    own !== undefined &&
    timeText(now, { zone, locale: '' }) !== timeText(now, { zone: own, locale: '' })
  );
}

/** Spanish says “a la una” and “a las dos”. */
function oneOClock(word: 'back' | 'backTomorrow' | 'backDay' | 'until', time: string): Word {
  return time.startsWith('01:') ? `${word}One` : word;
}

/** Number of the local date, so that neighbours differ by one. */
function dayOf(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(at);
  return Math.round(Date.parse(`${parts}T12:00:00Z`) / 86_400_000);
}
