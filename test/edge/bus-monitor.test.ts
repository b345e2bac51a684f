// The monitor server: only with its token, from a key frame, and bounded whatever its readers do.
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFanOut, type FanOut } from '../../server/air/bus/fan-out.ts';
import { createFlvParser } from '../../server/air/bus/flv-parser.ts';
import { makeTag, type FlvTag } from '../../server/air/bus/flv-tag.ts';
import { createMonitorServer, type MonitorServer } from '../../server/air/bus/monitor-http.ts';
import { systemClock } from '../../server/core/clock.ts';
import { silentLog } from '../../server/core/log.ts';
import { until } from '../kit/until.ts';
import { manualClock, type ManualClock } from '../service/air-fakes.ts';
import { audioHeader, frame, keyFrame, videoHeader } from '../unit/bus-media.ts';

const token = 'monitor-token-abc';
let fan: FanOut;
let clock: ManualClock;
let server: MonitorServer;
const sockets: Socket[] = [];
beforeEach(async () => {
  fan = createFanOut(silentLog);
  clock = manualClock();
  server = await createMonitorServer({
    clock,
    log: silentLog,
    token,
    tap: { attach: (consumer) => fan.attach(consumer), flowing: true },
  });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

const url = (path: string): string => `http://127.0.0.1:${server.port}${path}`;
const status = async (path: string, method = 'GET'): Promise<number> => {
  const answer = await fetch(url(path), { method, signal: AbortSignal.timeout(5000) });
  await answer.body?.cancel();
  return answer.status;
};
const big = (timestamp: number, key = false): FlvTag => {
  const body = Buffer.alloc(256 * 1024);
  body.set([key ? 0x17 : 0x27, 1, 0, 0, 0, 9]);
  return makeTag('video', timestamp, body);
};

it('lets in who has the token, and nobody else', async () => {
  expect(await status('/healthz')).toBe(200);
  expect(await status('/bus.flv')).toBe(403);
  expect(await status('/bus.flv?t=')).toBe(403);
  expect(await status(`/bus.flv?t=${token}x`)).toBe(403);
  expect(await status(`/bus.flv?t=${token}`, 'POST')).toBe(405);
  expect(await status('/other')).toBe(404);
  expect(await status('//%00')).toBe(404);
  expect(server.readers).toBe(0);
});

it('sends headers and the newest group, then every tag as it comes', async () => {
  for (const tag of [videoHeader(), audioHeader(), keyFrame(1000), frame(1040)]) {
    fan.send(tag, null);
  }
  const stop = new AbortController();
  const answer = await fetch(url(`/bus.flv?t=${token}`), { signal: stop.signal });
  expect(answer.headers.get('content-type')).toBe('video/x-flv');
  const parser = createFlvParser();
  const got: FlvTag[] = [];
  const reader = answer.body?.getReader();
  const read = async (count: number): Promise<void> => {
    while (got.length < count) {
      const piece = await reader?.read();
      if (!piece?.value) throw new Error('the stream ended');
      got.push(...parser.push(Buffer.from(piece.value)));
    }
  };
  await read(4);
  fan.send(frame(1080), null);
  await read(5);
  expect(got.map((t) => t.timestamp)).toEqual([1000, 1000, 1000, 1040, 1080]);
  expect(got.map((t) => t.header)).toEqual([true, true, false, false, false]);
  stop.abort();
  await until('the reader left', () => fan.size === 0);
});

/** A reader that asks and then does not read. */
async function lazy(): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  socket.pause();
  socket.write(`GET /bus.flv?t=${token} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await until('it is attached', () => server.readers === 1);
  return socket;
}

it('drops for a slow reader up to a key frame, and never what others get', async () => {
  fan.send(videoHeader(), null);
  fan.send(big(0, true), null);
  const slow = await lazy();
  const quick: number[] = [];
  fan.attach((tag) => quick.push(tag.timestamp));
  // 32 MB, far more than the sockets hold: from about the 20th on, nothing may queue.
  for (let t = 1; t <= 128; t += 1) fan.send(big(t), null);
  expect(quick.at(-1)).toBe(128);
  fan.send(videoHeader(2), null);
  const parser = createFlvParser();
  const got: FlvTag[] = [];
  let head = Buffer.alloc(0);
  let begun = false;
  const chunked: Buffer[] = [];
  slow.on('data', (chunk: Buffer) => {
    chunked.push(chunk);
  });
  slow.resume();
  await until('it caught up', () => {
    const bytes = Buffer.concat(chunked);
    return bytes.includes(Buffer.from('FLV')) && slow.readableLength === 0 && bytes.length > 4e6;
  });
  await until('its queue is short again', () => {
    fan.send(keyFrame(5000), null);
    head = Buffer.concat(chunked);
    return head.includes(keyFrame(5000).body);
  });
  // The chunked encoding of HTTP is taken off before parsing.
  let at = head.indexOf('\r\n\r\n') + 4;
  for (;;) {
    const end = head.indexOf('\r\n', at);
    if (end < 0) break;
    const size = Number.parseInt(head.toString('latin1', at, end), 16);
    if (end + 2 + size > head.length) break;
    got.push(...parser.push(head.subarray(end + 2, end + 2 + size)));
    at = end + 2 + size + 2;
    begun = true;
  }
  expect(begun).toBe(true);
  const pictures = got.filter((t) => !t.header).map((t) => t.timestamp);
  expect(pictures.length).toBeLessThan(100);
  const gap = pictures.findIndex((t, i) => i > 0 && t - (pictures[i - 1] ?? 0) > 1);
  expect(pictures[gap]).toBe(5000);
  // The header that changed while it was behind came through.
  expect(got.filter((t) => t.header).at(-1)?.body).toEqual(videoHeader(2).body);
});

it('closes a reader that stays behind', async () => {
  fan.send(videoHeader(), null);
  fan.send(big(0, true), null);
  const slow = await lazy();
  for (let t = 1; t <= 128; t += 1) fan.send(big(t), null);
  clock.advance(11_000);
  fan.send(big(200), null);
  await until('it was let go', () => server.readers === 0);
  slow.resume();
  await until('its connection ended', () => slow.destroyed || slow.readableEnded);
});

it('frees its port and its readers when it closes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bus-monitor-'));
  const other = await createMonitorServer({
    clock: systemClock(),
    log: silentLog,
    token,
    tap: { attach: (consumer) => fan.attach(consumer), flowing: false },
  });
  const answer = await fetch(`http://127.0.0.1:${other.port}/bus.flv?t=${token}`);
  expect(answer.status).toBe(200);
  await until('attached', () => fan.size === 1);
  await other.close();
  await until('detached', () => fan.size === 0);
  await expect(fetch(`http://127.0.0.1:${other.port}/healthz`)).rejects.toThrow();
  rmSync(folder, { recursive: true });
});
