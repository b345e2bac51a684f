// One `npm ci`, run by `underLock`: does nothing when another start did it meanwhile.
import { existsSync } from 'node:fs';
import { npmLockHash, npmReady } from './npm-packages.mjs';
import { pinnedNode, stamp } from './places.mjs';
import { attempt, fail, step } from './run.mjs';

const lock = npmLockHash();
if (!npmReady(lock)) {
  console.log('▸ Paquetes npm (npm ci)… / npm packages…');
  // The page is built here, so development packages are needed even with NODE_ENV=production.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  // A registry that hiccups once must not stop a station: npm ci starts clean, so a second try is safe.
  if (!attempt('npm', args)) step('npm', args);
  if (!existsSync(pinnedNode))
    fail('npm ci no dejó Node 24 en node_modules/node. Borre node_modules e intente otra vez.');
  stamp('npm', lock);
}
