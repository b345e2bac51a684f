// The one port to time: wall-clock for people and plans, monotonic for durations, timers for both.

/** Stops a timer; calling it twice is harmless. */
export type Cancel = () => void;

export interface Clock {
  /** Wall-clock epoch ms, shifted by the rehearsal offset when there is one. */
  now(): number;
  /** Monotonic ms from an arbitrary origin; never jumps. */
  mono(): number;
  /** Runs `fn` once after `ms` (≥ 0). */
  after(ms: number, fn: () => void): Cancel;
  /** Runs `fn` each `ms` until cancelled. */
  every(ms: number, fn: () => void): Cancel;
}

/** The machine's clock; `offsetMs` rehearses another time (STUDIO_CLOCK_OFFSET_MS). */
export function systemClock(offsetMs = 0): Clock {
  return {
    now: () => Date.now() + offsetMs,
    mono: () => performance.now(),
    after(ms, fn) {
      const timer = setTimeout(fn, ms);
      return () => clearTimeout(timer);
    },
    every(ms, fn) {
      const timer = setInterval(fn, ms);
      return () => clearInterval(timer);
    },
  };
}
