// `npm run air`: what the air process needs, then that process alone (STUDIO_AIR=external on control).
import { resolve } from 'node:path';
import { ensureDebianPackages } from './debian-packages.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { root } from './places.mjs';
import { become } from './run.mjs';

ensureNpmPackages();
await ensureDebianPackages({ tests: false, air: true });
const data = resolve(root, process.env.STUDIO_DATA || './data');
become(['--disable-warning=ExperimentalWarning', 'server/air/main.ts'], {
  // Compiled once: after a death the next one is up in about half the time.
  NODE_COMPILE_CACHE: resolve(data, 'cache', 'node'),
  ...process.env,
});
