// The link to air: only the right token, one air at a time, whole orders down, understood reports up.
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  airContractVersion,
  type AirOrder,
  type AirReport,
  type AirToControl,
  type ControlToAir,
} from '../../server/contract/air-link.ts';
import { StudioError } from '../../server/core/errors.ts';
import { until } from '../kit/until.ts';
import { airToken, next, openRoom, type Room } from './web-room.ts';

let room: Room;
const sockets: Socket[] = [];
beforeEach(async () => {
  room = await openRoom();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await room.close();
});

type AirSocket = Socket<ControlToAir, AirToControl>;
function dial(auth: object = {}): AirSocket {
  const socket: AirSocket = io(`${room.url}/air`, {
    auth: { token: airToken, contract: airContractVersion, airId: 'air-1', pid: 1, ...auth },
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
  });
  sockets.push(socket);
  return socket;
}
async function refused(auth: object): Promise<string | undefined> {
  const error = await next<Error & { data?: { code: string } }>(dial(auth), 'connect_error');
  return error.data?.code;
}

const report: AirReport = {
  contract: airContractVersion,
  at: 1,
  orderRev: 3,
  source: 'live',
  sourceSince: 1,
  liveSince: null,
  program: null,
  ingest: { state: 'up', rtmpPort: 1935, since: 1, restarts: 0, problem: null, refused: 0 },
  slate: 'rendered',
  feeding: null,
  encoderSlow: false,
  programLateMs: null,
  bypassLateMs: null,
  capture: 'idle',
  backup: null,
  health: null,
  outputs: {},
  feeds: {},
  monitor: { port: 1, token: 't' },
  ffmpegVersion: '5.1',
  cpuPercent: 1,
  memoryMb: 1,
};
const order: AirOrder = {
  contract: airContractVersion,
  rev: 7,
  issuedAt: 1,
  live: false,
  encoder: {} as AirOrder['encoder'],
  slate: { name: 'x', text: 'x', background: '#000000', foreground: '#ffffff' },
  ingest: { rtmpPort: 1935, programKey: 'p', backupKey: null, playKey: 'q', feeds: [] },
  bypass: 'backup',
  forceSlate: false,
  captureSlate: false,
  slatePicture: null,
  outputs: [],
};

test('a wrong or missing token is refused, a distant version too, a neighbour not', async () => {
  expect(room.airLink.refusedLately()).toBeNull();
  expect(await refused({ token: 'x'.repeat(24) })).toBe('unauthenticated');
  expect(room.airLink.refusedLately()).toMatchObject({
    address: '127.0.0.1',
    words: { es: 'El proceso de emisión no trae la clave de este servidor.' },
  });
  expect(await refused({ token: undefined })).toBe('unauthenticated');
  expect(await refused({ token: { length: 24 } })).toBe('unauthenticated');
  expect(await refused({ contract: airContractVersion + 2 })).toBe('conflict');
  expect(room.airLink.connected()).toBe(false);
  await next(dial({ contract: airContractVersion + 1 }), 'connect');
  await until('connected', () => room.airLink.connected());
  expect(room.airLink.remoteAddress()).toBe('127.0.0.1');
  expect(room.airLink.contract()).toBe(airContractVersion + 1);
});

test('a session of a person opens nothing here, and air’s token nothing there', async () => {
  expect(await refused({ token: await room.adminToken() })).toBe('unauthenticated');
  const error = await next<Error & { data?: { code: string } }>(
    room.socket(airToken),
    'connect_error',
  );
  expect(error.data?.code).toBe('unauthenticated');
});

test('a second air is refused while the first is there; the same one on a new line replaces itself', async () => {
  const heard: string[] = [];
  room.airLink.onConnect(() => heard.push('connect'));
  room.airLink.onDisconnect(() => heard.push('disconnect'));
  const first = dial();
  await next(first, 'connect');
  expect(await refused({ airId: 'air-2' })).toBe('conflict');
  const again = dial();
  const gone = next(first, 'disconnect');
  await next(again, 'connect');
  await gone;
  expect(room.airLink.connected()).toBe(true);
  // The old line's end is not the end of air.
  expect(heard).toEqual(['connect', 'connect']);
  again.close();
  await until('gone', () => !room.airLink.connected());
  expect(heard).toEqual(['connect', 'connect', 'disconnect']);
  await next(dial({ airId: 'air-2' }), 'connect');
});

test('reports that are understood arrive; the others are dropped and the link stays', async () => {
  const reports: AirReport[] = [];
  room.airLink.onReport(() => {
    throw new Error('a listener with a fault');
  });
  room.airLink.onReport((r) => reports.push(r));
  const air = dial();
  await next(air, 'connect');
  const emit = air.emit.bind(air) as (event: string, ...args: unknown[]) => void;
  emit('report');
  emit('report', { ...report, source: 'elsewhere' });
  const outputs = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`o${i}`, {}]));
  emit('report', { ...report, outputs });
  emit('report', { ...report, novelty: 'from a newer air' });
  await until('one report', () => reports.length > 0);
  expect(reports).toEqual([report]);
  expect(air.connected).toBe(true);
});

test('an order is answered as air answered; silence and absence are said in words', async () => {
  const absent = await room.airLink.sendOrder(order).catch((e: unknown) => e);
  expect(absent).toBeInstanceOf(StudioError);
  expect((absent as StudioError).code).toBe('unavailable');
  const air = dial();
  await next(air, 'connect');
  const orders: unknown[] = [];
  air.once('order', (o, ack) => {
    orders.push(o);
    ack({ ok: true, rev: o.rev });
  });
  await until('connected', () => room.airLink.connected());
  expect(await room.airLink.sendOrder(order)).toEqual({ ok: true, rev: 7 });
  expect(orders).toEqual([order]);
  const no = { ok: false as const, code: 'conflict' as const, message: 'no', messageEn: 'no' };
  air.once('order', (_, ack) => ack(no));
  expect(await room.airLink.sendOrder(order)).toEqual(no);
  const late = await room.airLink.sendOrder(order).catch((e: unknown) => e);
  expect((late as StudioError).code).toBe('timeout');
});

test('shutdown waits until air has gone, and at once when there is none', async () => {
  await room.airLink.shutdown();
  const air = dial();
  await next(air, 'connect');
  await until('connected', () => room.airLink.connected());
  let asked = false;
  air.on('shutdown', (ack) => {
    asked = true;
    ack();
    setImmediate(() => air.close());
  });
  await room.airLink.shutdown();
  expect(asked).toBe(true);
  expect(room.airLink.connected()).toBe(false);
});
