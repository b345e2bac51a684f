// The public player's page, built from the sources as they are, without the rest of the control page.
import { join } from 'node:path';
import { build } from 'vite';
import { rootDir } from './studio.ts';

/** Builds /en-vivo into `dir`. */
export async function buildEnVivo(dir: string): Promise<void> {
  const root = join(rootDir, 'control-ui');
  await build({
    root,
    configFile: false,
    logLevel: 'silent',
    build: {
      target: 'es2022',
      outDir: dir,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 2000,
      rolldownOptions: { input: join(root, 'en-vivo.html') },
    },
  });
}
