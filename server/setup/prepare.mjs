// `npm run prepare-start`: everything a start would install or build, while the old server still runs.
import { ensureDebianPackages } from './debian-packages.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { ensurePage } from './page.mjs';

ensureNpmPackages();
await ensureDebianPackages({ tests: false });
ensurePage();
console.log('✓ Listo para arrancar. / Ready to start.');
