// How loaded the machine is just now, for limits of time that judge us and not our neighbours.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * How much slower than an idle one this machine is just now, at least 1: by how long it takes to
 * start an ffmpeg that does nothing, 150 ms at the most. What a limit of time is multiplied by, so
 * that a test judges the supervision and not its neighbours.
 */
export async function slowness(): Promise<number> {
  const from = performance.now();
  await run('ffmpeg', ['-version']);
  return Math.max(1, (performance.now() - from) / 150);
}
