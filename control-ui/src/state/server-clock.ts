// The server's clock as seen from this page: every packet that carries `now` improves the estimate.

export interface ServerClock {
  /** Learns from a packet received now that left the server at `serverNow` (epoch ms). */
  learn(serverNow: number): void;
  /** The server's present time, epoch ms. */
  readonly now: () => number;
}

/** Seconds with packets remembered; old ones go so that a drifting or corrected clock is followed. */
const remembered = 16;

/**
 * A packet can only arrive late, never early, so the largest recent difference is the truest. Many
 * packets within one second count once: after the page hung, all that waited arrive late together.
 * `localNow` gives this machine's epoch ms.
 */
export function createServerClock(localNow: () => number): ServerClock {
  let samples: { readonly second: number; readonly ahead: number }[] = [];
  let offset = 0;
  return {
    learn(serverNow) {
      const local = localNow();
      const second = Math.floor(local / 1000);
      const last = samples.at(-1);
      const same = last?.second === second ? last : null;
      const ahead = Math.max(serverNow - local, same?.ahead ?? -Infinity);
      samples = [...(same ? samples.slice(0, -1) : samples), { second, ahead }].slice(-remembered);
      offset = Math.max(...samples.map((s) => s.ahead));
    },
    now: () => localNow() + offset,
  };
}
