// How the page is built, and how `npm run dev` reaches the server while Vite serves the page.
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { precompress } from './precompress.ts';

const server = 'http://127.0.0.1:8080';

// oxlint-disable-next-line import/no-default-export -- Vite reads the default export
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), precompress()],
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    // A strict CSP allows neither inline scripts nor data: fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // hls.js is one file of 600 kB, fetched only where there is something to watch.
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      input: {
        control: join(import.meta.dirname, 'index.html'),
        'en-vivo': join(import.meta.dirname, 'en-vivo.html'),
      },
    },
  },
  server: {
    proxy: {
      '/api': server,
      '/en-vivo/hls': server,
      '/monitor': server,
      '/programacion': server,
      '/socket.io': { target: server, ws: true },
    },
  },
});
