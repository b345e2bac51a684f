// The small file beside the recordings of an occurrence: what it was, and when each file starts and ends.
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { replaceFile } from '../../core/replace-file.ts';

/** Its name in every folder. */
const manifestName = 'grabacion.json';

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
  await replaceFile(join(path, manifestName), text, 0o640);
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
