// Measuring the upload against a real server through a real, throttled line: right, bounded, and clear when it fails.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stationProfile } from '../../server/contract/profiles.ts';
import { createAlarmLatch } from '../../server/core/alarm-latch.ts';
import { createAlarms } from '../../server/core/alarms.ts';
import type { Act } from '../../server/core/audit.ts';
import { systemClock } from '../../server/core/clock.ts';
import { StudioError } from '../../server/core/errors.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { silentLog } from '../../server/core/log.ts';
import { createStateStore } from '../../server/core/state-store.ts';
import { createSettings } from '../../server/outputs/settings.ts';
import { createUplink } from '../../server/outputs/uplink/uplink.ts';
import { createUploadTest, type UploadTestPlan } from '../../server/outputs/uplink/upload-test.ts';
import { openStore } from '../../server/store/database.ts';
import { closings, type Closing } from '../kit/closings.ts';
import { freePort } from '../kit/ports.ts';
import { paced, slowness } from '../kit/slowness.ts';
import { until } from '../kit/until.ts';
import { uploadSink } from '../kit/upload-sink.ts';
import { ana } from '../service/air-service-bench.ts';
import { station } from '../service/outputs-samples.ts';

const clock = systemClock();
const pace = Math.min(3, await slowness());
/** Shorter than people's, with the same code; a busy machine confirms later. */
const plan: UploadTestPlan = {
  connections: 3,
  durationMs: 1800 * pace,
  warmUpMs: 400 * pace,
  graceMs: 2000 * pace,
  // Only where silence is the question may it be mistaken for one.
  silenceMs: 60_000,
};

const sink = async (closing: Closing, kbps: number, status?: number) => {
  const made = await uploadSink(kbps, status);
  closing(() => made.close());
  return made;
};

const measure = (url: string, more: Partial<UploadTestPlan> = {}, signal?: AbortSignal) =>
  createUploadTest(clock, { ...plan, ...more })({
    url,
    signal: signal ?? new AbortController().signal,
    onProgress: () => undefined,
  });

/** A server that speaks as `talk` does; its address. */
async function rawServer(closing: Closing, talk: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    // Whoever measures may go whenever they like.
    socket.on('error', () => sockets.delete(socket));
    talk(socket);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closing(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}/`;
}

async function refusal(work: Promise<unknown>): Promise<StudioError> {
  const error = await work.then(
    () => null,
    (e: unknown) => e,
  );
  if (!(error instanceof StudioError)) throw new Error(`not refused in words: ${String(error)}`);
  expect(error.code).toBe('unavailable');
  expect(JSON.stringify(error.words)).not.toContain('secret-of-the-sink');
  return error;
}

// Most of it is waiting for slow lines.
describe.concurrent('the upload', () => {
  test.for([600, 30_000])('a line of %i kb/s is measured as such', async (kbps, context) => {
    const closing = closings(context);
    const server = await sink(closing, kbps);
    const found = await measure(server.url);
    // Buffers on the way take megabytes at once: counted by what was written this would be far more.
    expect(found / kbps).toBeGreaterThan(0.7);
    expect(found / kbps).toBeLessThan(1.3);
    await until('its connections closed', async () => (await server.connections()) === 0);
  });

  test('a connection lost on the way costs no measurement', async (context) => {
    const closing = closings(context);
    const server = await sink(closing, 6000);
    const result = measure(server.url);
    await until('something was taken', () => server.taken() > 100_000);
    server.cutOne();
    const found = await result;
    expect(found / 6000).toBeGreaterThan(0.6);
    expect(found / 6000).toBeLessThan(1.3);
  });

  test('a server that refuses, is not there, or never answers is said so', async (context) => {
    const closing = closings(context);
    const wrong = await sink(closing, 50_000, 404);
    expect((await refusal(measure(wrong.url))).words.es).toContain('HTTP 404');
    const nobody = `http://127.0.0.1:${await freePort()}/`;
    expect((await refusal(measure(nobody))).words.es).toContain('no responde');
    const silent = await refusal(
      measure(await rawServer(closing, (socket) => void socket.resume()), {
        silenceMs: 1200 * pace,
      }),
    );
    expect(silent.words.es).toContain('no confirmó nada');
  });

  test('a server that answers without reading is not believed', async (context) => {
    const closing = closings(context);
    const liar = await rawServer(closing, (socket) => {
      socket.once('data', () => {
        socket.pause();
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      });
    });
    const { words } = await refusal(measure(liar));
    expect(words.es).toContain('sin leer');
  });

  test('it ends at once when told to, and leaves no connection', async (context) => {
    const closing = closings(context);
    const server = await sink(closing, 6000);
    const stop = new AbortController();
    const result = measure(server.url, { durationMs: 300_000 }, stop.signal);
    await until('something was taken', () => server.taken() > 50_000);
    stop.abort(new StudioError('conflict', { es: 'al aire', en: 'on air' }));
    await expect(result).rejects.toMatchObject({ code: 'conflict' });
    await until('its connections closed', async () => (await server.connections()) === 0);
  });

  test('the command answers at once and the result is in the state, on record and on the disk', async (context) => {
    const closing = closings(context);
    const dir = mkdtempSync(join(tmpdir(), 'uplink-'));
    closing(() => rmSync(dir, { recursive: true, force: true }));
    const database = await openStore(dir);
    closing(() => database.close());
    const server = await sink(closing, 8000);
    const store = createStateStore(initialState(station, 1935, clock.now()));
    const acts: Act[] = [];
    const uplink = await createUplink({
      store,
      settings: createSettings(database.db),
      clock,
      audit: { record: (act) => void acts.push(act) },
      latch: createAlarmLatch(createAlarms(store, clock)),
      log: silentLog,
      profile: { ...stationProfile.shape.uplink.parse(undefined), testUrl: server.url },
      uploadTest: createUploadTest(clock, plan),
      orderChanged: () => undefined,
    });
    closing(() => uplink.close());
    // Noted as it is told: the measurement may be over before anybody looks.
    const progress: number[] = [];
    store.subscribe(() => progress.push(store.get().uplink.measuring ?? 0));
    const limit = await paced();
    const started = performance.now();
    await uplink.handlers['uplink.measure']({}, ana);
    const took = performance.now() - started;
    expect(took).toBeLessThan(await limit(2000));
    await until('a result', () => store.get().uplink.measured, plan.durationMs + 20_000);
    expect(Math.max(...progress)).toBeGreaterThan(0);
    const { measured, usableKbps, measuring } = store.get().uplink;
    expect(measured!.how).toBe('test');
    expect(measured!.kbps / 8000).toBeGreaterThan(0.7);
    expect(measured!.kbps / 8000).toBeLessThan(1.3);
    expect(usableKbps).toBe(Math.floor(measured!.kbps * 0.8));
    expect(measuring).toBeNull();
    expect(acts).toMatchObject([{ action: 'uplink.measured', ok: true }]);
    expect(JSON.stringify([store.get(), acts])).not.toContain('secret-of-the-sink');
    await until('it is on the disk', async () =>
      createSettings(database.db).read('uplink.measured'),
    );
  });
});
