// `npm test`: everything the tests need, then all of them; extra arguments go to vitest.
import { ensureDebianPackages } from './debian-packages.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { ensurePage } from './page.mjs';
import { bin } from './places.mjs';
import { become } from './run.mjs';

ensureNpmPackages();
await ensureDebianPackages({ tests: true });
ensurePage();
become(['--disable-warning=ExperimentalWarning', bin('vitest'), 'run', ...process.argv.slice(2)]);
