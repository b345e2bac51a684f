// The last minute of each bitrate, sampled on this page once a second.

/** kb/s, oldest first, at most `historySeconds` values. */
export type BitrateHistory = Readonly<Record<string, readonly number[]>>;

export const historySeconds = 60;

/** The history one second later; who is gone is forgotten. `rates` is kb/s by id. */
export function nextHistory(
  history: BitrateHistory,
  rates: Readonly<Record<string, number>>,
): BitrateHistory {
  return Object.fromEntries(
    Object.entries(rates).map(([id, kbps]) => [
      id,
      [...(history[id] ?? []), kbps].slice(-historySeconds),
    ]),
  );
}

/**
 * An SVG path of `values` (oldest first) in a box of `width`×`height`: the newest at the right edge,
 * `full` (or the highest value, if higher) at the top.
 */
export function sparkPath(
  values: readonly number[],
  full: number,
  width: number,
  height: number,
): string {
  const top = Math.max(full, ...values, 1);
  const step = width / (historySeconds - 1);
  return values
    .map((value, i) => {
      const x = width - (values.length - 1 - i) * step;
      const y = height - (value / top) * height;
      return `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
