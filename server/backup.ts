// `node server/setup/backup.mjs <folder>`: a copy of the station's data, also while it is on the air.
//
// What makes itself anew is left out (slates, caches, logs), recordings too. The copy orders nothing:
// restored a month later, or on a machine that only tries it, it must not go on the air by itself.
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Beside the database: keys, and what an operator changed in the scenes of a managed OBS. */
const files = ['secret.key', 'air.token', 'obs/password', 'obs/scenes.sha256', 'obs/home'];

/** What a start would act upon by itself, and who is signed in just now. */
const forgotten = `
  update outputs set ordered = 'stop';
  delete from settings where key in ('air.live', 'air.forced', 'air.onAir');
  delete from sessions;
  delete from setup_tokens;
`;

/**
 * Copies the data folder into a new folder of `into`, whose path it answers; `now` (epoch ms) names it.
 * Throws an Error with what was in the way, and leaves nothing half done.
 */
export function backUp(dataDir: string, into: string, now: number): string {
  const database = join(dataDir, 'studio.db');
  if (!existsSync(database)) throw new Error(`no está / not there: ${database}`);
  const stamp = new Date(now).toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  const copy = join(into, `studio-${stamp}`);
  // Not made here where it is missing: that would be a disk that is not mounted.
  mkdirSync(copy, { mode: 0o700 });
  try {
    copyDatabase(database, join(copy, 'studio.db'));
    for (const name of files) {
      const from = join(dataDir, name);
      if (existsSync(from)) cpSync(from, join(copy, name), { recursive: true });
    }
  } catch (error) {
    rmSync(copy, { recursive: true, force: true });
    throw error;
  }
  return copy;
}

function copyDatabase(from: string, to: string): void {
  // With nobody at it, opening it would leave files of ours beside it: root's, which the service
  // could not write. A plain copy is whole then, with the log that a crash left.
  if (existsSync(`${from}-shm`)) {
    const live = new DatabaseSync(from, { readOnly: true, timeout: 5000 });
    try {
      live.prepare('vacuum into ?').run(to);
    } finally {
      live.close();
    }
  } else {
    for (const end of ['', '-wal']) if (existsSync(from + end)) cpSync(from + end, to + end);
  }
  const db = new DatabaseSync(to);
  try {
    db.exec(`pragma synchronous = full; pragma wal_checkpoint(truncate); ${forgotten}`);
    const [problem] = Object.values(db.prepare('pragma quick_check(1)').get() ?? {});
    if (problem !== 'ok') throw new Error(`studio.db: ${String(problem)}`);
  } finally {
    db.close();
  }
  chmodSync(to, 0o600);
}

if (import.meta.main) {
  const [into] = process.argv.slice(2);
  if (into === undefined) {
    console.error('¿A qué carpeta? / To which folder?  node server/setup/backup.mjs /mnt/copias');
    process.exit(2);
  }
  const root = resolve(import.meta.dirname, '..');
  try {
    const copy = backUp(resolve(root, process.env['STUDIO_DATA'] || 'data'), into, Date.now());
    console.log(`✓ ${copy}`);
  } catch (error) {
    console.error(`✗ ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}
