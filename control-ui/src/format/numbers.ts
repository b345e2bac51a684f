// Numbers with their units, in the station's locale (coma decimal).

/** `value` with exactly `digits` decimals in `locale`. */
export function decimal(value: number, digits: number, locale: string): string {
  const made = new Intl.NumberFormat(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    signDisplay: 'negative',
  });
  // A typographic minus keeps its width beside tabular figures.
  return made.format(value).replace('-', '−');
}

/** kb/s → `6,0 Mb/s`; below 1 Mb/s → `640 kb/s`. */
export function bitrate(kbps: number, locale: string): string {
  return kbps > 0 && kbps < 1000
    ? `${decimal(kbps, 0, locale)} kb/s`
    : `${decimal(kbps / 1000, 1, locale)} Mb/s`;
}

/** ms → `0,3 s`. */
export function seconds(ms: number, locale: string): string {
  return `${decimal(ms / 1000, 1, locale)} s`;
}

/** Share 0…1 of a meter for a peak in dBFS: −60 is empty, 0 is full. */
export function meterShare(db: number): number {
  return Math.min(1, Math.max(0, (db + 60) / 60));
}

/** kb/s → `14,2` (Mb/s, the unit is said once beside several figures). */
export function megabits(kbps: number, locale: string): string {
  return decimal(kbps / 1000, 1, locale);
}

/** Bytes as disks are sold: `142 GB`, `1,9 GB` below ten, `640 MB` below one. */
export function diskSize(bytes: number, locale: string): string {
  const gb = bytes / 1e9;
  if (gb < 1) return `${decimal(bytes / 1e6, 0, locale)} MB`;
  return `${decimal(gb, gb < 10 ? 1 : 0, locale)} GB`;
}
