// Files that are either the old or the new version, never half of one.
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { randomBytes } from 'node:crypto';

function writeSynced(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  const fd = openSync(temporary, 'wx', 0o600);
  try {
    // Not `writeSync`: a disk that is almost full takes a part and calls it a success.
    writeFileSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return temporary;
}

function syncFolder(path: string): void {
  const fd = openSync(dirname(path), 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Replaces `path` by `text` (mode 0600): temporary name, sync, rename, sync of the folder. */
export function writeFileAtomic(path: string, text: string): void {
  const temporary = writeSynced(path, text);
  renameSync(temporary, path);
  syncFolder(path);
}

/** Writes `path` (mode 0600) unless it exists; of two writers at once, one wins whole. */
export function createFileOnce(path: string, text: string): void {
  if (existsSync(path)) return;
  const temporary = writeSynced(path, text);
  try {
    linkSync(temporary, path);
    syncFolder(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}
