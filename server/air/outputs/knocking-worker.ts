// A worker that is started only once somebody listens; until then it looks like one that is starting.
import type { Clock } from '../../core/clock.ts';
import type { Verdict } from './classify.ts';
import { knock, type Door } from './knock.ts';
import { unstarted, type Worker } from './worker.ts';

/** Starts `start` when `door` answers; ends as refused when it does not. */
export function startKnocking(door: Door, clock: Clock, start: () => Worker): Worker {
  let inner: Worker | null = null;
  let ended = false;

  async function run(): Promise<Verdict> {
    const answer = await knock(door, clock);
    if (ended) return { cause: 'unknown', detail: 'ended before it was started' };
    if (answer === 'refused') {
      return { cause: 'refused', detail: `Connection to ${door.host}:${door.port} refused` };
    }
    inner = start();
    return inner.gone;
  }

  return {
    get pid() {
      return inner?.pid ?? null;
    },
    view: () => inner?.view() ?? unstarted,
    lines: () => inner?.lines() ?? [],
    async end() {
      ended = true;
      await inner?.end();
    },
    kill() {
      ended = true;
      inner?.kill();
    },
    gone: run(),
  };
}
