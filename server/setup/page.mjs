// Builds the page when its sources (or the contract it shares) changed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { underLock } from './locked.mjs';
import { hashOf, isStamped, root } from './places.mjs';

/** Tells one state of the page's sources from another. */
export const pageSources = () => hashOf(['control-ui', 'server/contract', 'package-lock.json']);

/** Whether control-ui/dist is the page of those sources. */
export function pageReady(sources) {
  return isStamped('page', sources) && existsSync(join(root, 'control-ui', 'dist', 'index.html'));
}

/** After this, control-ui/dist is the page of the present sources; of two starts at once, one builds. */
export function ensurePage() {
  if (!pageReady(pageSources())) underLock('build-page.mjs');
}
