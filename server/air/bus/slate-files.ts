// The slates kept on disk: which belong to whom, how they are read, written whole, and tidied.
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '../../core/replace-file.ts';
import { reelAsFlv, reelFromFlv, type Reel } from './reel.ts';

/** Tags written at once: a little work at a time, so that the bus has its turns between. */
const batch = 64;

/** The reel in the file, which counts as used now; its length comes from the file when not given. */
export async function loadReel(path: string, durationMs?: number): Promise<Reel> {
  const reel = reelFromFlv(await readFile(path), durationMs);
  const now = new Date();
  // Marks it as used, for the tidying.
  await utimes(path, now, now).catch(() => undefined);
  return reel;
}

/** Writes the reel (mode 0600), whole or not at all; a leftover begins with `part-`. */
export async function saveReel(path: string, reel: Reel): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const part = join(folder, `part-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    const file = await open(part, 'wx', 0o600);
    try {
      const pieces = reelAsFlv(reel);
      for (let i = 0; i < pieces.length; i += batch) {
        await writeAll(file, Buffer.concat(pieces.slice(i, i + batch)));
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
    await syncFolder(folder);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Removes what an earlier process did not finish: entries that begin with `prefix`. */
export async function removeLeftovers(dir: string, prefix: string): Promise<void> {
  const names = await readdir(dir).catch(() => []);
  for (const name of names.filter((n) => n.startsWith(prefix))) {
    await rm(join(dir, name), { recursive: true, force: true });
  }
}

/** Keeps the `keep` most recently used of the files whose names match. */
export async function removeOldest(dir: string, match: RegExp, keep: number): Promise<void> {
  const names = (await readdir(dir)).filter((n) => match.test(n));
  const dated = await Promise.all(
    names.map(async (name) => ({ name, used: (await stat(join(dir, name))).mtimeMs })),
  );
  for (const { name } of dated.toSorted((a, b) => b.used - a.used).slice(keep)) {
    await rm(join(dir, name), { force: true });
  }
}

/** A full disk may take a part of the bytes without an error; the next write then says so. */
async function writeAll(file: Awaited<ReturnType<typeof open>>, bytes: Buffer): Promise<void> {
  let at = 0;
  while (at < bytes.length) {
    const { bytesWritten } = await file.write(bytes, at);
    at += bytesWritten;
  }
}
