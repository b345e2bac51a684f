// One build of the page, run by `underLock`: does nothing when another start did it meanwhile.
// Beside the page there is and put in its place whole: an old server may be showing that one.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pageReady, pageSources } from './page.mjs';
import { bin, cacheFolder, pinnedNode, root, stamp } from './places.mjs';
import { fail, mayWrite, step } from './run.mjs';

const page = join(root, 'control-ui', 'dist');
const fresh = join(cacheFolder, 'page-next');
const before = join(cacheFolder, 'page-before');

const sources = pageSources();
if (!pageReady(sources)) {
  if (!mayWrite(join(root, 'control-ui')))
    fail(
      `La página no está construida y este usuario no puede hacerlo. Como dueño de ${root}: npm run prepare-start\n  The page is not built and this user may not build it. As the owner of that folder: npm run prepare-start`,
    );
  console.log('▸ Construyendo la página… / building the page…');
  const vite = [bin('vite'), 'build', '--logLevel', 'warn', '--outDir', fresh];
  step(pinnedNode, vite, { cwd: join(root, 'control-ui') });
  rmSync(before, { recursive: true, force: true });
  if (existsSync(page)) renameSync(page, before);
  renameSync(fresh, page);
  rmSync(before, { recursive: true, force: true });
  stamp('page', sources);
}
