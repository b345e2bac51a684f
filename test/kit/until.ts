// Polling with a deadline: the only way tests wait.
import { slowness } from './slowness.ts';

/** However busy the machine: what has not come by then, in multiples of its time, does not come. */
const mostStretch = 6;

type Seen<T> = Exclude<T, null | undefined | false | 0 | ''>;

/**
 * Resolves with the first truthy value of `probe`; throws naming `what` after `ms`, which is what a
 * machine with nothing else to do may take: a busy one is given as many times more. The last look
 * comes after the deadline, so that a pause of this very process is nobody's fault.
 */
export type Until = <T>(
  what: string,
  probe: () => T | Promise<T>,
  ms?: number,
  everyMs?: number,
) => Promise<Seen<T>>;

/** Waits by this machine's pace. */
export const until: Until = createUntil(slowness);

/** Waits by the pace that `measure` tells, in multiples of an idle machine's time. */
export function createUntil(measure: () => Promise<number>): Until {
  return (what, probe, ms = 10_000, everyMs = 25) => wait(measure, what, probe, ms, everyMs);
}

async function wait<T>(
  measure: () => Promise<number>,
  what: string,
  probe: () => T | Promise<T>,
  ms: number,
  everyMs: number,
): Promise<Seen<T>> {
  const began = performance.now();
  let patience = ms;
  let last: unknown;
  for (;;) {
    const spent = performance.now() - began;
    try {
      const value = await probe();
      if (value) return value as Seen<T>;
      last = value;
    } catch (error) {
      last = error;
    }
    if (spent > patience) {
      // Most waits end long before: the machine is asked only when one does not.
      const stretched = ms * (await stretch(measure));
      if (stretched <= patience) {
        throw new Error(`not within ${Math.round(spent)} ms: ${what} (last: ${describe(last)})`);
      }
      patience = stretched;
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

async function stretch(measure: () => Promise<number>): Promise<number> {
  try {
    return Math.min(mostStretch, await measure());
  } catch {
    // Where there is no ffmpeg to measure by, the limit stays as it is.
    return 1;
  }
}

function describe(value: unknown): string {
  return value instanceof Error
    ? value.message
    : (JSON.stringify(value) ?? 'undefined').slice(0, 300);
}
