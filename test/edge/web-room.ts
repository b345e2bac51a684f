// The web and access rooms on a real database and a real port, with handlers that tests can replace.
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express, { type Router } from 'express';
import { io, type Socket } from 'socket.io-client';
import { createAccess, type Access } from '../../server/access/access.ts';
import { createAuditLog, type AuditLog } from '../../server/access/audit-log.ts';
import { commands, type CommandName, type Handlers } from '../../server/contract/commands.ts';
import type { Role } from '../../server/contract/roles.ts';
import type { ClientToServer, ServerToClient } from '../../server/contract/socket.ts';
import { createAlarms } from '../../server/core/alarms.ts';
import { systemClock } from '../../server/core/clock.ts';
import { StudioError } from '../../server/core/errors.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { silentLog } from '../../server/core/log.ts';
import { createStateStore, type StateStore } from '../../server/core/state-store.ts';
import { openStore, type Store } from '../../server/store/database.ts';
import { createAirLink, type AirLinkAdapter } from '../../server/web/air-link.ts';
import type { Signals } from '../../server/web/hub.ts';
import { createWeb, type Web } from '../../server/web/web.ts';
import { signIn } from '../kit/studio-client.ts';

export const adminPassword = 'prueba-de-estudio';
export const airToken = 'enlace-de-prueba-123456';

export const station = {
  name: 'Prueba',
  shortName: 'P',
  city: 'Ibagué',
  zone: 'America/Bogota',
  locale: 'es-CO',
  colors: { brand: '#ffffff', onBrand: '#000000', slate: '#000000', onSlate: '#ffffff' },
  slateText: 'Ya regresamos',
  encoder: '720p30',
  clockOffsetMs: 0,
};

/** Every command says that it was reached, unless a test gave its own handler. */
export function handlersWith(own: Partial<Handlers>): Handlers {
  const reached = Object.fromEntries(
    Object.keys(commands).map((name) => [
      name,
      () =>
        Promise.reject(
          new StudioError('unavailable', { es: `llegó ${name}`, en: `reached ${name}` }),
        ),
    ]),
  );
  return { ...reached, ...own } as unknown as Handlers;
}

export type StudioSocket = Socket<ServerToClient, ClientToServer>;

export interface Room {
  readonly url: string;
  readonly dir: string;
  readonly pageDir: string;
  readonly state: StateStore;
  readonly store: Store;
  readonly access: Access;
  readonly audit: AuditLog;
  readonly airLink: AirLinkAdapter;
  readonly farewell: Web['farewell'];
  /** Adds a person with these roles and gives a token of theirs. */
  person(user: string, roles: Role[]): Promise<string>;
  adminToken(): Promise<string>;
  socket(token: string | null, options?: object): StudioSocket;
  close(): Promise<void>;
}

export interface RoomOptions {
  readonly handlers?: (room: { state: StateStore }) => Partial<Handlers>;
  readonly publicRoutes?: Router;
  readonly monitorUrl?: () => string | null;
  readonly signals?: Signals;
  readonly ready?: () => boolean;
  readonly playerFramedBy?: readonly string[];
  readonly adminPassword?: string | undefined;
  /** Of a room before, to open another in its place. */
  readonly port?: number;
}

/** Opens everything on a free port and a folder of its own. */
export async function openRoom(options: RoomOptions = {}): Promise<Room> {
  const dir = mkdtempSync(join(tmpdir(), 'web-'));
  const pageDir = join(dir, 'dist');
  mkdirSync(pageDir);
  const clock = systemClock();
  const store = await openStore(join(dir, 'data'));
  const state = createStateStore(initialState(station, 1935, clock.now()));
  const audit = createAuditLog({
    store,
    clock,
    log: silentLog,
    alarms: createAlarms(state, clock),
  });
  const access = await createAccess({
    store,
    state,
    clock,
    log: silentLog,
    audit,
    adminPassword: 'adminPassword' in options ? options.adminPassword : adminPassword,
  });
  const airLink = createAirLink({ token: airToken, clock, log: silentLog });
  const web = createWeb({
    clock,
    log: silentLog,
    state,
    audit,
    access,
    handlers: handlersWith({ ...access.handlers, ...options.handlers?.({ state }) }),
    airLink,
    signals: options.signals ?? {
      watchThumbnails: () => () => undefined,
      watchMeters: () => () => undefined,
    },
    monitorUrl: options.monitorUrl ?? (() => null),
    publicRoutes: options.publicRoutes ?? express.Router(),
    pageDir,
    playerFramedBy: options.playerFramedBy ?? [],
    ready: options.ready ?? (() => store.healthy()),
    version: '0.0.0',
  });
  const { port } = await web.listen('127.0.0.1', options.port ?? 0);
  const url = `http://127.0.0.1:${port}`;
  const sockets = new Set<StudioSocket>();
  return {
    url,
    dir,
    pageDir,
    state,
    store,
    access,
    audit,
    airLink,
    farewell: (farewell) => web.farewell(farewell),
    async person(user, roles) {
      const context = { actor: 'test', roles: ['admin' as const], host: 'localhost' };
      const password = `clave-de-${user}`;
      await access.handlers['people.create']({ user, name: user, password, roles }, context);
      return signIn(url, user, password);
    },
    adminToken: () => signIn(url, 'admin', adminPassword),
    socket(token, more = {}) {
      const socket: StudioSocket = io(`${url}/studio`, {
        ...(token === null ? {} : { auth: { token } }),
        transports: ['websocket'],
        forceNew: true,
        reconnection: false,
        ...more,
      });
      sockets.add(socket);
      return socket;
    },
    async close() {
      for (const socket of sockets) socket.close();
      await web.close();
      await access.close();
      await store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Resolves with the arguments of the next `event`; throws naming it after `ms`. */
export function next<T = unknown>(
  socket: { once(event: never, fn: (...args: never[]) => void): unknown },
  event: string,
  ms = 30_000,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${event} within ${ms} ms`)), ms);
    socket.once(event as never, (value: T) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}

/** One request with JSON in and out. */
export async function call(
  url: string,
  method: string,
  options: { token?: string; headers?: Record<string, string>; body?: unknown; text?: string } = {},
): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const payload =
    options.text ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const response = await fetch(url, {
    method,
    headers: {
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
      ...options.headers,
    },
    ...(payload === undefined ? {} : { body: payload }),
  });
  const text = await response.text();
  let body: Record<string, unknown> = {};
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch {
    body = { text };
  }
  return { status: response.status, headers: response.headers, body };
}

/** All names of the registry. */
export const commandNames = Object.keys(commands) as CommandName[];
