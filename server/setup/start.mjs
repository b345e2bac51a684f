// `npm start`: everything the studio needs, then the server itself.
import { ensureDebianPackages } from './debian-packages.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { ensurePage } from './page.mjs';
import { compiledOnce } from './places.mjs';
import { become } from './run.mjs';

ensureNpmPackages();
await ensureDebianPackages({ tests: false });
ensurePage();
become(['--disable-warning=ExperimentalWarning', 'server/main.ts'], compiledOnce());
