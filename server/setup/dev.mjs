// `npm run dev`: the server restarted on change, and the page by Vite with reload on change.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureDebianPackages } from './debian-packages.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { ensurePage } from './page.mjs';
import { bin, pinnedNode, root } from './places.mjs';

ensureNpmPackages();
await ensureDebianPackages({ tests: false });
ensurePage();
const server = [
  '--disable-warning=ExperimentalWarning',
  '--watch',
  '--watch-path=server',
  'server/main.ts',
];
const children = [
  spawn(pinnedNode, server, { cwd: root, stdio: 'inherit' }),
  spawn(pinnedNode, [bin('vite')], { cwd: join(root, 'control-ui'), stdio: 'inherit' }),
];
const stop = () => children.forEach((child) => child.kill('SIGTERM'));
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
for (const child of children) child.on('exit', stop);
