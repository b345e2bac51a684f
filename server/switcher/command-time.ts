// The time a command has: one deadline over its wait, its calls and itself, and nothing done after it.
import type { Clock } from '../core/clock.ts';
import { withDeadline } from '../core/deadline.ts';
import { StudioError } from '../core/errors.ts';
import { serialQueue } from '../core/serial-queue.ts';
import type { ObsCaller } from './obs-port.ts';
import { linkWords } from './words.ts';

export type ObsJob<T> = (obs: ObsCaller) => Promise<T>;

export interface CommandTime {
  /** One after another: everything that moves program, preview or transition; `withinMs` for less than a command's time. */
  inLane<T>(job: ObsJob<T>, withinMs?: number): Promise<T>;
  /** Beside all others. */
  beside<T>(job: ObsJob<T>): Promise<T>;
  /** Commands under way or waiting. */
  readonly pending: number;
}

/** A command must be answered within 2 s, this server's own work included. */
const commandMs = 1700;

/** `ready` throws while OBS cannot be asked. */
export function createCommandTime(clock: Clock, obs: ObsCaller, ready: () => void): CommandTime {
  const lane = serialQueue(50);
  let pending = 0;

  async function bounded<T>(
    run: (work: () => Promise<T>) => Promise<T>,
    job: ObsJob<T>,
    withinMs = commandMs,
  ): Promise<T> {
    const until = clock.mono() + withinMs;
    const inTime = (): void => {
      // It was already answered: it must not happen behind its sender's back.
      if (clock.mono() >= until) throw new StudioError('timeout', linkWords.late);
    };
    const caller: ObsCaller = {
      async call(name, data) {
        inTime();
        return await obs.call(name, data);
      },
    };
    pending += 1;
    try {
      const work = run(async () => {
        inTime();
        ready();
        return await job(caller);
      });
      return await withDeadline(clock, withinMs, linkWords.late, work);
    } finally {
      pending -= 1;
    }
  }

  return {
    inLane: (job, withinMs) => bounded((work) => lane.run(work), job, withinMs),
    beside: (job) => bounded((work) => work(), job),
    get pending() {
      return pending;
    },
  };
}
