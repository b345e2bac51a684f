// Recordings on real parts: ffmpeg, real files, a real small disk, SIGKILL.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AirOutputOrder } from '../../server/contract/air-link.ts';
import type { BusTap } from '../../server/air/bus/tap.ts';
import type { FlvTag } from '../../server/air/bus/flv-tag.ts';
import { createOutputs, type Outputs } from '../../server/air/outputs/outputs.ts';
import { readManifest } from '../../server/air/outputs/recording-manifest.ts';
import { repairRecordings } from '../../server/air/outputs/recording-repair.ts';
import { systemClock } from '../../server/core/clock.ts';
import type { Log } from '../../server/core/log.ts';
import { complaints, packetFacts, packetHashes } from '../kit/media-probe.ts';
import { startNginxRtmp } from '../kit/nginx-rtmp.ts';
import { sampleEncoder } from '../kit/samples.ts';
import { startSimulatedBus, type SimulatedBus } from '../kit/simulated-bus.ts';
import { paced } from '../kit/slowness.ts';
import { mountSmallDisk } from '../kit/small-disk.ts';
import { until } from '../kit/until.ts';
import { alive } from './ingest-harness.ts';

const rootDir = join(import.meta.dirname, '..', '..');
const encoder = sampleEncoder();
const zona = '2026-11-21 1000 Zona Tributaria';
const mundo = '2026-11-21 1100 Mundo Positivo';
let bus: SimulatedBus;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  bus = await startSimulatedBus({ videoKbps: 3000 });
});
afterAll(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  bus.close();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'recordings-'));
  closing.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function outputs(recordingsDir: string, tap: BusTap = bus, logged: object[] = []): Outputs {
  const clock = systemClock();
  const keep = (fields: object) => void logged.push(fields);
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep, child: () => log };
  const made = createOutputs({ tap, clock, log, random: Math.random, recordingsDir });
  closing.push(() => made.close());
  return made;
}

function recording(name: string, change: Partial<AirOutputOrder> = {}): AirOutputOrder {
  return {
    id: 'rec',
    kind: 'recording',
    run: true,
    url: '',
    key: null,
    settings: { fileMinutes: 30, minFreeGb: 0.01 },
    backupUrl: null,
    folder: { name, about: { title: name.slice(16), department: 'Hacienda' } },
    ...change,
  };
}

const files = (root: string, name: string) =>
  readdirSync(join(root, name))
    .filter((file) => file.endsWith('.mp4'))
    .toSorted()
    .map((file) => join(root, name, file));
const live = (o: Outputs, id = 'rec') =>
  until(`${id} is live`, () => o.report()[id]?.state === 'live', 20_000);
const seconds = (n: number) => {
  const start = bus.sentBytes;
  return until(`${n} s of media`, () => bus.sentBytes - start > n * 380_000, n * 1000 + 20_000);
};
const stop = async (o: Outputs, name: string) => {
  o.apply([recording(name, { run: false })], encoder);
  await until('it has ended', () => o.report()['rec']?.state === 'idle', 20_000);
  await o.close();
};

/** Every frame the bus sends from now on, by type, as the hash of what a file holds of it. */
function watch(tap: BusTap): Record<'video' | 'audio', string[]> {
  const seen = { video: [] as string[], audio: [] as string[] };
  const hash = (tag: FlvTag, skip: number) =>
    createHash('md5').update(tag.body.subarray(skip)).digest('hex');
  closing.push(
    tap.attach((tag) => {
      // At its seam the simulated bus also sends an end of sequence, which is no picture.
      const picture = tag.type === 'video' && tag.body[1] === 1;
      if (tag.header || !(picture || tag.type === 'audio')) return;
      seen[picture ? 'video' : 'audio'].push(hash(tag, picture ? 5 : 2));
    }),
  );
  return seen;
}

/** Whether `part` is in `whole` without a break. */
function follows(part: readonly string[], whole: readonly string[]): boolean {
  return whole.some((_, at) => part.every((hash, i) => whole[at + i] === hash));
}

async function clean(file: string): Promise<void> {
  expect(await complaints(file)).toEqual([]);
  expect(await packetFacts(file)).toMatchObject({ nonMonotonic: 0, startsOnKey: true });
}

test.concurrent(
  'the next occurrence goes on in its own folder, and not a frame is missing or there twice',
  async () => {
    const root = folder();
    const sent = watch(bus);
    const limit = await paced();
    const o = outputs(root);
    o.apply([recording(zona)], encoder);
    await live(o);
    expect(o.report()['rec']).toMatchObject({
      problem: null,
      recording: { folder: zona, file: expect.stringMatching(/^\d{4}-.*Z\.mp4$/) },
    });
    o.apply([recording(mundo)], encoder);
    await until('in the next folder', () => o.report()['rec']?.recording?.folder === mundo, 20_000);
    await seconds(2);
    expect(o.report()['rec']).toMatchObject({ state: 'live', restarts: 0, droppedFrames: 0 });
    expect(o.report()['rec']!.recording!.secondsLeft).toBeGreaterThan(0);
    await stop(o, mundo);

    const [first, second] = [files(root, zona), files(root, mundo)];
    expect([first.length, second.length]).toEqual([1, 1]);
    for (const file of [...first, ...second]) await clean(file);
    const held = await Promise.all([...first, ...second].map(packetHashes));
    for (const type of ['video', 'audio'] as const) {
      const recorded = held.flatMap((hashes) => hashes[type]);
      expect(recorded.length).toBeGreaterThan(60);
      expect(follows(recorded, sent[type]), type).toBe(true);
    }
    const about = await readManifest(join(root, zona));
    expect(about?.about).toEqual({ title: 'Zona Tributaria', department: 'Hacienda' });
    const next = await readManifest(join(root, mundo));
    for (const entry of [about?.files[0], next?.files[0]]) {
      const ms = Date.parse(entry?.end ?? '') - Date.parse(entry?.start ?? '');
      const path = [...first, ...second].find((file) => file.endsWith(entry?.file ?? 'none'))!;
      expect(entry?.bytes).toBe(statSync(path).size);
      const { durationMs } = await packetFacts(path);
      // By the clock, as the pictures came: a busy machine brings the last one late.
      expect(Math.abs(ms - durationMs)).toBeLessThan(await limit(1000));
    }
    expect(statSync(join(root, zona)).mode & 0o777).toBe(0o750);
  },
);

test.concurrent(
  'SIGKILL of the writer: what was written plays, a new file follows by itself',
  async () => {
    const root = folder();
    const logged: { worker?: number }[] = [];
    const o = outputs(root, bus, logged);
    o.apply([recording(zona)], encoder);
    await live(o);
    await seconds(1);
    const before = o.report()['rec']!.sentBytes;
    process.kill(logged.findLast((line) => line.worker !== undefined)!.worker!, 'SIGKILL');
    await until('lost', () => o.report()['rec']?.restarts === 1, 20_000);
    await live(o);
    expect(o.report()['rec']!.sentBytes).toBeGreaterThan(before);
    await stop(o, zona);
    const found = files(root, zona);
    expect(found).toHaveLength(2);
    for (const file of found) await clean(file);
    const list = await readManifest(join(root, zona));
    expect(list?.files.map((f) => [join(root, zona, f.file), f.end !== null])).toEqual(
      found.map((file) => [file, true]),
    );
  },
);

const program = (root: string) => `
  import { createOutputs } from '${rootDir}/server/air/outputs/outputs.ts';
  import { systemClock } from '${rootDir}/server/core/clock.ts';
  import { startSimulatedBus } from '${rootDir}/test/kit/simulated-bus.ts';
  const say = (fields) => console.log(JSON.stringify(fields));
  const log = { debug: say, info: say, warn: say, error: say, child: () => log };
  const tap = await startSimulatedBus();
  const recordingsDir = ${JSON.stringify(root)};
  const o = createOutputs({ tap, clock: systemClock(), log, random: Math.random, recordingsDir });
  o.apply([${JSON.stringify(recording(zona))}], ${JSON.stringify(encoder)});
`;

test.concurrent(
  'SIGKILL of air and its writer at once: the file plays to its last fragment, the next air goes on beside it',
  async () => {
    const root = folder();
    const air = spawn(process.execPath, ['--input-type=module', '--eval', program(root)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    closing.push(() => air.kill('SIGKILL'));
    const said: string[] = [];
    createInterface({ input: air.stdout }).on('line', (line) => said.push(line));
    const line = await until('live', () => said.find((l) => l.includes('"phase":"live"')), 30_000);
    const { worker } = JSON.parse(line) as { worker: number };
    const size = () => statSync(files(root, zona)[0]!).size;
    const atLive = size();
    await until('more is written', () => size() > atLive, 20_000);
    process.kill(worker, 'SIGKILL');
    air.kill('SIGKILL');
    await until('both are gone', () => !alive(worker) && !alive(air.pid ?? 0));

    const logged: { repaired?: number }[] = [];
    const o = outputs(root, bus, logged);
    o.apply([recording(zona)], encoder);
    await live(o);
    const [killed, now] = files(root, zona);
    expect(now?.endsWith(o.report()['rec']!.recording!.file!)).toBe(true);
    // As it does some seconds after its start, when nobody can be at the old file any more.
    const writing = new Set([`${zona}/${o.report()['rec']!.recording!.file}`]);
    const done = await repairRecordings(root, writing, Date.now() + 60_000);
    // On a busy machine it has come to it by itself already.
    const before = logged.reduce((sum, { repaired = 0 }) => sum + repaired, 0);
    expect({ ...done, repaired: done.repaired + before }).toEqual({ repaired: 1, unsettled: 0 });
    await stop(o, zona);
    for (const file of [killed!, now!]) await clean(file);
    expect((await packetFacts(killed!)).durationMs).toBeGreaterThan(900);
    const list = await readManifest(join(root, zona));
    expect(list?.files.map((f) => f.end !== null)).toEqual([true, true]);
  },
);

test.concurrent('another encoder upstream: a file of its own for each, both play', async () => {
  const root = folder();
  const other = await startSimulatedBus({ videoKbps: 2000, seconds: 4 });
  closing.push(() => other.close());
  const tap = switchable(bus);
  const o = outputs(root, tap);
  o.apply([recording(zona)], encoder);
  await live(o);
  tap.to(other);
  await until('a second file', () => files(root, zona).length === 2, 20_000);
  await until('it is written', () => statSync(files(root, zona)[1]!).size > 300_000, 20_000);
  expect(o.report()['rec']).toMatchObject({ state: 'live', restarts: 0 });
  await stop(o, zona);
  for (const file of files(root, zona)) await clean(file);
});

test.concurrent(
  'no room: says so loudly, disturbs nobody, and goes on by itself when there is room',
  async () => {
    const disk = mountSmallDisk(20);
    if (disk) closing.push(() => disk.close());
    const root = disk?.path ?? folder();
    const platform = await startNginxRtmp();
    closing.push(() => platform.close());
    const o = outputs(root);
    const neighbour: AirOutputOrder = {
      ...recording(zona, { id: 'tv', kind: 'rtmp', url: platform.url, key: 'clave' }),
      folder: null,
      settings: null,
    };
    const order = (minFreeGb: number) =>
      o.apply([recording(zona, { settings: { fileMinutes: 30, minFreeGb } }), neighbour], encoder);
    const diskFull = () => o.report()['rec']?.problem?.cause === 'diskFull';
    order(0.01);
    await Promise.all([live(o), live(o, 'tv')]);
    const sentBefore = o.report()['tv']!.sentBytes;
    const busBefore = bus.sentBytes;

    // Where nothing may be mounted, a limit above what is free stands for the full disk.
    if (disk) disk.fill(0);
    else order(10_000);
    await until(
      'it says that the disk is full, and tries again',
      () => diskFull() && o.report()['rec']?.state === 'retrying',
      20_000,
    );
    const full = files(root, zona);
    expect(full).toHaveLength(1);
    await until('it plays whole', async () => (await complaints(full[0]!)).length === 0, 20_000);
    await until(
      'tried again in vain',
      () => (o.report()['rec']?.restarts ?? 0) > 1 && diskFull(),
      20_000,
    );
    await until('no other file is left', () => isDeepStrictEqual(files(root, zona), full));

    if (disk) disk.release();
    else order(0.01);
    await live(o);
    expect(o.report()['rec']!.recording!.freeBytes).toBeGreaterThan(10e6);
    expect(files(root, zona)).toHaveLength(2);
    expect(o.report()['tv']).toMatchObject({ state: 'live', restarts: 0, droppedFrames: 0 });
    // Of what the bus sent so far: an output is always a moment behind.
    const due = (bus.sentBytes - busBefore) * 0.9;
    await until('the other got it all', () => o.report()['tv']!.sentBytes - sentBefore > due);
    await stop(o, zona);
    const list = await readManifest(join(root, zona));
    expect(list?.files.map((f) => f.end !== null)).toEqual([true, true]);
    for (const file of files(root, zona)) await clean(file);
  },
);

test.concurrent(
  'a next folder that cannot be made: it says so and goes on in the present one',
  async () => {
    const root = folder();
    const sent = watch(bus);
    const o = outputs(root);
    o.apply([recording('../fuera')], encoder);
    expect(o.report()['rec']).toMatchObject({ state: 'failed', problem: { cause: 'unknown' } });
    o.apply([recording(zona)], encoder);
    await live(o);
    writeFileSync(join(root, mundo), 'not a folder');
    o.apply([recording(mundo)], encoder);
    await until('it says so', () => o.report()['rec']?.problem?.cause === 'folder', 20_000);
    expect(o.report()['rec']).toMatchObject({ state: 'live', recording: { folder: zona } });
    rmSync(join(root, mundo));
    await until('in the next folder', () => o.report()['rec']?.recording?.folder === mundo, 20_000);
    expect(o.report()['rec']).toMatchObject({ state: 'live', problem: null, restarts: 0 });
    await stop(o, mundo);
    const held = await Promise.all([...files(root, zona), ...files(root, mundo)].map(packetHashes));
    expect(held).toHaveLength(2);
    for (const type of ['video', 'audio'] as const) {
      expect(
        follows(
          held.flatMap((hashes) => hashes[type]),
          sent[type],
        ),
      ).toBe(true);
    }
  },
);

/** A bus whose consumers can be moved to another one, as when the source of the program changes. */
function switchable(first: BusTap): BusTap & { to(next: BusTap): void } {
  let source = first;
  const joined = new Map<(tag: FlvTag) => void, () => void>();
  return {
    get flowing() {
      return source.flowing;
    },
    attach(consumer) {
      joined.set(consumer, source.attach(consumer));
      return () => {
        joined.get(consumer)?.();
        joined.delete(consumer);
      };
    },
    to(next) {
      source = next;
      for (const [consumer, leave] of joined) {
        leave();
        joined.set(consumer, next.attach(consumer));
      }
    },
  };
}
