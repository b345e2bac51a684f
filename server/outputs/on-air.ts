// Whether the station is on the air and since when, across restarts of control and hiccups of air.
import type { AirReport } from '../contract/air-link.ts';
import type { OutputKind } from '../contract/outputs.ts';

/** What is remembered between reports, and between runs of control. */
export interface OnAirMemory {
  /** Epoch ms at which this time on the air began; kept while a pause is short. */
  readonly since: number | null;
  /** Epoch ms at which it was last seen on the air. */
  readonly lastSeen: number | null;
}

/** A pause up to this long (air restarting by itself) does not restart the on-air clock. */
const pauseMs = 15_000;

/** Kinds that nobody out there watches: a radio chain, a file on our own disk. */
const unwatched: ReadonlySet<OutputKind | undefined> = new Set(['icecast', 'recording', undefined]);

/** True when ordered live and being fed, or when any video destination is receiving. */
export function isOnAir(
  live: boolean,
  report: Pick<AirReport, 'source' | 'outputs'>,
  kinds: ReadonlyMap<string, OutputKind>,
): boolean {
  if (live && report.source !== 'off') return true;
  return Object.entries(report.outputs).some(
    ([id, o]) => o.state === 'live' && !unwatched.has(kinds.get(id)),
  );
}

/**
 * The memory after a report seen at `now`. The old `since` holds when the pause was short, or when
 * air proves that it went on while nobody heard it: `evidence` is the earliest moment since which it
 * has been feeding something.
 */
export function nextOnAir(
  old: OnAirMemory,
  onAir: boolean,
  live: boolean,
  now: number,
  evidence: number | null,
): OnAirMemory {
  const seen = old.lastSeen;
  const short = seen !== null && now - seen <= pauseMs;
  if (!onAir) return live && short ? old : { since: null, lastSeen: null };
  const wentOn = seen !== null && evidence !== null && evidence <= seen + pauseMs;
  return { since: short || wentOn ? (old.since ?? now) : now, lastSeen: now };
}

/** The earliest moment since which air has been feeding something without a break, in its own clock. */
export function feedingSince(
  report: Pick<AirReport, 'source' | 'sourceSince' | 'outputs'>,
): number | null {
  const times = Object.values(report.outputs).flatMap((o) =>
    o.state === 'live' && o.liveSince !== null ? [o.liveSince] : [],
  );
  if (report.source !== 'off' && report.sourceSince !== null) times.push(report.sourceSince);
  return times.length > 0 ? Math.min(...times) : null;
}
