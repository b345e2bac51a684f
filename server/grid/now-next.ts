// What is on now and what comes next, as one pure function of the plan and the time.
import type { Segment } from './plan.ts';

/** Present and next stretch of the plan. */
export interface NowNext {
  readonly now: Segment | null;
  readonly next: Segment | null;
}

/** `segments` in order (playPlan); `now` in epoch ms. A stretch is on at its start and no longer at its end. */
export function nowNext(segments: readonly Segment[], now: number): NowNext {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((segments[middle]?.start ?? 0) <= now) low = middle + 1;
    else high = middle;
  }
  const present = segments[low - 1];
  return {
    now: present && now < present.end ? present : null,
    next: segments[low] ?? null,
  };
}
