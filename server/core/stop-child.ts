// Ends a child process by steps, each with its own deadline.
import type { ChildProcess } from 'node:child_process';
import type { Clock } from './clock.ts';

/** A step of the ladder: what to try, and how long to wait for the exit before the next. */
export interface StopStep {
  readonly act: (child: ChildProcess) => void;
  readonly waitMs: number;
}

/** Resolves when the child has exited; after the last step it is killed and awaited. */
export async function stopChild(
  clock: Clock,
  child: ChildProcess,
  steps: readonly StopStep[],
): Promise<void> {
  if (exited(child)) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (const step of steps) {
    step.act(child);
    if (await within(clock, step.waitMs, gone)) return;
  }
  child.kill('SIGKILL');
  // SIGSTOPped or not, SIGKILL ends it; the wait is only for the kernel.
  await within(clock, 5000, gone);
}

function exited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

async function within(clock: Clock, ms: number, done: Promise<void>): Promise<boolean> {
  let cancel: (() => void) | undefined;
  const late = new Promise<false>((resolve) => {
    cancel = clock.after(ms, () => resolve(false));
  });
  const result = await Promise.race([done.then(() => true as const), late]);
  cancel?.();
  return result;
}
