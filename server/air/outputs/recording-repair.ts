// Puts right what a killed air left on disk: files without an end in the list, with half a fragment at theirs.
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cutToWhole } from './recording-file.ts';
import { isFileName } from './recording-names.ts';
import {
  changeManifest,
  readManifest,
  withFile,
  withoutFile,
  type ManifestEntry,
} from './recording-manifest.ts';

/** Names start with the date: the newest folders are the ones a crash can have touched. */
const maxFolders = 20;
/** Written to within this long: somebody is still at it. */
const quietMs = 3000;

/**
 * Looks over the newest folders of `root` and ends what nobody is writing (`writing` holds
 * `folder/file`). `unsettled` files were written to just now and are to be looked at again.
 */
export async function repairRecordings(
  root: string,
  writing: ReadonlySet<string>,
  now: number,
): Promise<{ repaired: number; unsettled: number }> {
  let repaired = 0;
  let unsettled = 0;
  for (const folder of await newestFolders(root)) {
    const path = join(root, folder);
    // A folder that cannot be read or written is no reason to leave the others as they are.
    const known = await readManifest(path).catch(() => null);
    for (const entry of known?.files ?? []) {
      if (entry.end !== null || writing.has(`${folder}/${entry.file}`)) continue;
      if (!isFileName(entry.file)) continue;
      if (await settle(path, entry, now).catch(() => false)) repaired += 1;
      else unsettled += 1;
    }
  }
  return { repaired, unsettled };
}

async function newestFolders(root: string): Promise<string[]> {
  try {
    const found = await readdir(root, { withFileTypes: true });
    return found
      .filter((f) => f.isDirectory())
      .map((f) => f.name)
      .toSorted()
      .slice(-maxFolders);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Ends one file and its entry in the list; false while somebody still writes it. */
async function settle(path: string, entry: ManifestEntry, now: number): Promise<boolean> {
  const file = join(path, entry.file);
  const handle = await open(file, 'r+').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  let ended: ManifestEntry | null = null;
  if (handle) {
    try {
      const { mtimeMs } = await handle.stat();
      if (now - mtimeMs < quietMs) return false;
      const bytes = await cutToWhole(handle);
      if (bytes > 0) ended = { ...entry, end: new Date(mtimeMs).toISOString(), bytes };
      else await rm(file, { force: true });
    } finally {
      await handle.close();
    }
  }
  await changeManifest(path, (m) => (ended ? withFile(m, ended) : withoutFile(m, entry.file)));
  return true;
}
