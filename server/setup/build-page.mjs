// One build of the page, run by `underLock`: does nothing when another start did it meanwhile.
import { join } from 'node:path';
import { pageReady, pageSources } from './page.mjs';
import { bin, pinnedNode, root, stamp } from './places.mjs';
import { step } from './run.mjs';

const sources = pageSources();
if (!pageReady(sources)) {
  console.log('▸ Construyendo la página… / building the page…');
  step(pinnedNode, [bin('vite'), 'build', '--logLevel', 'warn'], { cwd: join(root, 'control-ui') });
  stamp('page', sources);
}
