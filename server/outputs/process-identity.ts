// Tells one process from a later one with the same number: its pid together with its start time.
import { readFileSync } from 'node:fs';

/** A process; `startTime` in clock ticks since boot, null where the system does not tell (no /proc). */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string | null;
}

/** The identity of a running process, or null when there is none (a zombie counts as none). */
export function identify(pid: number): ProcessIdentity | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return signalReaches(pid) ? { pid, startTime: null } : null;
  }
  // The command, in parentheses, may hold spaces: fields are counted after the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return null;
  return { pid, startTime: fields[19] ?? null };
}

/** Whether exactly that process is still running. */
export function isRunning(process: ProcessIdentity): boolean {
  const present = identify(process.pid);
  return present !== null && present.startTime === process.startTime;
}

/** Sends a signal to exactly that process; false when it is gone. */
export function signal(target: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isRunning(target)) return false;
  try {
    return process.kill(target.pid, name);
  } catch {
    return false;
  }
}

function signalReaches(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
