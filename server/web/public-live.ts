// The web player's files for anybody, at /en-vivo/hls: no login, any cache may keep them, air is read once.
import type { Request, RequestHandler, Response } from 'express';
import type { StudioState } from '../contract/state.ts';
import type { Clock } from '../core/clock.ts';
import { createLiveFiles, type LiveAsk, type LiveFile } from './public-live-files.ts';
import { createLiveOrigin } from './public-live-origin.ts';
import { tokenBuckets } from './token-bucket.ts';

export interface PublicLivePorts {
  readonly state: () => StudioState;
  /** Where air serves the program picture now (with its token); null while there is none. */
  readonly monitorUrl: () => string | null;
  readonly clock: Clock;
}

export interface PublicLive {
  /** To be mounted at `livePath`, before anything that makes a request dear. */
  readonly handler: RequestHandler;
  /** Viewers' requests being answered or waiting. */
  readonly open: number;
  close(): void;
}

/** Where players find their files. */
export const livePath = '/en-vivo/hls';
/** A viewer makes four requests a second; a whole building may come from one address. */
const perSecond = 1000;
const burst = 3000;
const maxOpen = 4000;

/** Makes the handler; it answers everything below its path. */
export function createPublicLive(ports: PublicLivePorts): PublicLive {
  const origin = createLiveOrigin(ports);
  const files = createLiveFiles({
    read: (ask) => origin.read(ask),
    mono: () => ports.clock.mono(),
  });
  const buckets = tokenBuckets(() => ports.clock.mono(), perSecond, burst);
  let open = 0;

  const handler: RequestHandler = async (req, res) => {
    res.setHeader('Access-Control-Allow-Origin', '*');
    res.setHeader('Access-Control-Expose-Headers', 'Date');
    res.setHeader('Timing-Allow-Origin', '*');
    res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    res.setHeader('X-Content-Type-Options', 'nosniff');
    if (req.method === 'OPTIONS') return preflight(res);
    if (req.method !== 'GET' && req.method !== 'HEAD') return refuse(res, 405);
    const wait = buckets.take(req.ip ?? '');
    if (wait > 0 || open >= maxOpen) return refuse(res, wait > 0 ? 429 : 503);
    const ask = askOf(req);
    if (ask === 'wrong') return refuse(res, 400);
    if (ask === null || ports.state().outputs[ask.output]?.kind !== 'hls') return refuse(res, 404);
    open += 1;
    try {
      send(req, res, await files.get(ask));
    } finally {
      open -= 1;
    }
  };

  return {
    handler,
    get open() {
      return open;
    },
    close: () => origin.close(),
  };
}

/**
 * What is asked for, in one spelling, so that all who want the same get the same; parameters that
 * mean nothing here are left out. Null for what cannot be a file of ours.
 */
function askOf(req: Request): LiveAsk | 'wrong' | null {
  const found = /^\/([A-Za-z0-9_-]{1,60})\/([a-z0-9.-]{1,80})$/.exec(req.path);
  if (!found?.[1] || !found[2]) return null;
  const [output, file] = [found[1], found[2]];
  if (!file.endsWith('.m3u8')) return { output, file, query: '' };
  const query: string[] = [];
  for (const [name, form] of directives) {
    const value = req.query[name];
    if (value === undefined) continue;
    if (typeof value !== 'string' || !form.test(value)) return 'wrong';
    query.push(`${name}=${value}`);
  }
  return { output, file, query: query.join('&') };
}

/** RFC 8216bis, 6.2.5: delivery directives. */
const directives = [
  ['_HLS_msn', /^\d{1,15}$/],
  ['_HLS_part', /^\d{1,6}$/],
  ['_HLS_skip', /^(YES|v2)$/],
] as const;

function send(req: Request, res: Response, file: LiveFile): void {
  if (res.destroyed) return;
  if (file.status !== 200) return refuse(res, file.status);
  const zipped = file.gzip && /\bgzip\b/.test(req.headers['accept-encoding'] ?? '');
  if (file.gzip) res.setHeader('Vary', 'Accept-Encoding');
  if (zipped) res.setHeader('Content-Encoding', 'gzip');
  const body = (zipped ? file.gzip : null) ?? file.body;
  res.setHeader('Content-Type', file.type);
  res.setHeader('Cache-Control', file.caching);
  res.setHeader('Content-Length', body.length);
  res.end(req.method === 'HEAD' ? undefined : body);
}

/** Players try again by themselves: a status says all they understand. */
function refuse(res: Response, status: number): void {
  res.setHeader('Cache-Control', 'no-store');
  if (status === 429 || status === 503) res.setHeader('Retry-After', '1');
  res.status(status).end();
}

function preflight(res: Response): void {
  res.setHeader('Access-Control-Allow-Methods', 'GET, HEAD');
  res.setHeader('Access-Control-Allow-Headers', 'Range');
  res.setHeader('Access-Control-Max-Age', '86400');
  res.status(204).end();
}
