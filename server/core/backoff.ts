// Delays between retries: exponential, capped, with jitter; never gives up by itself.

/** How long to wait before try number n. */
export interface BackoffPolicy {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Delay in ms before retry `attempt` (0 = first): half fixed, half random (`random` in [0,1)). */
export function backoffMs(policy: BackoffPolicy, attempt: number, random: () => number): number {
  const full = Math.min(policy.maxMs, policy.firstMs * 2 ** Math.min(attempt, 30));
  return Math.round(full / 2 + (full / 2) * random());
}
