// How much room a disk has, and whether it is too little.
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Bytes free for us on the disk that holds `path`, which need not exist yet. Throws what the system says. */
export async function freeBytesAt(path: string): Promise<number> {
  try {
    const disk = await statfs(path);
    return disk.bavail * disk.bsize;
  } catch (error) {
    const above = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === path) throw error;
    return freeBytesAt(above);
  }
}

/**
 * Whether there is too little. Where there was, a tenth more than the limit is wanted: at the limit
 * itself it would be too little and enough for ever.
 */
export function tooLittle(was: boolean, freeBytes: number, minBytes: number): boolean {
  return freeBytes < (was ? minBytes * 1.1 : minBytes);
}

/** Whole seconds until only `minBytes` are left; null while nothing is written. */
export function secondsLeft(
  freeBytes: number,
  minBytes: number,
  bytesPerSecond: number,
): number | null {
  if (bytesPerSecond <= 0) return null;
  return Math.max(0, Math.floor((freeBytes - minBytes) / bytesPerSecond));
}
