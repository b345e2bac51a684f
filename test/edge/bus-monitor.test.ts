// The monitor server: only with its token, from a key frame, and bounded whatever its readers do.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFanOut, type FanOut } from '../../server/air/bus/fan-out.ts';
import { createFlvParser } from '../../server/air/bus/flv-parser.ts';
import { makeTag, type FlvTag } from '../../server/air/bus/flv-tag.ts';
import { createMonitorServer, type MonitorServer } from '../../server/air/bus/monitor-http.ts';
import { systemClock } from '../../server/core/clock.ts';
import { silentLog } from '../../server/core/log.ts';
import { until } from '../kit/until.ts';
import { manualClock, type ManualClock } from '../service/air-fakes.ts';
import { audioHeader, frame, keyFrame, markOf, videoHeader } from '../unit/bus-media.ts';

const token = 'monitor-token-abc';
let fan: FanOut;
let clock: ManualClock;
let server: MonitorServer;
const answers: IncomingMessage[] = [];
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
  for (const answer of answers.splice(0)) answer.destroy();
  await server.close();
});

const url = (path: string): string => `http://127.0.0.1:${server.port}${path}`;
const status = async (path: string, method = 'GET'): Promise<number> => {
  const answer = await fetch(url(path), { method, signal: AbortSignal.timeout(60_000) });
  await answer.body?.cancel();
  return answer.status;
};
const big = (timestamp: number, key = false): FlvTag => {
  const body = Buffer.alloc(64 * 1024);
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

it('sends headers and the newest group, then every tag as it comes, saying when it went out', async () => {
  for (const tag of [videoHeader(), audioHeader(), keyFrame(1000), frame(1040)]) {
    fan.send(tag, null);
  }
  const stop = new AbortController();
  // The asker's clock shows another hour than air's.
  const answer = await fetch(url(`/bus.flv?t=${token}&now=7000000`), { signal: stop.signal });
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
  await read(5);
  clock.advance(30);
  fan.send(frame(1080), null);
  await read(7);
  const media = got.filter((t) => t.type !== 'script');
  expect(media.map((t) => t.timestamp)).toEqual([1000, 1000, 1000, 1040, 1080]);
  expect(media.map((t) => t.header)).toEqual([true, true, false, false, false]);
  expect(markOf(got[0])).toEqual({ position: 40, at: 7_000_000 });
  expect(markOf(got[5])).toEqual({ position: 80, at: 7_000_030 });
  for (const t of [1120, 1160]) {
    clock.advance(960);
    fan.send(frame(t), null);
  }
  await read(10);
  expect(markOf(got[8])).toEqual({ position: 160, at: 7_001_950 });
  stop.abort();
  await until('the reader left', () => fan.size === 0);
});

/** A reader that asks and then does not read. */
async function lazy(): Promise<IncomingMessage> {
  const request = get(url(`/bus.flv?t=${token}`), { agent: false });
  request.on('error', () => undefined);
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  answer.on('error', () => undefined);
  answers.push(answer);
  return answer;
}

/** 25 pictures a second of 64 kB with a key frame each second, while the clock runs. */
async function run(from: number, to: number): Promise<void> {
  for (let t = from; t < to; t += 40) {
    clock.advance(40);
    fan.send(big(t, t % 1000 === 0), null);
    // The sockets have their turn.
    await turn();
  }
}

it('has nothing old for a reader that stood still, beyond what the sockets hold', async () => {
  fan.send(videoHeader(), null);
  await run(0, 1000);
  const slow = await lazy();
  const quick: number[] = [];
  fan.attach((tag) => quick.push(tag.timestamp));
  await run(1000, 5000);
  fan.send(videoHeader(2), null);
  await run(5000, 9000);
  expect(quick.filter((t) => t >= 1000 && t % 40 === 0)).toHaveLength(200);
  const parser = createFlvParser();
  const got: FlvTag[] = [];
  slow.on('data', (chunk: Buffer) => got.push(...parser.push(chunk)));
  const pictures = (): FlvTag[] => got.filter((t) => t.type === 'video' && !t.header);
  await until('it has what waited', () => pictures().at(-1)?.timestamp === 8960);
  await run(9000, 9400);
  await until('it is with the others', () => pictures().at(-1)?.timestamp === 9360);
  const gap = pictures().findIndex(
    (t, i) => t.timestamp - (pictures()[i - 1]?.timestamp ?? 0) > 40,
  );
  // After what lay in the sockets, it goes on at a key frame of at most two seconds before.
  expect(pictures()[gap]?.key).toBe(true);
  expect(pictures()[gap]?.timestamp).toBeGreaterThanOrEqual(7000);
  const after = pictures().slice(gap);
  expect(after.map((t) => t.timestamp)).toEqual(
    after.map((_, i) => (after[0]?.timestamp ?? 0) + i * 40),
  );
  // The header that changed while it stood still came through, before the pictures that need it.
  const header = got.findLastIndex((t) => t.header);
  expect(got[header]?.body).toEqual(videoHeader(2).body);
  expect(header).toBeLessThan(got.indexOf(pictures()[gap]!));
});

it('closes a reader that takes nothing', async () => {
  fan.send(videoHeader(), null);
  await run(0, 1000);
  const still = await lazy();
  await run(1000, 9000);
  expect(server.readers).toBe(1);
  clock.advance(11_000);
  fan.send(big(20_000), null);
  await until('it was let go', () => server.readers === 0);
  still.resume();
  await until('its connection ended', () => still.destroyed);
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
