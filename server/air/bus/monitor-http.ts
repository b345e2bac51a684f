// The bus for people's eyes: an HTTP server that control proxies to the players in its pages.
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { hlsPath, serveHls } from '../hls/http.ts';
import type { HlsRooms } from '../hls/rooms.ts';
import { flvFileHeader, serialiseTag, type FlvTag } from './flv-tag.ts';
import type { BusTap } from './tap.ts';

export interface MonitorPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly tap: BusTap;
  /** Secret that every reader brings as `?t=`; never logged. */
  readonly token: string;
  /** Web players' files, answered at `/hls/…`; without it there are none. */
  readonly hls?: HlsRooms;
  /** Address to listen on: loopback, unless control is on another machine. */
  readonly host?: string;
}

export interface MonitorServer {
  /** Given by the system. */
  readonly port: number;
  /** Readers connected now. */
  readonly readers: number;
  close(): Promise<void>;
}

/** What may wait for one reader; over it, tags are dropped up to a key frame. */
const maxQueueBytes = 4 * 1024 * 1024;
/** After a drop the reader gets pictures again once its queue is this short. */
const resumeBytes = 512 * 1024;
/** A reader that stays behind this long is closed: it is not watching. */
const maxBehindMs = 10_000;
const maxReaders = 32;

/**
 * Starts the server: `GET /bus.flv?t=<token>`, `GET /hls/<output>/<file>` with the token as bearer,
 * and `GET /healthz`.
 */
export async function createMonitorServer(ports: MonitorPorts): Promise<MonitorServer> {
  const readers = new Set<ServerResponse>();
  const wanted = digest(ports.token);

  function answer(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => undefined);
    const [path, query] = (request.url ?? '').split('?', 2);
    if (request.method !== 'GET') return refuse(response, 405);
    if (path === '/healthz') {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify({ ok: true, flowing: ports.tap.flowing }));
      return;
    }
    const hls = ports.hls ? hlsPath(path ?? '') : null;
    if (path !== '/bus.flv' && !hls) return refuse(response, 404);
    const given = hls ? bearerOf(request) : (new URLSearchParams(query).get('t') ?? '');
    if (!timingSafeEqual(digest(given), wanted)) {
      return refuse(response, 403);
    }
    if (hls && ports.hls) {
      serveHls(ports.hls, hls, query, request, response).catch(() => response.destroy());
      return;
    }
    if (readers.size >= maxReaders) return refuse(response, 503);
    stream(request, response);
  }

  function stream(request: IncomingMessage, response: ServerResponse): void {
    request.socket.setNoDelay(true);
    response.writeHead(200, { 'content-type': 'video/x-flv', 'cache-control': 'no-store' });
    response.write(flvFileHeader);
    readers.add(response);
    let behindSince: number | null = null;
    /** Whether this tag has to be left out for a reader that is behind; ends one that stays so. */
    const leaveOut = (tag: FlvTag): boolean => {
      const waiting = response.writableLength;
      if (behindSince === null) {
        if (waiting <= maxQueueBytes) return false;
        behindSince = ports.clock.mono();
      }
      if (tag.key && waiting < resumeBytes) {
        behindSince = null;
        return false;
      }
      if (ports.clock.mono() - behindSince > maxBehindMs) response.destroy();
      // Headers are small, and without them the next pictures could not be decoded.
      return !tag.header;
    };
    const detach = ports.tap.attach((tag) => {
      if (!leaveOut(tag) && !response.destroyed) response.write(serialiseTag(tag));
    });
    response.once('close', () => {
      detach();
      readers.delete(response);
    });
  }

  const server = createServer(answer);
  // Longer than control keeps a connection it does not use: who asks must be who closes first.
  server.keepAliveTimeout = 10_000;
  server.on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, ports.host ?? '127.0.0.1', resolve);
  });
  server.on('error', (error) => ports.log.error({ err: error }, 'monitor server'));
  return {
    port: (server.address() as AddressInfo).port,
    get readers() {
      return readers.size;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const response of readers) response.destroy();
      server.closeAllConnections();
      await closed;
    },
  };
}

function bearerOf(request: IncomingMessage): string {
  return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' });
  response.end();
}

/** Equal lengths for the comparison, whatever was asked. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
