// Stands in front of node-media-server's HTTP port: only GET of a known path with the readers' key gets through.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type FlvSession from 'node-media-server/src/session/flv_session.js';
import type { Clock } from '../../core/clock.ts';
import { admitPlay, plainAddress, type IngestSettings, type Refusal } from './guard.ts';
import type { Paths } from './paths.ts';

export interface HttpGuardPorts {
  readonly clock: Clock;
  readonly paths: Paths;
  settings(): IngestSettings;
  refused(reason: Refusal, remote: string): void;
}

export interface HttpGuard {
  /** The library is about to serve this session: registers it, or ends one that was not admitted. */
  beforePlay(session: FlvSession): void;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Takes the server's request handler behind the guard and removes the library's WebSocket door
 * and its error handler that exits the process.
 */
export function guardHttp(ports: HttpGuardPorts, server: Server): HttpGuard {
  const serve = server.listeners('request') as Handler[];
  server.removeAllListeners('request');
  server.removeAllListeners('upgrade');
  server.removeAllListeners('error');
  server.maxConnections = 256;
  const admitted = new WeakMap<ServerResponse, { path: string; key: string }>();

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    response.on('error', () => undefined);
    // The library leaves its list only when the connection closes: one connection, one play.
    response.shouldKeepAlive = false;
    const refuse = (status: number, reason: Refusal): void => {
      ports.refused(reason, plainAddress(request.socket.remoteAddress));
      response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' });
      response.end();
    };
    if (request.method !== 'GET') return refuse(405, 'notAllowed');
    const asked = readRequest(request);
    if (!asked) return refuse(404, 'unknownPath');
    const admission = admitPlay(ports.settings(), asked);
    if (!admission.ok)
      return refuse(admission.reason === 'unknownPath' ? 404 : 403, admission.reason);
    admitted.set(response, admission);
    response.setHeader('content-type', 'video/x-flv');
    response.setHeader('cache-control', 'no-store');
    for (const handler of serve) handler(request, response);
  });
  server.on('upgrade', (request: IncomingMessage, socket) => {
    ports.refused('notAllowed', plainAddress(request.socket.remoteAddress));
    socket.destroy();
  });
  server.on('clientError', (_error, socket) => socket.destroy());

  return {
    beforePlay(session) {
      const response = session.res;
      const admission = admitted.get(response);
      if (!admission) {
        ports.refused('notAllowed', 'http');
        response.destroy?.();
        return;
      }
      const left = ports.paths.play(admission.path, {
        key: admission.key,
        backlog: () => response.writableLength,
        end() {
          session.broadcast.donePlay(session);
          response.end();
          ports.clock.after(5000, () => response.destroy());
        },
        destroy: () => response.destroy(),
      });
      response.once('close', left);
    },
  };
}

/** `/app/name.flv` and the key from `?k=` or `Authorization: Bearer`; null when it is no such path. */
function readRequest(request: IncomingMessage): { app: string; name: string; key: unknown } | null {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const parts = /^\/([a-z]+)\/([A-Za-z0-9_-]+)\.flv$/.exec(path);
  if (!parts?.[1] || !parts[2]) return null;
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const key = bearer ?? new URLSearchParams(query).get('k');
  return { app: parts[1], name: parts[2], key };
}
