// When to try again: soon at first, then ever later up to a cap, never all viewers at once. Pure.

const firstMs = 1000;
const maxMs = 15_000;

/** Ms before try `attempt` (0 = first); `random` in [0, 1). */
export function retryMs(attempt: number, random: () => number): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 10));
  return Math.round(full / 2 + (full / 2) * random());
}
