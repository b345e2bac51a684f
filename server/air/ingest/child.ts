// The ingest's own process: node-media-server behind the guards; lives exactly as long as its parent.
import NodeMediaServer from 'node-media-server';
import logger from 'node-media-server/src/core/logger.js';
import { systemClock } from '../../core/clock.ts';
import { connectionCounter, plainAddress, type IngestSettings, type Refusal } from './guard.ts';
import { guardHttp } from './http-guard.ts';
import type { FromChild, ToChild } from './messages.ts';
import { createPaths } from './paths.ts';
import { guardRtmp } from './rtmp-guard.ts';

// The library logs paths and whatever strangers send; what matters leaves as reports.
logger.log = () => undefined;

const clock = systemClock();
let apply: ((settings: IngestSettings) => void) | null = null;

process.on('message', (message: ToChild) => {
  if (message.t === 'start' && !apply) apply = start(message);
  else if (message.t === 'apply') apply?.(message.settings);
});
// No parent, no ingest: an orphan would hold the port against the next one.
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole terminal group; the parent decides when the media stops.
process.on('SIGINT', () => undefined);
send({ t: 'hello' });

function send(message: FromChild, done: () => void = () => undefined): void {
  if (process.connected) process.send?.(message, undefined, undefined, done);
}

function start(order: Extract<ToChild, { t: 'start' }>): (settings: IngestSettings) => void {
  const { limits } = order;
  let settings = order.settings;
  let listening: 'starting' | 'up' | 'busy' = 'starting';
  let detail: string | null = null;
  let httpPort: number | null = null;
  let refusedCount = 0;
  let refusals: { reason: Refusal; remote: string }[] = [];

  const report = reporter(() => {
    const newest = refusals;
    refusals = [];
    return {
      t: 'report',
      listening,
      detail,
      rtmpPort: settings.rtmpPort,
      httpPort,
      refused: refusedCount,
      refusals: newest,
      paths: paths.report(),
    };
  });
  const refused = (reason: Refusal, remote: string): void => {
    refusedCount += 1;
    if (refusals.length < 8) refusals.push({ reason, remote });
  };
  const paths = createPaths({ clock, limits, changed: report.soon });
  const admitted = new WeakSet<object>();
  const counter = connectionCounter(limits);

  // We listen ourselves and never call run(): it exits on a busy port and takes over signals.
  const media = new NodeMediaServer({
    bind: '127.0.0.1',
    rtmp: { port: settings.rtmpPort },
    http: { port: 1 },
    record: { auto: false },
    webadmin: { enable: false },
    store: { path: order.storeDir },
  });
  const rtmpServer = media.rtmpServer.tcpServer;
  const httpServer = media.httpServer.httpServer;
  if (!rtmpServer || !httpServer) throw new Error('node-media-server made no servers');

  const http = guardHttp({ clock, paths, settings: () => settings, refused }, httpServer);
  rtmpServer.removeAllListeners('connection');
  rtmpServer.on('connection', (socket) => {
    guardRtmp(
      { clock, limits, counter, paths, admitted, settings: () => settings, refused },
      socket,
    );
  });
  // The second wall: whatever reached the library without passing a guard ends here.
  media.on('prePublish', (session) => {
    if (admitted.has(session)) return;
    refused('notAllowed', session.protocol);
    if (session.protocol === 'rtmp') session.socket.destroy();
    else session.res.destroy?.();
  });
  media.on('prePlay', (session) => {
    if (session.protocol === 'flv') http.beforePlay(session);
    else if (!admitted.has(session)) {
      refused('notAllowed', plainAddress(session.socket.remoteAddress));
      session.socket.destroy();
    }
  });

  httpServer.on('error', (error) => {
    throw error;
  });
  // Loopback and a port of the system's choosing: it cannot be reached from outside, nor be busy.
  httpServer.listen(0, '127.0.0.1', () => {
    const address = httpServer.address();
    httpPort = typeof address === 'object' && address ? address.port : null;
    report.soon();
  });

  function listen(): void {
    rtmpServer?.listen({ port: settings.rtmpPort, ...(order.host ? { host: order.host } : {}) });
  }
  rtmpServer.on('listening', () => {
    listening = 'up';
    detail = null;
    report.soon();
  });
  let cancelRetry: (() => void) | null = null;
  rtmpServer.on('error', (error: NodeJS.ErrnoException) => {
    if (rtmpServer.listening) return;
    listening = 'busy';
    detail = error.code ?? 'unknown';
    report.soon();
    cancelRetry?.();
    cancelRetry = clock.after(500, listen);
  });
  listen();
  clock.every(250, () => {
    paths.sweep();
    report.now();
  });

  return (next) => {
    const moved = next.rtmpPort !== settings.rtmpPort;
    settings = next;
    paths.revoke(next);
    if (moved) {
      cancelRetry?.();
      if (rtmpServer.listening) rtmpServer.close();
      listening = 'starting';
      listen();
    }
    report.soon();
  };
}

/** Sends reports one at a time: a parent that does not read never makes them pile up. */
function reporter(make: () => FromChild): { now: () => void; soon: () => void } {
  let sending = false;
  let again = false;
  let scheduled = false;
  function now(): void {
    if (sending) {
      again = true;
      return;
    }
    sending = true;
    again = false;
    send(make(), () => {
      sending = false;
      if (again) now();
    });
  }
  return {
    now,
    soon() {
      if (scheduled) return;
      scheduled = true;
      setImmediate(() => {
        scheduled = false;
        now();
      });
    },
  };
}
