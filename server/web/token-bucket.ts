// How often one sender may ask: a bucket of tokens per key, refilled with time. Pure but for the clock given.

export interface TokenBuckets {
  /** Takes one token of `key`; 0 when there was one, else ms until there is one. */
  take(key: string): number;
  forget(key: string): void;
}

/** Buckets of `burst` tokens refilled at `perSecond`; `mono` in ms. Full ones are forgotten beyond 1000 keys. */
export function tokenBuckets(mono: () => number, perSecond: number, burst: number): TokenBuckets {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const levelNow = (bucket: { tokens: number; at: number }): number =>
    Math.min(burst, bucket.tokens + ((mono() - bucket.at) / 1000) * perSecond);
  return {
    take(key) {
      const old = buckets.get(key);
      const tokens = old ? levelNow(old) : burst;
      if (tokens < 1) return Math.ceil(((1 - tokens) / perSecond) * 1000);
      if (!old && buckets.size >= 1000) {
        for (const [other, bucket] of buckets) {
          if (levelNow(bucket) >= burst) buckets.delete(other);
        }
      }
      buckets.set(key, { tokens: tokens - 1, at: mono() });
      return 0;
    },
    forget: (key) => void buckets.delete(key),
  };
}
