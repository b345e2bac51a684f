// How late an encoder delivers: how far its pictures are behind where its session's quickest ones were.
import { createSourceClock } from './source-clock.ts';

export interface Lateness {
  /** A picture with this FLV timestamp (32-bit ms) arrived at `mono` ms, which never goes back. */
  arrived(timestamp: number, mono: number): void;
  /** Ms behind, of the last two seconds; null while nothing came in that time. */
  lateMs(mono: number): number | null;
  /** The session ended; the next picture is of a new one. */
  reset(): void;
}

/** Within this the least late picture counts: jitter, and a burst after a standstill, do not show. */
const windowMs = 2000;
/** The window is kept as the least of each so long, so that no flood of pictures makes it grow. */
const pieceMs = 250;
/** Pictures are in the order of their timestamps: one this far before the last is of a new session. */
const backMs = 250;
/** How fast the quickest is forgotten: faster than two clocks drift apart, 0.36 s an hour. */
const driftPpm = 100;

/**
 * Makes the measure of one source, which has sent nothing yet. What an encoder always takes is not
 * seen, only what it takes beyond its best. So one that was late from its first picture looks punctual
 * until it has caught up once, and one whose timestamps stood still in a pause looks late by the pause.
 */
export function createLateness(): Lateness {
  let clock = createSourceClock();
  let last: { readonly src: number; readonly mono: number } | null = null;
  /** Arrival − timestamp of the quickest picture, moving up by `driftPpm`. */
  let quickest = Infinity;
  let pieces: { readonly since: number; delay: number }[] = [];

  const within = (mono: number): typeof pieces => pieces.filter((p) => mono - p.since < windowMs);

  function reset(): void {
    clock = createSourceClock();
    last = null;
    quickest = Infinity;
    pieces = [];
  }

  return {
    arrived(timestamp, mono) {
      let src = clock.at(timestamp);
      if (last && src < last.src - backMs) {
        reset();
        src = clock.at(timestamp);
      }
      const delay = mono - src;
      const drift = last ? ((mono - last.mono) * driftPpm) / 1e6 : 0;
      quickest = Math.min(quickest + drift, delay);
      last = { src, mono };
      const piece = pieces.at(-1);
      if (piece && mono - piece.since < pieceMs) piece.delay = Math.min(piece.delay, delay);
      else pieces = [...within(mono), { since: mono, delay }];
    },
    lateMs(mono) {
      const lately = within(mono);
      if (lately.length === 0) return null;
      return Math.max(0, Math.min(...lately.map((p) => p.delay)) - quickest);
    },
    reset,
  };
}
