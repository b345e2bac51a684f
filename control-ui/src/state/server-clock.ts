// The server's clock as seen from this page: every packet that carries `now` improves the estimate.

export interface ServerClock {
  /** Learns from a packet received now that left the server at `serverNow` (epoch ms). */
  learn(serverNow: number): void;
  /** The server's present time, epoch ms. */
  readonly now: () => number;
}

/** Packets remembered; old ones go so that a drifting or corrected clock is followed. */
const remembered = 16;

/**
 * A packet can only arrive late, never early, so the largest recent difference is the truest.
 * `localNow` gives this machine's epoch ms.
 */
export function createServerClock(localNow: () => number): ServerClock {
  let samples: number[] = [];
  let offset = 0;
  return {
    learn(serverNow) {
      samples = [...samples, serverNow - localNow()].slice(-remembered);
      offset = Math.max(...samples);
    },
    now: () => localNow() + offset,
  };
}
