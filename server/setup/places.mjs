// Where things are: the project's folder, the pinned Node, and the stamps that say a step is done.
// Plain JavaScript for any Node ≥ 18: this runs before anything was installed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The Node 24 that npm ships for this project. */
export const pinnedNode = join(root, 'node_modules', 'node', 'bin', 'node');

/** Path of an npm command of this project. */
export const bin = (name) => join(root, 'node_modules', '.bin', name);

/** The data folder, as server/config.ts finds it. */
export const dataFolder = () => resolve(root, process.env.STUDIO_DATA || './data');

/** The environment for a server that is compiled once: the next start takes two thirds of the time. */
export function compiledOnce() {
  const data = dataFolder();
  try {
    // Before Node makes it for the cache, which would let everybody look into it.
    mkdirSync(data, { recursive: true, mode: 0o700 });
  } catch {
    // The server says it better.
  }
  return { NODE_COMPILE_CACHE: join(data, 'cache', 'node'), ...process.env };
}

/** Hash of the names, sizes and times of all files below `paths`: cheap and changes when they do. */
export function hashOf(paths) {
  const hash = createHash('sha256');
  const visit = (path) => {
    if (!existsSync(path)) return;
    const stat = statSync(path);
    if (stat.isDirectory()) {
      for (const name of readdirSync(path).toSorted()) {
        if (name !== 'dist' && name !== 'node_modules') visit(join(path, name));
      }
    } else {
      hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\n`);
    }
  };
  for (const path of paths) visit(join(root, path));
  return hash.digest('hex');
}

/** What the setup keeps for itself; it goes when the packages are replaced. */
export const cacheFolder = join(root, 'node_modules', '.cache', 'studio');

const stampFile = (name) => join(cacheFolder, name);

/** Whether the step `name` was done for this `value`. */
export function isStamped(name, value) {
  try {
    return readFileSync(stampFile(name), 'utf8') === value;
  } catch {
    return false;
  }
}

/** Remembers that the step `name` was done for this `value`. */
export function stamp(name, value) {
  mkdirSync(dirname(stampFile(name)), { recursive: true });
  writeFileSync(stampFile(name), value);
}
