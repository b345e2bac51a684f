// Installs the npm packages of the lock file when they are not the ones installed.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { underLock } from './locked.mjs';
import { isStamped, pinnedNode, root } from './places.mjs';

/** Tells one package-lock.json from another. */
export function npmLockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

/** Whether node_modules is what the lock file of this hash says, the pinned Node included. */
export function npmReady(lock) {
  return isStamped('npm', lock) && existsSync(pinnedNode);
}

/** After this, node_modules is what package-lock.json says; of two starts at once, one installs. */
export function ensureNpmPackages() {
  if (!npmReady(npmLockHash())) underLock('install-packages.mjs');
}
