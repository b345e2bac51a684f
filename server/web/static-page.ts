// The built page: compressed files as the build left them, kept for ever by name, index.html for every view.
import { readdirSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import type { Request, RequestHandler, Response } from 'express';

interface Asset {
  readonly file: string;
  readonly type: string;
  readonly etag: string;
  readonly encodings: ReadonlySet<'br' | 'gz'>;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** Serves the files of `dir` (read once, and again when index.html changes); passes on what it has not. */
export function staticPage(dir: string): RequestHandler {
  const index = join(dir, 'index.html');
  let assets = new Map<string, Asset>();
  let builtAt: number | null = null;

  function refresh(): void {
    const changed = statSync(index, { throwIfNoEntry: false })?.mtimeMs ?? null;
    if (changed === builtAt) return;
    builtAt = changed;
    assets = changed === null ? new Map() : readAssets(dir);
  }

  return (req, res, next) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') return next();
    refresh();
    const asset = assets.get(decodePath(req.path));
    if (asset && asset.file !== index) {
      // Vite puts a hash of the content in the names under /assets/.
      const hashed = req.path.startsWith('/assets/');
      return send(req, res, asset, hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    }
    if (extname(req.path) !== '' && req.path !== '/index.html') return next();
    const page = assets.get('/index.html');
    if (page) return send(req, res, page, 'no-cache');
    res
      .status(503)
      .type('text/plain; charset=utf-8')
      .send('La página aún no está construida: ejecute npm start.\nThe page is not built yet.\n');
  };
}

function readAssets(dir: string): Map<string, Asset> {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const all = new Set(files);
  const assets = new Map<string, Asset>();
  for (const file of files) {
    const type = types[extname(file)];
    if (!type) continue;
    const { size, mtimeMs } = statSync(file);
    const encodings = new Set((['br', 'gz'] as const).filter((e) => all.has(`${file}.${e}`)));
    assets.set(`/${relative(dir, file).split(sep).join('/')}`, {
      file,
      type,
      etag: `W/"${size.toString(36)}-${Math.floor(mtimeMs).toString(36)}"`,
      encodings,
    });
  }
  return assets;
}

function send(req: Request, res: Response, asset: Asset, cacheControl: string): void {
  res.setHeader('Cache-Control', cacheControl);
  res.setHeader('ETag', asset.etag);
  res.setHeader('Vary', 'Accept-Encoding');
  res.setHeader('Content-Type', asset.type);
  // Asked one by one: browsers name br last, yet it is the smallest.
  const encoding =
    asset.encodings.has('br') && req.acceptsEncodings('br')
      ? 'br'
      : asset.encodings.has('gz') && req.acceptsEncodings('gzip')
        ? 'gz'
        : null;
  if (encoding) res.setHeader('Content-Encoding', encoding === 'gz' ? 'gzip' : 'br');
  res.sendFile(encoding ? `${asset.file}.${encoding}` : asset.file, {
    cacheControl: false,
    lastModified: false,
    etag: false,
    acceptRanges: false,
    // The project may live below a folder whose name starts with a dot.
    dotfiles: 'allow',
  });
}

/** The path as a file name; what cannot be decoded names no file. */
function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}
