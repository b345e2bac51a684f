// The monitor pipe: for who is signed in, at once and unbuffered, and closed on both sides when either goes.
import {
  createServer,
  get,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../kit/until.ts';
import { call, openRoom, type Room } from './web-room.ts';

let room: Room;
let air: Server;
let url: string | null;
let token: string;
let readers: ServerResponse[];
let asked: string[];
let status = 200;

beforeEach(async () => {
  readers = [];
  asked = [];
  status = 200;
  air = createServer((req, res) => {
    asked.push(req.url ?? '');
    if (status === 0) return;
    res.writeHead(status, { 'content-type': 'video/x-flv' });
    res.flushHeaders();
    readers.push(res);
  });
  await new Promise<void>((resolve) => air.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(air.address() as AddressInfo).port}/bus.flv?t=secret`;
  room = await openRoom({ monitorUrl: () => url });
  token = await room.adminToken();
});
afterEach(async () => {
  await room.close();
  air.closeAllConnections();
  await new Promise((resolve) => air.close(resolve));
});

const address = () => `${room.url}/monitor/program.flv`;
function watch(): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { cookie: `studio_session=${token}` };
    get(address(), { headers, agent: false }, resolve).on('error', reject);
  });
}

test('the first bytes arrive as they are sent, and air’s token stays inside', async () => {
  const picture = await watch();
  expect(picture.statusCode).toBe(200);
  expect(picture.headers).toMatchObject({
    'content-type': 'video/x-flv',
    'cache-control': 'no-store',
  });
  expect(JSON.stringify(picture.headers)).not.toContain('secret');
  expect(asked).toEqual([expect.stringMatching(/^\/bus\.flv\?t=secret&now=\d+$/)]);
  // Air says when each picture went out in this clock.
  const told = Number(new URL(asked[0] ?? '', 'http://air').searchParams.get('now'));
  expect(Math.abs(told - Date.now())).toBeLessThan(60_000);
  const seen: Buffer[] = [];
  picture.on('data', (d: Buffer) => seen.push(d));
  for (const text of ['FLV', 'tag one', 'tag two']) {
    readers[0]?.write(text);
    await until(text, () => Buffer.concat(seen).toString().endsWith(text));
  }
  picture.destroy();
});

test('the browser leaving ends air’s reader; air’s end ends the browser’s', async () => {
  const one = await watch();
  await until('reader', () => readers.length === 1);
  one.destroy();
  await until('reader gone', () => readers[0]?.destroyed);

  const two = await watch();
  let ended = false;
  two.on('close', () => (ended = true)).on('error', () => undefined);
  two.resume();
  readers[1]?.destroy();
  await until('browser told', () => ended);
});

test('a browser that does not read makes air wait: what is late has to lie where it can be dropped', async () => {
  const picture = await watch();
  await until('reader', () => readers.length === 1);
  readers[0]?.write(Buffer.alloc(64 * 1024 * 1024));
  let left = 0;
  let still = 0;
  // The kernel's sockets take some of it; a pipe that kept things would take it all.
  await until('nothing moves any more, and most is with air', () => {
    const now = readers[0]?.writableLength ?? 0;
    still = now === left ? still + 1 : 0;
    left = now;
    return still >= 5 && left > 16 * 1024 * 1024;
  });
  picture.destroy();
});

test('nobody watches without signing in, nor after signing out', async () => {
  expect((await call(address(), 'GET')).body['code']).toBe('unauthenticated');
  const picture = await watch();
  let ended = false;
  picture.on('close', () => (ended = true)).on('error', () => undefined);
  picture.resume();
  await call(`${room.url}/api/v1/session`, 'DELETE', { token });
  await until('cut', () => ended && readers[0]?.destroyed);
});

test('without a picture it says so: none, refused by air, or air away', async () => {
  status = 503;
  expect(await call(address(), 'GET', { token })).toMatchObject({
    status: 503,
    body: { code: 'unavailable', message: /señal de programa/ },
  });
  url = 'http://127.0.0.1:1/bus.flv';
  expect((await call(address(), 'GET', { token })).body['code']).toBe('unavailable');
  url = null;
  expect((await call(address(), 'GET', { token })).body['code']).toBe('unavailable');
});

test('an air that accepts and says nothing is given up on', async () => {
  status = 0;
  expect((await call(address(), 'GET', { token })).body['code']).toBe('unavailable');
});

test('at most 50 at a time', async () => {
  const pictures = await Promise.all(Array.from({ length: 50 }, watch));
  expect(pictures.map((p) => p.statusCode)).toEqual(Array.from({ length: 50 }, () => 200));
  expect((await call(address(), 'GET', { token })).status).toBe(503);
  pictures[0]?.destroy();
  await until('room for one', async () => {
    const again = await watch();
    again.destroy();
    return again.statusCode === 200;
  });
  for (const picture of pictures) picture.destroy();
});
