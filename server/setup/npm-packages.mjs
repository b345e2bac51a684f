// Installs the npm packages of the lock file when they are not the ones installed.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isStamped, pinnedNode, root, stamp } from './places.mjs';
import { attempt, fail, step } from './run.mjs';

/** After this, node_modules is what package-lock.json says, the pinned Node included. */
export function ensureNpmPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (isStamped('npm', lock) && existsSync(pinnedNode)) return;
  console.log('▸ Paquetes npm (npm ci)… / npm packages…');
  // The page is built here, so development packages are needed even with NODE_ENV=production.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  // A registry that hiccups once must not stop a station: npm ci starts clean, so a second try is safe.
  if (!attempt('npm', args)) step('npm', args);
  if (!existsSync(pinnedNode))
    fail('npm ci no dejó Node 24 en node_modules/node. Borre node_modules e intente otra vez.');
  stamp('npm', lock);
}
