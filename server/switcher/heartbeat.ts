// Notices an OBS that is connected but silent: slow for a while, or frozen for good.
import type { Cancel, Clock } from '../core/clock.ts';

export interface HeartbeatPorts {
  readonly clock: Clock;
  /** Asks something OBS always answers; resolves with its answer, and never when there is none. */
  readonly ask: () => Promise<void>;
  /** OBS takes its time to answer, or does so no more. */
  readonly late: (late: boolean) => void;
  /** Called once, when nothing at all was heard for too long. */
  readonly dead: () => void;
}

export interface Heartbeat {
  /** OBS said something: an answer, however late, or an event. */
  heard(): void;
  readonly stop: Cancel;
}

const everyMs = 500;
/** An answer that takes longer is worth saying; it takes nothing from the connection. */
const lateMs = 1000;
/** It is said until no answer was late for this long: a starved machine would have it flicker. */
const calmMs = 10_000;
/** A starved OBS may be still for seconds, and losing the line to it takes more from people than waiting. */
const lostMs = 4000;

/** Beats until stopped or dead. A frozen OBS is late within 1.5 s and dead within 4.5 s. */
export function startHeartbeat(ports: HeartbeatPorts): Heartbeat {
  const { clock } = ports;
  let before = clock.mono();
  let silentMs = 0;
  /** How long the answer under way is due; null when none is. */
  let waitedMs: number | null = null;
  let lateAt: number | null = null;
  const stop = clock.every(everyMs, tick);

  function heard(): void {
    silentMs = 0;
  }

  function tick(): void {
    const now = clock.mono();
    // This process may itself have been held up, with what OBS said unread: that is not OBS's silence.
    const passed = Math.min(now - before, 2 * everyMs);
    before = now;
    silentMs += passed;
    if (silentMs >= lostMs) {
      stop();
      ports.dead();
      return;
    }
    if (waitedMs === null) ask();
    else waitedMs += passed;
    judge(now);
  }

  function judge(now: number): void {
    if ((waitedMs ?? 0) >= lateMs) {
      if (lateAt === null) ports.late(true);
      lateAt = now;
    } else if (lateAt !== null && now - lateAt >= calmMs) {
      lateAt = null;
      ports.late(false);
    }
  }

  function ask(): void {
    waitedMs = 0;
    void ports.ask().then(() => {
      waitedMs = null;
      heard();
    });
  }

  return { heard, stop };
}
