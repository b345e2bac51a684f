// Picture and sound as sent, read at a glance: a loudness scale and the flags that matter.
import type { AirFeeding, AirHealth } from '../../../server/contract/air.ts';

export type HealthFlag = 'black' | 'frozen' | 'silent' | 'clipped';

/** Ends of the loudness bar and the zone people aim at: EBU R 128 (−23) up to web platforms (−18), LUFS. */
export const loudnessScale = { low: -41, zoneLow: -23, zoneHigh: -18, high: -5 } as const;

/** True peaks above this clip somewhere on the way to a listener, dBTP (EBU R 128). */
export const peakLimitDb = -1;

/** Shorter is a cut, a breath or a black frame between two spots, s. */
const worthSaying = 2;

/** Key frames come each 2 s and a card may stand a while: shorter is a calm scene, s. */
const stillSaying = 10;

/** Share 0…1 of the loudness bar; null (not measured) is empty. */
export function loudnessShare(lufs: number | null): number {
  if (lufs === null) return 0;
  const { low, high } = loudnessScale;
  return Math.min(1, Math.max(0, (lufs - low) / (high - low)));
}

/**
 * What is wrong with what goes out and for how many seconds; the slate is meant to stand still and to be
 * quiet, OBS's own slate scene too. `ownSeconds`: how long ago that was last meant; what stood still before
 * is no fault.
 */
export function healthFlags(
  health: AirHealth | null,
  feeding: AirFeeding,
  slateScene = false,
  ownSeconds = Number.POSITIVE_INFINITY,
): { readonly flag: HealthFlag; readonly seconds: number }[] {
  if (!health || feeding === 'off') return [];
  const slate = feeding === 'slate';
  const meant = slate || (slateScene && feeding === 'program');
  const own = (seconds: number | null): number | null =>
    seconds === null || meant ? null : Math.min(seconds, ownSeconds);
  const found: readonly [HealthFlag, number | null, number][] = [
    ['black', slate ? null : health.blackSeconds, worthSaying],
    ['frozen', own(health.frozenSeconds), stillSaying],
    ['silent', own(health.silentSeconds), worthSaying],
    ['clipped', health.clippedSeconds, 1],
  ];
  const flags = found.flatMap(([flag, seconds, least]) =>
    seconds !== null && seconds >= least ? [{ flag, seconds: Math.floor(seconds) }] : [],
  );
  // A black picture also stands still: one flag says it.
  return flags.some(({ flag }) => flag === 'black')
    ? flags.filter(({ flag }) => flag !== 'frozen')
    : flags;
}
