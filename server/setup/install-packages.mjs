// One install of the npm packages, run by `underLock`: does nothing when another start did it meanwhile.
//
// Beside the packages there are, and put in their place whole: what runs (an air in the middle of a show)
// starts its children from them, and a line that fails half way must leave the server able to start.
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { npmLockHash, npmReady } from './npm-packages.mjs';
import { pinnedNode, root, stamp } from './places.mjs';
import { attempt, fail, mayWrite } from './run.mjs';

const packages = join(root, 'node_modules');
const staging = join(packages, '.next');
const before = join(root, 'node_modules.before');

const lock = npmLockHash();
if (!npmReady(lock)) {
  if (!mayWrite(root))
    fail(
      `Faltan paquetes npm y este usuario no puede instalarlos. Como dueño de ${root}: npm run prepare-start\n  npm packages are missing and this user may not install them. As the owner of that folder: npm run prepare-start`,
    );
  console.log('▸ Paquetes npm (npm ci)… / npm packages…');
  stage();
  // A registry that hiccups once must not stop a station: npm ci starts clean, so a second try is safe.
  if (!install() && !install()) {
    rmSync(staging, { recursive: true, force: true });
    fail(
      'npm ci no terminó (arriba dice por qué: la red, el disco…). Los paquetes de antes siguen como estaban. / npm ci did not finish (see above); the packages of before are as they were.',
    );
  }
  swap();
  stamp('npm', lock);
}

/** A folder with what npm needs to know, and nothing of an install that was cut off. */
function stage() {
  rmSync(before, { recursive: true, force: true });
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  for (const name of ['package.json', 'package-lock.json', '.npmrc']) {
    if (existsSync(join(root, name))) cpSync(join(root, name), join(staging, name));
  }
}

function install() {
  // The page is built here, so development packages are needed even with NODE_ENV=production.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const node = pinnedNode.replace(packages, join(staging, 'node_modules'));
  if (!attempt('npm', args, { cwd: staging })) return false;
  if (existsSync(node)) return true;
  console.error('npm ci no dejó Node 24. / npm ci left no Node 24.');
  return false;
}

/** Two renames; a cut between them costs one more install, nothing else. */
function swap() {
  renameSync(packages, before);
  renameSync(join(before, '.next', 'node_modules'), packages);
  // Where everything ignores it, should removing it be cut off.
  renameSync(before, join(packages, '.before'));
  rmSync(join(packages, '.before'), { recursive: true, force: true });
}
