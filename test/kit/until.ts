// Polling with a deadline: the only way tests wait.
import { slowness } from './slowness.ts';

/** However busy the machine: what has not come by then, in multiples of its time, does not come. */
const mostStretch = 6;

/**
 * Resolves with the first truthy value of `probe`; throws naming `what` after `ms`, which is what a
 * machine with nothing else to do may take: a busy one is given as many times more. The last look
 * comes after the deadline, so that a pause of this very process is nobody's fault.
 */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  ms = 10_000,
  everyMs = 25,
): Promise<Exclude<T, null | undefined | false | 0 | ''>> {
  const began = performance.now();
  let patience = ms;
  let last: unknown;
  for (;;) {
    const spent = performance.now() - began;
    try {
      const value = await probe();
      if (value) return value as Exclude<T, null | undefined | false | 0 | ''>;
      last = value;
    } catch (error) {
      last = error;
    }
    if (spent > patience) {
      // Most waits end long before: the machine is asked only when one does not.
      const stretched = ms * (await stretch());
      if (stretched <= patience) {
        throw new Error(`not within ${Math.round(spent)} ms: ${what} (last: ${describe(last)})`);
      }
      patience = stretched;
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

async function stretch(): Promise<number> {
  try {
    return Math.min(mostStretch, await slowness());
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
