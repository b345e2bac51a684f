// The plan around the present, computed once and kept while it is good.
import type { Occurrence } from '../contract/grid.ts';
import { nowNext, type NowNext } from './now-next.ts';
import { playPlan, withPin, type Pin, type Segment } from './plan.ts';
import { occurrencesBetween, type GridPlan } from './resolve.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Longer than any occurrence may last, so that whatever is on now is in the window. */
const backMs = 25 * hourMs;
/** How far ahead it looks, and how far when that holds nothing (a monthly programme). */
const aheadMs = 9 * dayMs;
const farAheadMs = 63 * dayMs;

export interface Timeline {
  /** Present and next stretch at `now` (epoch ms). */
  at(now: number): NowNext;
  /** Occurrences of the window around `now`, in total order. */
  occurrences(now: number): readonly Occurrence[];
  /** Stretches of the window around `now`. */
  segments(now: number): readonly Segment[];
  /** Forgets what was computed: the plan or the pin changed. */
  invalidate(): void;
}

interface Window {
  readonly from: number;
  readonly until: number;
  readonly occurrences: readonly Occurrence[];
  readonly segments: readonly Segment[];
}

/** A timeline over whatever `plan()` and `pin()` say when it computes. */
export function createTimeline(plan: () => GridPlan | null, pin: () => Pin | null): Timeline {
  let window: Window | null = null;

  function compute(now: number, ahead: number): Window {
    const present = plan();
    const occurrences = present ? occurrencesBetween(present, now - backMs, now + ahead) : [];
    return {
      from: now,
      until: now + hourMs,
      occurrences,
      segments: withPin(playPlan(occurrences), pin()),
    };
  }

  function windowAt(now: number): Window {
    // Outside of its hour, be it by time passing or by the clock having jumped, it is computed again.
    if (window && now >= window.from && now < window.until) return window;
    window = compute(now, aheadMs);
    if (nowNext(window.segments, window.until).next === null) window = compute(now, farAheadMs);
    return window;
  }

  return {
    at: (now) => nowNext(windowAt(now).segments, now),
    occurrences: (now) => windowAt(now).occurrences,
    segments: (now) => windowAt(now).segments,
    invalidate() {
      window = null;
    },
  };
}
