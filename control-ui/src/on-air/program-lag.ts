// How old the picture on this screen is, how far it is behind what went out, and when that calls for a fresh start.
import type { AirState } from '../../../server/contract/air.ts';

/** The picture `position` ms after the stream's first went out at `at` (epoch ms, the server's clock). */
export interface TimeMark {
  readonly position: number;
  readonly at: number;
}

/** Air marks once a second; a player never has two minutes to show. */
const keptMarks = 120;
/** Clocks are only known to a tenth or so; a picture earlier than this is a clock that was set. */
const toleranceMs = 500;

/** The mark in what the player hands out as script data; null for any other. */
export function timeMarkOf(script: unknown): TimeMark | null {
  if (typeof script !== 'object' || script === null) return null;
  const mark: unknown = (script as Readonly<Record<string, unknown>>)['onStudioTime'];
  if (typeof mark !== 'object' || mark === null) return null;
  const { position, at } = mark as Readonly<Record<string, unknown>>;
  return typeof position === 'number' &&
    typeof at === 'number' &&
    Number.isFinite(position) &&
    Number.isFinite(at)
    ? { position, at }
    : null;
}

/** `marks` with one more, in the order of the stream; the oldest go. */
export function withMark(marks: readonly TimeMark[], mark: TimeMark): readonly TimeMark[] {
  return [...marks, mark].slice(-keptMarks);
}

/** Marks looked at for one picture. */
const comparedMarks = 5;

/**
 * How long ago, in ms, the picture at `position` ms of the stream went out, by the newest marks that
 * are not after it (the first one for what came before any mark): the least delayed of them, since
 * the very picture that a mark was made with may have come late. Null while nobody can know.
 */
export function lagBehindAir(
  marks: readonly TimeMark[],
  position: number,
  serverNow: number,
): number | null {
  if (marks.length === 0) return null;
  const before = marks.filter((m) => m.position <= position).slice(-comparedMarks);
  const compared = before.length > 0 ? before : marks.slice(0, 1);
  const startedAt = Math.min(...compared.map((m) => m.at - m.position));
  const lag = serverNow - (startedAt + position);
  return lag < -toleranceMs ? null : Math.max(0, lag);
}

/**
 * How far, in ms, what goes out was already behind when it reached air. Opening the player again
 * brings that no nearer, so that it is only shown.
 */
export function behindBeforeAir(
  air: Pick<AirState, 'feeding' | 'programLateMs' | 'bypassLateMs'>,
): number {
  if (air.feeding === 'program') return air.programLateMs ?? 0;
  return air.feeding === 'bypass' ? (air.bypassLateMs ?? 0) : 0;
}

/** From here on the screen says in words that it is late. */
export const lateMs = 3000;
/** From here on the player is opened again, which starts at the newest key frame. */
const reopenAboveMs = 2500;
const firstWaitMs = 8000;
const longestWaitMs = 60_000;

export interface CatchUp {
  /** Says that the player was opened now, for whatever reason. */
  opened(now: number): void;
  /** Whether to open it again now (monotonic ms), its picture being `lagMs` behind. */
  due(lagMs: number | null, now: number): boolean;
}

/** An opening that would bring the picture this much nearer is worth it. */
const worthMs = 1000;

/**
 * Opens again what is late at two looks in a row, at most each 8 s; where the last opening did no
 * better than what is shown now, each time twice as late, up to a minute. `random` in [0,1) keeps
 * screens from doing it together.
 */
export function createCatchUp(random: () => number): CatchUp {
  let openedAt = -Infinity;
  let vainMs = firstWaitMs;
  let spread = 1;
  let wasLate = false;
  let best = Infinity;
  return {
    opened(now) {
      openedAt = now;
      spread = 1 + random() / 4;
      wasLate = false;
      best = Infinity;
    },
    due(lagMs, now) {
      const twice = wasLate;
      wasLate = lagMs !== null && lagMs > reopenAboveMs;
      if (lagMs === null) return false;
      best = Math.min(best, lagMs);
      const worth = lagMs - best >= worthMs;
      const waitMs = worth ? firstWaitMs : vainMs;
      if (!wasLate || !twice || now - openedAt < waitMs * spread) return false;
      vainMs = worth ? firstWaitMs : Math.min(longestWaitMs, vainMs * 2);
      return true;
    },
  };
}
