// Processes that outlive this one: found again by pid and start time, so that a reused pid is never taken for ours.
import { readFileSync } from 'node:fs';
import type { Clock } from '../core/clock.ts';

/** A process for certain: `start` is its start time in clock ticks since boot. */
export interface ProcessMark {
  readonly pid: number;
  readonly start: number;
}

/** Start time of a living process from /proc; null when there is none, or only its remains. */
function startOf(pid: number): number | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // The name may hold spaces and parentheses; what follows its last one does not.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return null;
  return Number(fields[19]);
}

/** The mark of a living process; null when it is gone. */
export function markProcess(pid: number): ProcessMark | null {
  const start = startOf(pid);
  return start === null ? null : { pid, start };
}

/** True while exactly that process lives. */
export function isAlive(mark: ProcessMark): boolean {
  return startOf(mark.pid) === mark.start;
}

/** Signals exactly that process; false when it is gone. */
function signal(mark: ProcessMark, name: NodeJS.Signals): boolean {
  if (!isAlive(mark)) return false;
  try {
    return process.kill(mark.pid, name);
  } catch {
    return false;
  }
}

/** Waits until the process is gone, at most `ms`; says whether it is. */
async function waitGone(clock: Clock, mark: ProcessMark, ms: number): Promise<boolean> {
  const until = clock.mono() + ms;
  while (isAlive(mark)) {
    if (clock.mono() >= until) return false;
    await new Promise<void>((resolve) => void clock.after(50, resolve));
  }
  return true;
}

/** Asks a process to end with `first`, then kills it; resolves when it is gone. */
export async function endProcess(
  clock: Clock,
  mark: ProcessMark,
  first: NodeJS.Signals,
  graceMs: number,
): Promise<void> {
  if (first !== 'SIGKILL') {
    signal(mark, first);
    if (await waitGone(clock, mark, graceMs)) return;
  }
  signal(mark, 'SIGKILL');
  await waitGone(clock, mark, 5000);
}
