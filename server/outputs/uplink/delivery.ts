// From single confirmed uploads to one figure, and how large the next one should be. Pure.

/** One upload the far end confirmed: when it began and was confirmed, ms since the start. */
export interface Delivery {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

const smallest = 16_384;
const largest = 4_194_304;
/** Each upload should last about this long, ms: long against the way there and back, short against the test. */
const quickMs = 400;
const lengthyMs = 1200;

/** Bytes of the upload after `last`; null before the first. */
export function nextSize(last: Delivery | null): number {
  if (last === null) return smallest;
  const ms = last.to - last.from;
  if (ms < quickMs / 4) return Math.min(largest, last.bytes * 4);
  if (ms < quickMs) return Math.min(largest, last.bytes * 2);
  return ms > lengthyMs ? Math.max(smallest, Math.floor(last.bytes / 2)) : last.bytes;
}

/**
 * Kb/s between `from` and `to` (ms since the start): each delivery's bytes are spread evenly over the
 * time it took, so that what straddles an edge counts by its share.
 */
export function confirmedKbps(deliveries: readonly Delivery[], from: number, to: number): number {
  let bytes = 0;
  for (const d of deliveries) {
    const inside = Math.min(d.to, to) - Math.max(d.from, from);
    if (inside > 0) bytes += (d.bytes * inside) / (d.to - d.from);
  }
  return to > from ? Math.round((bytes * 8) / (to - from)) : 0;
}
