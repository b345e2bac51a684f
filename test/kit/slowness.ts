// How loaded the machine is just now, for limits of time that judge us and not our neighbours.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * How much slower than an idle one this machine is just now, at least 1: by how long it takes to
 * start an ffmpeg that does nothing, 150 ms at the most, and by how many processes share a core.
 * What a limit of time is multiplied by, so that a test judges us and not our neighbours.
 */
export async function slowness(): Promise<number> {
  const from = performance.now();
  await run('ffmpeg', ['-version']);
  const started = (performance.now() - from) / 150;
  return Math.max(1, started, (loadavg()[0] ?? 0) / availableParallelism());
}

/**
 * Begins to watch the machine's pace. What it resolves with stretches a limit, ms, by the slowest pace
 * seen from this call until it is asked, and by what this process meanwhile waited for a core: what is
 * judged lies between the two.
 */
export async function paced(): Promise<(ms: number) => Promise<number>> {
  let slowest = await slowness();
  const withheld = withheldMs();
  return async (ms) => {
    slowest = Math.max(slowest, await slowness());
    return ms * slowest + withheldMs() - withheld;
  };
}

/** How long this process has been ready to run without a core, ms (the second figure of `schedstat`). */
function withheldMs(): number {
  const [, waitedNs] = readFileSync('/proc/self/schedstat', 'utf8').split(' ');
  return Number(waitedNs) / 1e6;
}
