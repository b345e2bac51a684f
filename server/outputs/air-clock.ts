// Translates air's wall clock into control's: air may run on another machine, or control rehearse another hour.

/** How far control's clock is ahead of air's, kept steady between reports. */
export interface ClockOffset {
  readonly ms: number;
  /** Reports in a row whose measure was far above `ms`. */
  readonly above: number;
}

/**
 * Next offset after a report stamped `at` (air's clock) arrived at `now` (control's). A late report
 * only ever measures too much, so the least measure is kept; one lower by 250 ms replaces it at
 * once, one higher by 2 s must repeat four times (a clock was set). Under 1 s is taken as zero, so
 * that times of a local air are exactly the ones it gave.
 */
export function nextOffset(old: ClockOffset | null, at: number, now: number): ClockOffset {
  const measured = now - at;
  if (Math.abs(measured) < 1000) return { ms: 0, above: 0 };
  if (old === null || measured < old.ms - 250) return { ms: measured, above: 0 };
  if (measured > old.ms + 2000) {
    return old.above >= 3 ? { ms: measured, above: 0 } : { ms: old.ms, above: old.above + 1 };
  }
  return { ms: old.ms, above: 0 };
}
