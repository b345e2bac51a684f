// The web room: one HTTP server with the page, REST, the public pages, socket.io, the monitor and the probes.
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import express, { type Request, type Router } from 'express';
import { Server as SocketServer } from 'socket.io';
import type { Handlers } from '../contract/commands.ts';
import type { Farewell } from '../contract/socket.ts';
import type { Access } from '../access/access.ts';
import type { Audit } from '../core/audit.ts';
import type { Clock } from '../core/clock.ts';
import { StudioError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { StateStore } from '../core/state-store.ts';
import type { AirLinkAdapter } from './air-link.ts';
import { apiRoutes, principalOf } from './api.ts';
import { sameOrigin } from './credentials.ts';
import { createDispatch, type Dispatch } from './dispatch.ts';
import { createHub, type Signals } from './hub.ts';
import { createMetrics } from './metrics.ts';
import { enVivoRoutes } from './en-vivo.ts';
import { createMonitor } from './monitor.ts';
import { noSuchPath, problemMiddleware } from './problem.ts';
import { createPublicLive, livePath } from './public-live.ts';
import { securityHeaders } from './security-headers.ts';
import { staticPage } from './static-page.ts';

export interface WebPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly state: StateStore;
  readonly audit: Audit;
  readonly access: Access;
  readonly handlers: Handlers;
  readonly airLink: Pick<AirLinkAdapter, 'attach'>;
  readonly signals: Signals;
  /** Where air serves the program picture now (with its token); null while there is none. */
  readonly monitorUrl: () => string | null;
  /** Pages and files anybody may read; mounted at `/` before the page. */
  readonly publicRoutes: Router;
  /** Folder of the built page. */
  readonly pageDir: string;
  /** Origins whose pages may show the public player in a frame; nobody's unless given. */
  readonly playerFramedBy?: readonly string[];
  /** Whether the store is open and every part was started. */
  readonly ready: () => boolean;
  /** Version of the program, for the OpenAPI page. */
  readonly version: string;
}

export interface Web {
  /** Serves; port 0 takes a free one. Throws `unavailable` in words when the port is taken or not allowed. */
  listen(host: string, port: number): Promise<{ port: number }>;
  /** The path every command takes, for callers inside the server. */
  readonly dispatch: Dispatch;
  /** Tells every page that this is an orderly end and no loss; said before anything else is closed. */
  farewell(farewell: Farewell): void;
  /** Stops serving and cuts every connection, at the latest half a second from now. */
  close(): Promise<void>;
}

const maxSockets = 2000;
/** A screen that sleeps, or a request that never ends, is not waited for. */
const farewellMs = 500;

/** Wires the room; nothing is open until `listen`. */
export function createWeb(ports: WebPorts): Web {
  const { clock, log, state, access } = ports;
  const app = express();
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, app);
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  const io = new SocketServer(server, {
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    // As large as a REST body may be: a whole grid travels either way.
    maxHttpBufferSize: 1_000_000,
    pingInterval: 5000,
    pingTimeout: 5000,
    connectTimeout: 10_000,
    allowRequest(req, answer) {
      const ours = sameOrigin(req.headers, req.headers.host?.replace(/:80$/, ''));
      const room = io.engine.clientsCount < maxSockets;
      answer(ours && room ? null : ours ? 'full' : 'origin', ours && room);
    },
  });
  // Nothing lives in the root namespace.
  io.use((_socket, next) => next(new Error('forbidden')));
  ports.airLink.attach(io.of('/air'));

  const metrics = createMetrics({
    state: () => state.get(),
    rev: () => state.rev(),
    screens: () => hub.count(),
    sessions: () => access.sessionCount(),
  });
  const dispatch = createDispatch({
    handlers: ports.handlers,
    resume: (session) => access.resume(session),
    audit: ports.audit,
    clock,
    log,
    state,
    onAnswer: (name, code, ms) => metrics.answered(name, code, ms),
  });
  const hub = createHub({
    namespace: io.of('/studio'),
    access,
    dispatch,
    state,
    signals: ports.signals,
    clock,
    log,
  });
  const monitor = createMonitor({ monitorUrl: ports.monitorUrl, clock });
  const live = createPublicLive({
    state: () => state.get(),
    monitorUrl: ports.monitorUrl,
    clock,
  });
  const stopCutting = access.onSessionEnd((session) => monitor.cut(session));

  app.disable('x-powered-by');
  // A reverse proxy for https lives on this machine; nobody else may say who or where a sender is.
  app.set('trust proxy', 'loopback');
  app.set('query parser', 'simple');
  app.use(livePath, live.handler);
  app.use(securityHeaders());
  app.get('/healthz', (_req, res) => void res.json({ ok: true }));
  app.get('/readyz', (_req, res) => {
    const ready = ports.ready();
    const parts = Object.fromEntries(
      Object.entries(state.get().parts).map(([name, part]) => [name, part.state]),
    );
    res.status(ready ? 200 : 503).json({ ready, parts });
  });
  app.get('/metrics', async (req, res) => {
    if (!fromThisMachine(req)) principalOf(access, req);
    res.setHeader('Content-Type', metrics.contentType);
    res.end(await metrics.text());
  });
  app.get(
    '/monitor/program.flv',
    (req, res, next) => {
      res.locals['session'] = principalOf(access, req).session;
      next();
    },
    monitor.handler,
  );
  app.use(ports.publicRoutes);
  app.use(
    enVivoRoutes({
      state: () => state.get(),
      clock,
      pageDir: ports.pageDir,
      framedBy: ports.playerFramedBy ?? [],
    }),
  );
  app.use('/api/v1', apiRoutes({ access, dispatch, state, clock, version: ports.version }));
  app.use(['/api', '/monitor', '/socket.io'], () => {
    throw noSuchPath();
  });
  app.use(staticPage(ports.pageDir));
  app.use(() => {
    throw noSuchPath();
  });
  app.use(problemMiddleware(log, () => clock.now()));

  return {
    dispatch,
    listen: (host, port) => listen(server, host, port),
    farewell: (farewell) => hub.farewell(farewell),
    async close() {
      stopCutting();
      hub.close();
      monitor.close();
      live.close();
      const cut = clock.after(farewellMs, () => {
        for (const socket of connections) socket.destroy();
      });
      await io.close().catch(() => undefined);
      cut();
      server.closeAllConnections();
      if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A scraper on this machine; what came through a proxy did not start here. */
function fromThisMachine(req: Request): boolean {
  const address = req.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
  const local = address === '::1' || address.startsWith('127.');
  return local && req.headers['x-forwarded-for'] === undefined && !req.headers['forwarded'];
}

function listen(server: HttpServer, host: string, port: number): Promise<{ port: number }> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(portError(error, host, port));
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      resolve({ port: (server.address() as AddressInfo).port });
    });
  });
}

function portError(cause: NodeJS.ErrnoException, host: string, port: number): StudioError {
  const words = {
    EADDRINUSE: {
      es: `El puerto ${port} está ocupado por otro programa. Ciérrelo o use otro: STUDIO_PORT=8081 npm start`,
      en: `Port ${port} is taken by another program. Close it or use another: STUDIO_PORT=8081 npm start`,
    },
    EACCES: {
      es: `Este usuario no puede abrir el puerto ${port}. Use uno desde 1024: STUDIO_PORT=8080 npm start`,
      en: `This user may not open port ${port}. Use one from 1024 up: STUDIO_PORT=8080 npm start`,
    },
    EADDRNOTAVAIL: {
      es: `Esta máquina no tiene la dirección ${host}. Revise STUDIO_HOST.`,
      en: `This machine does not have the address ${host}. Check STUDIO_HOST.`,
    },
  }[cause.code ?? ''] ?? {
    es: `No se pudo abrir ${host}:${port} (${cause.code ?? cause.message}).`,
    en: `Could not open ${host}:${port} (${cause.code ?? cause.message}).`,
  };
  return new StudioError('unavailable', words, { cause });
}
