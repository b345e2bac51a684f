// `npm run bench`: each figure beside its floor or peer of the same run.
import { ensureDebianPackages } from './debian-packages.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { ensurePage } from './page.mjs';
import { become } from './run.mjs';

ensureNpmPackages();
await ensureDebianPackages({ tests: true });
ensurePage();
become(['--disable-warning=ExperimentalWarning', 'test/bench/main.ts', ...process.argv.slice(2)]);
