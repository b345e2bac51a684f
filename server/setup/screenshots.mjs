// `npm run screenshots`: the pictures of the README, taken from a running system.
import { ensureDebianPackages } from './debian-packages.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { ensurePage } from './page.mjs';
import { become } from './run.mjs';

ensureNpmPackages();
await ensureDebianPackages({ tests: true });
ensurePage();
become([
  '--disable-warning=ExperimentalWarning',
  'test/kit/screenshots.ts',
  ...process.argv.slice(2),
]);
