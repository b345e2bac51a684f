// The files control keeps about its air in the data folder: which process it is, and its log.
import { mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../core/atomic-file.ts';
import type { ProcessIdentity } from './process-identity.ts';

const maxLogBytes = 20_000_000;

const pidFile = (dataDir: string): string => join(dataDir, 'air.pid');

/** The air that a control of this folder started last; null when none or unreadable. */
export function readAirPid(dataDir: string): ProcessIdentity | null {
  try {
    const { pid, startTime } = JSON.parse(readFileSync(pidFile(dataDir), 'utf8')) as {
      pid: unknown;
      startTime: unknown;
    };
    if (typeof pid !== 'number' || !Number.isInteger(pid) || pid < 2) return null;
    return { pid, startTime: typeof startTime === 'string' ? startTime : null };
  } catch {
    return null;
  }
}

/** Remembers which air runs, for the next control. */
export function writeAirPid(dataDir: string, identity: ProcessIdentity): void {
  writeFileAtomic(pidFile(dataDir), JSON.stringify(identity));
}

/** Forgets it. */
export function removeAirPid(dataDir: string): void {
  rmSync(pidFile(dataDir), { force: true });
}

/** Path of air's log. */
export const airLogFile = (dataDir: string): string => join(dataDir, 'logs', 'air.log');

/** Opens air's log to append (mode 0600); past 20 MB the old one is put aside first. Close the fd. */
export function openAirLog(dataDir: string): number {
  const file = airLogFile(dataDir);
  mkdirSync(join(dataDir, 'logs'), { recursive: true, mode: 0o700 });
  try {
    if (statSync(file).size > maxLogBytes) renameSync(file, `${file}.1`);
  } catch {
    // There is none yet.
  }
  return openSync(file, 'a', 0o600);
}
