// The small file beside the recordings of an occurrence: what it was, and when each file starts and ends.
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { z } from 'zod';

/** Its name in every folder. */
export const manifestName = 'grabacion.json';

const entry = z.object({
  file: z.string(),
  /** Which output wrote it. */
  output: z.string(),
  /** Wall-clock time of its first and last picture, ISO 8601 in UTC; no end while it is written. */
  start: z.string(),
  end: z.string().nullable(),
  bytes: z.number().nullable(),
});
export type ManifestEntry = z.infer<typeof entry>;

const manifest = z.object({
  about: z.record(z.string(), z.unknown()),
  files: z.array(entry),
});
export type Manifest = z.infer<typeof manifest>;

/** The manifest with `file` in it, replacing what it said of that file before. */
export function withFile(before: Manifest, file: ManifestEntry): Manifest {
  const others = before.files.filter((f) => f.file !== file.file);
  return {
    ...before,
    files: [...others, file].toSorted((a, b) => a.start.localeCompare(b.start)),
  };
}

/** The manifest without `file`: nothing was recorded in it. */
export function withoutFile(before: Manifest, file: string): Manifest {
  return { ...before, files: before.files.filter((f) => f.file !== file) };
}

/**
 * Replaces the manifest of the folder at `path` by what `change` makes of it: whole or not at all.
 * One that cannot be read is kept aside under another name. Throws what the system says.
 */
export async function changeManifest(
  path: string,
  change: (before: Manifest) => Manifest,
): Promise<void> {
  const before = (await readManifest(path)) ?? { about: {}, files: [] };
  const text = `${JSON.stringify(change(before), null, 2)}\n`;
  const target = join(path, manifestName);
  const temporary = `${target}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o640);
    try {
      await file.writeFile(text);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(path);
}

/** What the manifest in the folder at `path` says; null when there is none (or none that can be read). */
export async function readManifest(path: string): Promise<Manifest | null> {
  let text: string;
  try {
    text = await readFile(join(path, manifestName), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    return manifest.parse(JSON.parse(text));
  } catch {
    await rename(
      join(path, manifestName),
      join(path, `${manifestName}.${randomBytes(4).toString('hex')}.bad`),
    );
    return null;
  }
}

/** Makes new names in the folder at `path` survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
