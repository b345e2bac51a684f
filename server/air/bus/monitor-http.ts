// The bus for people's eyes: an HTTP server that control proxies to the players in its pages.
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { hlsPath, serveHls } from '../hls/http.ts';
import type { HlsRooms } from '../hls/rooms.ts';
import { flvFileHeader, serialiseTag, type FlvTag } from './flv-tag.ts';
import { createReaderQueue } from './reader-queue.ts';
import type { BusTap } from './tap.ts';
import { createTimeMarks } from './time-mark.ts';

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

/** A reader that takes nothing for this long is closed: it is not watching. */
const maxBlockedMs = 10_000;
const maxReaders = 32;

/**
 * Starts the server: `GET /bus.flv?t=<token>&now=<the asker's epoch ms>` (the clock its time marks
 * are in; air's own when not told), `GET /hls/<output>/<file>` with the token as bearer, and
 * `GET /healthz`.
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
    const asked = new URLSearchParams(query);
    const given = hls ? bearerOf(request) : (asked.get('t') ?? '');
    if (!timingSafeEqual(digest(given), wanted)) {
      return refuse(response, 403);
    }
    if (hls && ports.hls) {
      serveHls(ports.hls, hls, query, request, response).catch(() => response.destroy());
      return;
    }
    if (readers.size >= maxReaders) return refuse(response, 503);
    stream(request, response, epochOf(asked.get('now')) ?? ports.clock.now());
  }

  function stream(request: IncomingMessage, response: ServerResponse, epoch: number): void {
    const { clock } = ports;
    request.socket.setNoDelay(true);
    response.writeHead(200, { 'content-type': 'video/x-flv', 'cache-control': 'no-store' });
    response.write(flvFileHeader);
    readers.add(response);
    const marks = createTimeMarks(epoch, clock.mono());
    const queue = createReaderQueue();
    let blocked = false;
    let movedAt = clock.mono();
    // Little is given to the socket at a time: what waits there can no longer be taken back.
    const flush = (): void => {
      while (!blocked && !response.destroyed) {
        const tag = queue.next(clock.mono());
        if (!tag) return;
        blocked = !response.write(serialiseTag(tag));
        movedAt = clock.mono();
      }
    };
    response.on('drain', () => {
      blocked = false;
      flush();
    });
    const put = (mark: FlvTag | null, tags: readonly FlvTag[], mono: number): void => {
      if (mark) queue.push(mark, mono);
      for (const tag of tags) queue.push(tag, mono);
      if (blocked && mono - movedAt > maxBlockedMs) response.destroy();
      flush();
    };
    // What is given while attaching went out before; all else goes out as it is given.
    const group: FlvTag[] = [];
    let live = false;
    const detach = ports.tap.attach((tag) => {
      const mono = clock.mono();
      if (live) put(marks.before(tag, mono), [tag], mono);
      else group.push(tag);
    });
    live = true;
    put(marks.first(group, clock.mono()), group, clock.mono());
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

/** Epoch ms as asked; null for anything else. */
function epochOf(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
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
