// `npm run check`: types, lint and format of the whole project.
import { ensureNpmPackages } from './npm-packages.mjs';
import { bin, pinnedNode } from './places.mjs';
import { step } from './run.mjs';

ensureNpmPackages();
console.log('▸ tsc');
step(pinnedNode, [bin('tsc'), '-b']);
console.log('▸ oxlint');
step(pinnedNode, [bin('oxlint'), '--type-aware', '--deny-warnings', '.']);
console.log('▸ prettier');
step(pinnedNode, [bin('prettier'), '--check', '--log-level', 'warn', '.']);
console.log('✓ check');
