// Destinations on real parts: ffmpeg workers to nginx-rtmp, each alone with its own trouble.
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { AirOutputOrder } from '../../server/contract/air-link.ts';
import type { EncoderProfile } from '../../server/contract/profiles.ts';
import { createOutputs, type Outputs } from '../../server/air/outputs/outputs.ts';
import { systemClock } from '../../server/core/clock.ts';
import type { Log } from '../../server/core/log.ts';
import { decodeErrors, packetFacts, streamsOf } from '../kit/media-probe.ts';
import { startNginxRtmp, type NginxRtmp } from '../kit/nginx-rtmp.ts';
import { freePort } from '../kit/ports.ts';
import { startSimulatedBus, type SimulatedBus } from '../kit/simulated-bus.ts';
import { until } from '../kit/until.ts';

const encoder: EncoderProfile = {
  id: 'test',
  name: 'test',
  width: 640,
  height: 360,
  fps: 30,
  videoKbps: 3000,
  audioKbps: 128,
  audioRate: 48_000,
  audioChannels: 2,
  keyframeSeconds: 1,
  h264Profile: 'high',
  x264Preset: 'veryfast',
  alwaysEncode: false,
};
let bus: SimulatedBus;
const closing: (() => Promise<void>)[] = [];
const logged: string[] = [];

beforeAll(async () => {
  bus = await startSimulatedBus({ videoKbps: 3000 });
});
afterAll(() => bus.close());
afterEach(async () => {
  bus.resume();
  for (const close of closing.splice(0).toReversed()) await close();
});

function outputs(options: { ffmpegPath?: string } = {}): Outputs {
  const made = createOutputs({
    tap: bus,
    clock: systemClock(),
    log: keepingLog,
    random: Math.random,
    ...options,
  });
  closing.push(() => made.close());
  return made;
}

const keep = (fields: object, message: string) =>
  void logged.push(`${message} ${JSON.stringify(fields)}`);
const keepingLog: Log = {
  debug: keep,
  info: keep,
  warn: keep,
  error: keep,
  child: () => keepingLog,
};

async function platform(options?: Parameters<typeof startNginxRtmp>[0]): Promise<NginxRtmp> {
  const made = await startNginxRtmp(options);
  closing.push(() => made.close());
  return made;
}

function to(id: string, url: string, key: string | null = 'clave', run = true): AirOutputOrder {
  return { id, kind: 'rtmp', url, key, run, settings: null, backupUrl: null, folder: null };
}

const state = (o: Outputs, id: string) => o.report()[id]?.state;
const cause = (o: Outputs, id: string) => o.report()[id]?.problem?.cause;
const live = (o: Outputs, id: string, ms = 15_000) =>
  until(`${id} is live`, () => state(o, id) === 'live', ms);
const failing = (o: Outputs, id: string, expected: string, ms = 15_000) =>
  until(`${id} says ${expected}`, () => cause(o, id) === expected, ms);
const seconds = (n: number) => {
  const start = bus.sentBytes;
  return until(`${n} s of media`, () => bus.sentBytes - start > n * 380_000, n * 1000 + 20_000);
};

test('two destinations, one session each, clean media; adding, changing and stopping one leaves the other alone', async () => {
  const [a, b] = await Promise.all([platform(), platform({ apps: ['live2'] })]);
  const o = outputs();
  const first = to('a', a.url, 'FB-1?s_bl=1&a=AbC&x=1=2');
  o.apply([first], encoder);
  await live(o, 'a');
  o.apply([first, to('b', `${b.url}?backup=1`, 'abcd-efgh')], encoder);
  await live(o, 'b');
  await seconds(2);
  // The same orders again, a changed key of b, then b stopped.
  o.apply([{ ...first }, to('b', `${b.url}?backup=1`, 'abcd-efgh')], encoder);
  o.apply([first, to('b', `${b.url}?backup=1`, 'otra-clave')], encoder);
  await until('b publishes anew', () => b.requests.at(-1)?.key === 'otra-clave');
  await live(o, 'b');
  o.apply([first, to('b', b.url, 'otra-clave', false)], encoder);
  await until('b is idle', () => state(o, 'b') === 'idle');
  await seconds(2);
  const report = o.report()['a']!;
  expect(report).toMatchObject({ state: 'live', problem: null, restarts: 0, droppedFrames: 0 });
  expect(report.bitrateKbps).toBeGreaterThan(1500);
  expect(report.memoryMb).toBeGreaterThan(5);
  o.apply([], encoder);
  await until('all are gone', () => Object.keys(o.report()).length === 0);

  expect(a.requests).toHaveLength(1);
  expect(a.requests[0]).toMatchObject({ key: 'FB-1', args: { s_bl: '1', a: 'AbC' } });
  expect(b.requests[0]?.tcUrl).toMatch(/\/live2\?backup=1$/);
  expect(a.recordings()).toHaveLength(1);
  expect(b.recordings()).toHaveLength(2);
  for (const file of [...a.recordings(), ...b.recordings()]) {
    const facts = await packetFacts(file);
    expect(facts).toMatchObject({ nonMonotonic: 0, startsOnKey: true });
    expect(facts.maxVideoGapMs).toBeLessThan(200);
    expect(Math.max(...facts.keySpacingsMs)).toBeLessThan(1100);
    expect(await decodeErrors(file)).toBe(0);
    const streams = await streamsOf(file);
    expect(streams.map((s) => s.codec).toSorted()).toEqual(['aac', 'h264']);
  }
});

test('each trouble shows its own cause, and goes away by itself when it ends', async () => {
  let allowed = false;
  const picky = await platform({ onPublish: () => allowed });
  const late = await platform();
  const kicking = await platform();
  await late.stop();
  const silent = createServer(() => undefined);
  const silentPort = await freePort();
  await new Promise<void>((resolve) => silent.listen(silentPort, '127.0.0.1', resolve));
  closing.push(async () => void silent.close());
  const o = outputs();
  o.apply(
    [
      to('refused', late.url),
      to('unresolved', 'rtmp://no-such-host.invalid/live'),
      to('rejected', picky.url),
      to('kicked', kicking.url, 'yo'),
      to('mute', `rtmp://127.0.0.1:${silentPort}/live`),
      to('wrong', 'http://127.0.0.1/live'),
    ],
    encoder,
  );
  expect(o.report()['wrong']).toMatchObject({ state: 'failed' });
  await failing(o, 'refused', 'refused');
  await failing(o, 'unresolved', 'unresolved');
  await failing(o, 'rejected', 'rejected');
  await failing(o, 'mute', 'timeout');
  expect(state(o, 'refused')).toBe('retrying');
  await live(o, 'kicked');
  await kicking.kick('yo');
  await failing(o, 'kicked', 'kicked');
  await live(o, 'kicked');
  allowed = true;
  await late.start();
  await live(o, 'refused');
  await live(o, 'rejected', 30_000);
  expect(o.report()['refused']).toMatchObject({ problem: null, nextRetryAt: null });
});

test('a frozen destination disturbs nobody, says so, and comes back by itself', async () => {
  const [frozen, healthy] = await Promise.all([platform(), platform()]);
  const o = outputs();
  o.apply([to('frozen', frozen.url), to('healthy', healthy.url)], encoder);
  await Promise.all([live(o, 'frozen'), live(o, 'healthy')]);
  await seconds(2);
  const before = { sent: bus.sentBytes, recorded: healthy.recordedBytes() };
  frozen.freeze();
  await failing(o, 'frozen', 'stalled');
  await until('its worker is replaced', () => (o.report()['frozen']?.restarts ?? 0) > 0, 40_000);
  const grown = healthy.recordedBytes() - before.recorded;
  expect(grown / (bus.sentBytes - before.sent)).toBeGreaterThan(0.95);
  expect(o.report()['frozen']!.queueMs).toBeLessThan(6000);
  frozen.thaw();
  await live(o, 'frozen', 20_000);
  await seconds(2);
  expect(o.report()['healthy']).toMatchObject({ state: 'live', restarts: 0, droppedFrames: 0 });
  await o.close();
  expect(healthy.recordings()).toHaveLength(1);
  expect((await packetFacts(healthy.recordings()[0]!)).nonMonotonic).toBe(0);
  const again = await packetFacts(frozen.recordings().at(-1)!);
  expect(again).toMatchObject({ nonMonotonic: 0, startsOnKey: true });
});

test('no program: says so, and starts when it flows; ends cleanly when it stops', async () => {
  const a = await platform();
  bus.pause();
  const o = outputs();
  o.apply([to('a', a.url)], encoder);
  await failing(o, 'a', 'noProgram');
  expect(a.requests).toHaveLength(0);
  bus.resume();
  await live(o, 'a');
  bus.pause();
  await failing(o, 'a', 'noProgram');
  expect(o.report()['a']).toMatchObject({ state: 'starting', restarts: 0 });
});

test('without ffmpeg every output says that it cannot be started', async () => {
  const o = outputs({ ffmpegPath: '/nonexistent/ffmpeg' });
  o.apply([to('a', 'rtmp://127.0.0.1/live')], encoder);
  await failing(o, 'a', 'spawn');
  expect(state(o, 'a')).toBe('retrying');
});

test('a key is in no argument of any process, no log line and no report, failing or not', async () => {
  const a = await platform({ onPublish: (key) => key.startsWith('Zq9-good') });
  const o = outputs();
  logged.length = 0;
  const stopped = await platform();
  await stopped.stop();
  o.apply(
    [
      to('good', a.url, 'Zq9-good?s=Zq9-more&t=#Zq9 x'),
      to('inUrl', `${a.url}/Zq9-goodInUrl?s=Zq9-more`, null),
      to('bad', a.url, 'Zq9-bad?s=1'),
      to('refused', stopped.url, 'Zq9-refused'),
      { ...to('radio', `icecast://127.0.0.1:${stopped.port}/m`, 'Zq9-radio'), kind: 'icecast' },
    ],
    encoder,
  );
  await Promise.all([live(o, 'good'), live(o, 'inUrl')]);
  await failing(o, 'bad', 'rejected');
  await failing(o, 'refused', 'refused');
  await failing(o, 'radio', 'refused');
  expect(a.requests.map((r) => r.key)).toContain('Zq9-goodInUrl');
  const workers = commandLines().filter((c) => c.includes('ffmpeg') && c.includes(`:${a.port}/`));
  expect(workers.length).toBeGreaterThanOrEqual(2);
  for (const text of [...commandLines(), ...logged, JSON.stringify(o.report())]) {
    expect(text).not.toContain('Zq9');
    expect(text).not.toContain(Buffer.from('source:Zq9-radio').toString('base64'));
  }
});

/** The arguments of every process we may see, this test runner's own excepted. */
function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    });
}
