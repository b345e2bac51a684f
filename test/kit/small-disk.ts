// A disk of a few megabytes that a test may fill: a tmpfs of its own.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, rmdirSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly path: string;
  readonly freeBytes: number;
  /** Takes space until only about `leaveBytes` are free. */
  fill(leaveBytes: number): void;
  /** Gives back what `fill` took. */
  release(): void;
  /** Unmounts it, with everything on it. */
  close(): void;
}

/** Mounts one; null where mounting is not permitted (it needs root), and nothing is left behind. */
export function mountSmallDisk(megabytes = 20): SmallDisk | null {
  const path = mkdtempSync(join(tmpdir(), 'small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], {
      stdio: 'ignore',
    });
  } catch {
    rmdirSync(path);
    return null;
  }
  const free = () => {
    const disk = statfsSync(path);
    return disk.bavail * disk.bsize;
  };
  let ballast = 0;
  return {
    path,
    get freeBytes() {
      return free();
    },
    fill(leaveBytes) {
      const bytes = free() - leaveBytes;
      if (bytes <= 0) return;
      ballast += 1;
      try {
        writeFileSync(join(path, `.ballast-${ballast}`), Buffer.alloc(bytes));
      } catch (error) {
        // Somebody else wrote meanwhile: it is as full as it gets.
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    },
    release() {
      for (; ballast > 0; ballast -= 1) rmSync(join(path, `.ballast-${ballast}`), { force: true });
    },
    close() {
      try {
        execFileSync('umount', [path], { stdio: 'ignore' });
      } catch {
        // Something still has a file open there: it goes with its last reader.
        execFileSync('umount', ['-l', path], { stdio: 'ignore' });
      }
      // Whoever still writes makes its folders anew, below the disk that is no more.
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
