// Builds the page when its sources (or the contract it shares) changed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bin, hashOf, isStamped, pinnedNode, root, stamp } from './places.mjs';
import { step } from './run.mjs';

/** After this, control-ui/dist is the page of the present sources. */
export function ensurePage() {
  const sources = hashOf(['control-ui', 'server/contract', 'package-lock.json']);
  if (isStamped('page', sources) && existsSync(join(root, 'control-ui', 'dist', 'index.html')))
    return;
  console.log('▸ Construyendo la página… / building the page…');
  step(pinnedNode, [bin('vite'), 'build', '--logLevel', 'warn'], { cwd: join(root, 'control-ui') });
  stamp('page', sources);
}
