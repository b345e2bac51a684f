// Programs that make or examine media for a test: they leave the machine to what is being timed beside them.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A third of the share that a test's real parts get where both want a core (`nice` of coreutils). */
const niceness = '5';

/** Its stdout and stderr as bytes; rejects as `execFile` does. */
export function runBehind(
  program: string,
  args: readonly string[],
  maxBuffer: number,
): Promise<{ stdout: Buffer; stderr: Buffer }> {
  return run('nice', ['-n', niceness, program, ...args], { encoding: 'buffer', maxBuffer });
}
