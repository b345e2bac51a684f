// When a viewer who fell behind is brought back to what goes out now. Pure.

/** Further behind than this is not live any more, s. */
const behindSeconds = 8;
/** A web player may be set up to be some seconds behind by itself; this much more is late, s. */
const slackSeconds = 3;
/** It may pass by itself: only what lasts is worth a jump, ms. */
const lastsMs = 3000;
/** Between two jumps; where the last one did not help, each time twice as long, up to a minute, ms. */
const firstWaitMs = 10_000;
const longestWaitMs = 60_000;
/** Near for this long: the next delay is a new one, ms. */
const calmMs = 30_000;

/** From how many seconds on a player that means to be `target` behind is late. */
export function lateFrom(target: number | null): number {
  return Math.max(behindSeconds, (target ?? 0) + slackSeconds);
}

export interface LiveKeeper {
  /**
   * Whether to jump to the live edge now (monotonic ms), the picture being `behind` seconds late (null
   * while unknown or paused) and `target` what the player aims at. True counts as jumped.
   */
  due(behind: number | null, target: number | null, now: number): boolean;
}

/**
 * Jumps after 3 s of being late. A browser that cannot keep up is behind again soon after each jump,
 * and each one costs it a pause: so that it sees more than jumps, they become rarer.
 */
export function createLiveKeeper(): LiveKeeper {
  let lateSince: number | null = null;
  let jumpedAt = -Infinity;
  let waitMs = 0;
  return {
    due(behind, target, now) {
      if (behind === null || behind <= lateFrom(target)) {
        lateSince = null;
        return false;
      }
      lateSince ??= now;
      if (now - lateSince < lastsMs || now - jumpedAt < waitMs) return false;
      const again = lateSince - jumpedAt < calmMs;
      waitMs = again ? Math.min(longestWaitMs, waitMs * 2) : firstWaitMs;
      jumpedAt = now;
      lateSince = null;
      return true;
    },
  };
}
