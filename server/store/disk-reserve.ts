// Room set aside on the data disk: when it is full, this is given back, so that people can still sign
// in and end a transmission while somebody makes room.
import { existsSync, rmSync, statfsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freeBytesAt } from '../core/free-space.ts';

/** Some ten thousand commands with their evidence; four times what the database's log grows to. */
export const reserveBytes = 16 * 1024 * 1024;

/** What SQLite's log grows to before it is folded into the database. */
const tightBytes = 4 * 1024 * 1024;

const chunk = Buffer.alloc(1024 * 1024);

export interface DiskReserve {
  /** Whether it is set aside. */
  whole(): boolean;
  /** Gives the room back to the disk at once; false when there was none to give. Never throws. */
  release(): boolean;
  /** As `release`, where less is free than a transaction may need. */
  releaseIfTight(): boolean;
  /** Sets it aside again where that leaves as much again; resolves with `whole()`. Never rejects. */
  restore(): Promise<boolean>;
}

/** The reserve of the disk that holds the existing folder `folder`: a file in it of `bytes`. */
export function createDiskReserve(folder: string, bytes = reserveBytes): DiskReserve {
  const path = join(folder, 'reserve');
  const unfinished = `${path}.tmp`;
  let restoring: Promise<boolean> | null = null;

  async function fill(): Promise<boolean> {
    if (existsSync(path)) return true;
    try {
      if ((await freeBytesAt(folder)) < 2 * bytes) return false;
      // Really written: a file with holes holds no room.
      const file = await open(unfinished, 'w', 0o600);
      try {
        for (let left = bytes; left > 0; left -= chunk.length) {
          await file.writeFile(chunk.subarray(0, Math.min(left, chunk.length)));
        }
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(unfinished, path);
      return true;
    } catch {
      await rm(unfinished, { force: true }).catch(() => undefined);
      return false;
    }
  }

  function release(): boolean {
    try {
      const held = existsSync(path) || existsSync(unfinished);
      rmSync(path, { force: true });
      rmSync(unfinished, { force: true });
      return held;
    } catch {
      return false;
    }
  }

  return {
    whole: () => existsSync(path),
    release,
    releaseIfTight() {
      try {
        const disk = statfsSync(folder);
        return disk.bavail * disk.bsize < tightBytes && release();
      } catch {
        // A disk that cannot be asked says more when it is written to.
        return false;
      }
    },
    restore() {
      restoring ??= fill().finally(() => {
        restoring = null;
      });
      return restoring;
    },
  };
}
