// The bounds every kind shares.

/** Older than this and a queue drops to the next key frame, ms. */
export const maxAgeMs = 5000;

/** `value` between `low` and `high`, whole. */
export function clamp(value: number, low: number, high: number): number {
  return Math.round(Math.min(high, Math.max(low, value)));
}
