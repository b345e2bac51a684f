// Percentiles of samples, and how figures are written.

/** Half and nearly all of some samples (ms unless said). */
export interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly count: number;
}

/** Median and 95th percentile, by nearest rank; NaN without samples. */
export function spread(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95), count: sorted.length };
}

/** A figure with as many decimals as its size deserves. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  return value.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0);
}

/** A difference, with its sign. */
export function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${figure(Math.abs(value))}`;
}

/** `a` as a multiple of `b`. */
export function ratio(a: number, b: number): string {
  return b > 0 ? `×${figure(a / b)}` : '–';
}

/** How samples go with time, by least squares. */
export interface Trend {
  /** Change per hour. */
  readonly perHour: number;
  /** Standard error of that: a slope smaller than twice this is none. */
  readonly error: number;
}

/** The straight line nearest to samples taken at `at` (ms); NaN with fewer than three. */
export function trend(samples: readonly { readonly at: number; readonly value: number }[]): Trend {
  const count = samples.length;
  if (count < 3) return { perHour: Number.NaN, error: Number.NaN };
  const hours = samples.map((s) => s.at / 3_600_000);
  const values = samples.map((s) => s.value);
  const [meanX, meanY] = [mean(hours), mean(values)];
  const spreadX = sum(hours.map((x) => (x - meanX) ** 2));
  const perHour = sum(hours.map((x, i) => (x - meanX) * ((values[i] ?? 0) - meanY))) / spreadX;
  const left = hours.map((x, i) => (values[i] ?? 0) - meanY - perHour * (x - meanX));
  return { perHour, error: Math.sqrt(sum(left.map((r) => r * r)) / (count - 2) / spreadX) };
}

/** Arithmetic mean; NaN without values. */
export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

/** Now, in ms of the machine's monotonic clock: the same line in every process. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
