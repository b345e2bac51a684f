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

/** One report, as far as the on-air clock needs it. Times are control's, epoch ms. */
export interface OnAirFacts {
  readonly onAir: boolean;
  /** Ordered on the air. */
  readonly live: boolean;
  readonly now: number;
  /** See `feedingSince`; null when air proves nothing. */
  readonly fedSince: number | null;
  /** The first report that this run of control hears. */
  readonly first: boolean;
}

/**
 * The memory after a report. The old `since` holds when the pause was short, or when air proves that it
 * went on while nobody heard it. Otherwise this time on the air began with what air says after an
 * absence, and now when control was there to see it.
 */
export function nextOnAir(old: OnAirMemory, facts: OnAirFacts): OnAirMemory {
  const { onAir, live, now, fedSince } = facts;
  const seen = old.lastSeen;
  const short = seen !== null && now - seen <= pauseMs;
  if (!onAir) return live && short ? old : { since: null, lastSeen: null };
  const wentOn = seen !== null && fedSince !== null && fedSince <= seen + pauseMs;
  if (short || wentOn) return { since: old.since ?? now, lastSeen: now };
  const unseen = seen !== null || facts.first;
  return { since: unseen ? (fedSince ?? now) : now, lastSeen: now };
}

/**
 * The earliest moment since which what makes us be on the air has gone on without a break, in air's own
 * clock: ordered live and feeding something, or feeding a destination that is watched.
 */
export function feedingSince(
  report: Pick<AirReport, 'source' | 'sourceSince' | 'liveSince' | 'outputs'>,
  live: boolean,
  kinds: ReadonlyMap<string, OutputKind>,
): number | null {
  const times = Object.entries(report.outputs).flatMap(([id, o]) =>
    o.state === 'live' && o.liveSince !== null && !unwatched.has(kinds.get(id))
      ? [o.liveSince]
      : [],
  );
  // An older air only says since when it is this source: a slate in between hides what was before.
  const fed = report.liveSince ?? (report.source === 'off' ? null : report.sourceSince);
  if (live && fed !== null) times.push(fed);
  return times.length > 0 ? Math.min(...times) : null;
}
