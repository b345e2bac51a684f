// The play plan: occurrences flattened into what is wanted at each instant, one thing at a time.
import type { Occurrence } from '../contract/grid.ts';
import { byStart, rankOf } from './resolve.ts';
import { wallClock } from './wall-clock.ts';

/** A stretch in which one occurrence is what the grid wants; epoch ms, `end` excluded. */
export interface Segment {
  readonly occurrence: Occurrence;
  readonly start: number;
  readonly end: number;
  /** True when something above it ended and this one is joined in progress. */
  readonly resumed: boolean;
}

/** Names a wish: the same while nothing about who should be on air now has changed. */
export function segmentKey(segment: Segment): string {
  return `${segment.occurrence.id}#${segment.start}`;
}

/**
 * Stretches in order, never overlapping. Where several occurrences cover an instant the highest rank
 * wins, then the last in total order; when it ends, the one beneath is joined again.
 */
export function playPlan(occurrences: readonly Occurrence[]): Segment[] {
  const ordered = occurrences.filter((o) => o.end > o.start).toSorted(byStart);
  const edges = [...new Set(ordered.flatMap((o) => [o.start, o.end]))].toSorted((a, b) => a - b);
  const out: Segment[] = [];
  let active: Occurrence[] = [];
  let entering = 0;
  for (const [i, start] of edges.entries()) {
    const end = edges[i + 1];
    if (end === undefined) break;
    for (let o = ordered[entering]; o !== undefined && o.start <= start; o = ordered[entering]) {
      active.push(o);
      entering += 1;
    }
    active = active.filter((o) => o.end > start);
    const top = topOf(active);
    if (!top) continue;
    const before = out.at(-1);
    if (before?.occurrence === top && before.end === start) {
      out[out.length - 1] = { ...before, end };
    } else {
      out.push({ occurrence: top, start, end, resumed: start > top.start });
    }
  }
  return out;
}

function topOf(active: readonly Occurrence[]): Occurrence | null {
  let top: Occurrence | null = null;
  for (const o of active) {
    if (top === null || rankOf(o) >= rankOf(top)) top = o;
  }
  return top;
}

/** What was on the air when a new version was published, kept until its end or the next start. */
export interface Pin {
  readonly occurrence: Occurrence;
  /** Start of its stretch, epoch ms. */
  readonly start: number;
  readonly end: number;
  /** Instant of the publication, epoch ms. */
  readonly at: number;
}

/**
 * The plan with what was on the air kept: a new version never moves the present. The pinned stretch
 * lasts to its planned end, or to the first start the new plan has after the publication.
 */
export function withPin(segments: readonly Segment[], pin: Pin | null): Segment[] {
  if (pin === null) return [...segments];
  const nextStart = segments.find((s) => s.start > pin.at)?.start ?? Infinity;
  const end = Math.min(pin.end, nextStart);
  const kept: Segment = {
    occurrence: pin.occurrence,
    start: pin.start,
    end,
    resumed: pin.start > pin.occurrence.start,
  };
  const before = segments
    .filter((s) => s.start < pin.start)
    .map((s) => ({ ...s, end: Math.min(s.end, pin.start) }));
  const after = segments
    .filter((s) => s.end > end)
    .map((s) => (s.start < end ? { ...s, start: end, resumed: true } : s));
  return [...before, kept, ...after];
}

/** A stretch as people see it: its occurrence with the times this stretch really has. */
export function shownOccurrence(segment: Segment, zone: string): Occurrence {
  const { occurrence: o, start, end } = segment;
  if (o.start === start && o.end === end) return o;
  const { date, time } = wallClock(start, zone);
  return { ...o, start, end, date, time };
}
