// What is in the folders of a running studio, which writes and renames while a test looks.
import { readdirSync, readFileSync, type Dirent } from 'node:fs';
import { join } from 'node:path';

function filesUnder(folder: string, wanted: (entry: Dirent) => boolean): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted(entry))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The bytes of every file below `folder` but those named `except`, each byte a character. */
export function textsUnder(folder: string, except: string): string[] {
  return filesUnder(folder, (entry) => entry.name !== except).map((file) => {
    try {
      return readFileSync(file, 'latin1');
    } catch (error) {
      // Renamed or removed since it was listed.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  });
}

/** A recording's files, oldest first. */
export function recordedFiles(recordings: string): string[] {
  return filesUnder(recordings, (entry) => entry.name.endsWith('.mp4')).toSorted();
}

/** How many files have no end in their folder's list: being written, or left by a crash and not yet put right. */
export function unendedFiles(recordings: string): number {
  return filesUnder(recordings, (entry) => entry.name === 'grabacion.json')
    .map((list) => JSON.parse(readFileSync(list, 'utf8')) as { files: { end: string | null }[] })
    .flatMap((list) => list.files)
    .filter((file) => file.end === null).length;
}
