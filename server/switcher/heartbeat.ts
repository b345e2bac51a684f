// Notices an OBS that is connected but does not answer: frozen, or hung.
import type { Cancel, Clock } from '../core/clock.ts';

export interface HeartbeatPorts {
  readonly clock: Clock;
  /** Asks something OBS always answers; resolves true with any answer. */
  readonly ask: () => Promise<boolean>;
  /** True while OBS carries out something slow, during which it may answer nothing. */
  readonly busy: () => boolean;
  /** Called once, when it did not answer. */
  readonly dead: () => void;
}

const everyMs = 500;
const answerMs = 950;
const busyMs = 1400;

/** Beats until cancelled or dead. A frozen OBS is known within 1.45 s, one busy with something slow within 1.9 s. */
export function startHeartbeat(ports: HeartbeatPorts): Cancel {
  const { clock } = ports;
  let stopped = false;
  let cancel = clock.after(everyMs, () => void beat());

  async function beat(): Promise<void> {
    const sentAt = clock.mono();
    const answer = ports.ask();
    let alive = await within(clock, answerMs, answer);
    // This process may itself have been held up, with the answer unread: then there is a little longer.
    const excused = ports.busy() || clock.mono() - sentAt > answerMs + 150;
    if (!alive && excused) alive = await within(clock, busyMs - answerMs, answer);
    if (stopped) return;
    if (alive) cancel = clock.after(everyMs, () => void beat());
    else ports.dead();
  }

  return () => {
    stopped = true;
    cancel();
  };
}

async function within(clock: Clock, ms: number, answer: Promise<boolean>): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const cancel = clock.after(ms, () => late.resolve(false));
  const result = await Promise.race([answer, late.promise]);
  cancel();
  return result;
}
