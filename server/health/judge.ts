// Which alarms the picture and the sound as sent deserve. Pure: facts, thresholds and memory in, memory out.
import type { AirHealth } from '../contract/air.ts';
import type { StationProfile } from '../contract/profiles.ts';

/** What can be wrong with what goes out. */
export const healthTroubles = ['black', 'frozen', 'silent', 'clipped', 'loud', 'quiet'] as const;
export type HealthTrouble = (typeof healthTroubles)[number];

export type HealthThresholds = StationProfile['health'];

/** Around the facts. */
export interface HealthContext {
  /** On the air with a picture that somebody here makes: not off, not the slate. */
  readonly watched: boolean;
  /** OBS shows its slate scene: a still, quiet picture is meant. */
  readonly slateScene: boolean;
}

export interface HealthMemory {
  readonly up: ReadonlySet<HealthTrouble>;
  /** Seconds too loud and too quiet; seconds within the tolerance count down. */
  readonly loudSeconds: number;
  readonly quietSeconds: number;
  /** Seconds since a still, quiet picture was last meant: what stood still before is nobody's fault. */
  readonly ownSeconds: number;
}

/** Nothing wrong. */
export const healthy: HealthMemory = {
  up: new Set(),
  loudSeconds: 0,
  quietSeconds: 0,
  ownSeconds: Number.POSITIVE_INFINITY,
};

/** Short-term loudness must be off for so long; the alarm goes after half of it within. */
export const offSeconds = 30;

/**
 * The memory after facts that stand for `elapsed` seconds; `up` holds the troubles to be shown. What is
 * not measured (null) leaves its trouble as it was. A black picture stands still and a silent program is
 * quiet: only the first is said. Stillness and silence count from the moment they were no longer meant: the
 * measure needs a moment to see that the slate is gone.
 */
export function judgeHealth(
  health: AirHealth | null,
  thresholds: HealthThresholds,
  context: HealthContext,
  before: HealthMemory,
  elapsed: number,
): HealthMemory {
  if (!context.watched) return { ...healthy, ownSeconds: 0 };
  if (!health) return before;
  const was = (trouble: HealthTrouble): boolean => before.up.has(trouble);
  const meant = context.slateScene;
  const ownSeconds = meant ? 0 : before.ownSeconds + elapsed;
  const own = (seconds: number | null): number | null =>
    seconds === null ? null : Math.min(seconds, ownSeconds);
  const black = lasting(health.blackSeconds, thresholds.blackSeconds, was('black'));
  const still = lasting(own(health.frozenSeconds), thresholds.frozenSeconds, was('frozen'));
  const silent =
    !meant && lasting(own(health.silentSeconds), thresholds.silentSeconds, was('silent'));
  const level = health.shortTermLufs;
  const { targetLufs, toleranceLu } = thresholds;
  const loudSeconds = count(
    before.loudSeconds,
    elapsed,
    level,
    (l) => l > targetLufs + toleranceLu,
  );
  // Pauses are no quiet programme: they neither count nor excuse.
  const spoken = health.silentSeconds === 0 ? level : null;
  const quietSeconds = meant
    ? 0
    : count(before.quietSeconds, elapsed, spoken, (l) => l < targetLufs - toleranceLu);
  const wrong: Readonly<Record<HealthTrouble, boolean>> = {
    black,
    frozen: still && !meant && !black,
    silent,
    clipped: clipped(health.clippedSeconds, thresholds.clippedSeconds, was('clipped')),
    loud: over(loudSeconds, was('loud')),
    quiet: !silent && over(quietSeconds, was('quiet')),
  };
  const up = new Set(healthTroubles.filter((t) => wrong[t]));
  return { up, loudSeconds, quietSeconds, ownSeconds };
}

/** Begins at the threshold, ends when the thing itself is over. */
function lasting(seconds: number | null, threshold: number, was: boolean): boolean {
  if (seconds === null) return was;
  return was ? seconds > 0 : seconds >= threshold;
}

/** Clipping comes in bursts: it is over when half of the threshold is left in the last ten seconds. */
function clipped(seconds: number | null, threshold: number, was: boolean): boolean {
  if (seconds === null) return was;
  return was ? seconds > threshold / 2 : seconds >= threshold;
}

function count(
  before: number,
  elapsed: number,
  level: number | null,
  off: (level: number) => boolean,
): number {
  if (level === null) return before;
  return Math.min(offSeconds, Math.max(0, before + (off(level) ? elapsed : -elapsed)));
}

function over(seconds: number, was: boolean): boolean {
  return was ? seconds > offSeconds / 2 : seconds >= offSeconds;
}
