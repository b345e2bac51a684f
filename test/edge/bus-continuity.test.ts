// The bus over real losses of a real encoder: one unbroken recording, each slate in time, back on a key frame.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createBus, type Bus } from '../../server/air/bus/bus.ts';
import { defaultCaptureSettings } from '../../server/air/bus/capture.ts';
import { renderSlate } from '../../server/air/bus/slate-render.ts';
import { createSlate, type Slate } from '../../server/air/bus/slate.ts';
import { defaultSplicerSettings } from '../../server/air/bus/splicer.ts';
import { createOutputs } from '../../server/air/outputs/outputs.ts';
import { systemClock } from '../../server/core/clock.ts';
import { silentLog } from '../../server/core/log.ts';
import { colorAt, complaints, packetFacts } from '../kit/media-probe.ts';
import { startNginxRtmp } from '../kit/nginx-rtmp.ts';
import { until } from '../kit/until.ts';
import { order, outputOrder } from '../service/air-fakes.ts';
import { openDoor, record, type Door, type Recorder } from './bus-rig.ts';

const clock = systemClock();
const look = { encoder: order().encoder, slate: order().slate };
let folder: string;
const ends: (() => unknown)[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bus-continuity-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

interface Rig {
  readonly door: Door;
  readonly slate: Slate;
  readonly bus: Bus;
  /** When the source changed, and to what. */
  readonly cuts: { at: number; source: string }[];
}

/** A bus on a door, with a slate that ffmpeg renders or (`rendered` false) fails to. */
async function open(options: { rendered: boolean; startMs?: number }): Promise<Rig> {
  const slate = createSlate({
    clock,
    log: silentLog,
    random: Math.random,
    dir: mkdtempSync(join(folder, 'slates-')),
    captureSettings: { ...defaultCaptureSettings, leadMs: 200, holdMs: 300 },
    render: (wish, path, signal) =>
      options.rendered
        ? renderSlate(wish, path, { clock, signal })
        : Promise.reject(new Error('no ffmpeg')),
  });
  const door = await openDoor();
  const bus = createBus({
    clock,
    log: silentLog,
    random: Math.random,
    program: () => ({ url: door.url, headers: {} }),
    bypass: () => null,
    slate,
    // Losses follow each other closely here; how trust is earned is tested elsewhere.
    settings: { ...defaultSplicerSettings, settleMs: 500, flapMs: 0 },
    startMs: options.startMs ?? 0,
  });
  ends.push(
    () => slate.close(),
    () => door.close(),
    () => bus.close(),
  );
  const cuts: { at: number; source: string }[] = [];
  bus.onChange(() => {
    const { source } = bus.report();
    if (cuts.at(-1)?.source !== source) cuts.push({ at: performance.now(), source });
  });
  slate.want(look);
  if (options.rendered) {
    await until('the slate is rendered', () => slate.pick(null), 60_000);
  }
  return { door, slate, bus, cuts };
}

const is = (bus: Bus, source: string) => () => bus.report().source === source;

/** Takes the program away and gives it back; both as seen in the recording. */
async function lose(
  { bus, cuts }: Rig,
  recorder: Recorder,
  how: { lose: () => void; heal: () => void },
): Promise<{ lost: number; back: number }> {
  const live = recorder.pictures.length;
  await until('half a second of program', () => recorder.pictures.length > live + 15);
  how.lose();
  await until('the slate covers the loss', is(bus, 'slate'));
  const cut = cuts.at(-1)?.at ?? 0;
  const last = recorder.pictures.findLast((p) => p.at < cut - 20);
  expect(cut - (last?.at ?? 0)).toBeLessThan(700);
  how.heal();
  await until('the program is back', is(bus, 'live'), 20_000);
  return { lost: last?.timestamp ?? 0, back: recorder.pictures.at(-1)?.timestamp ?? 0 };
}

/** One unbroken stream of pictures and sound that no decoder complains of. */
async function clean(file: string): Promise<void> {
  const facts = await packetFacts(file);
  expect(facts).toMatchObject({ nonMonotonic: 0, startsOnKey: true });
  expect(facts.maxVideoGapMs).toBeLessThanOrEqual(1000);
  expect(facts.maxAudioGapMs).toBeLessThanOrEqual(1000);
  expect(await complaints(file)).toEqual([]);
}

describe('bus over losses', () => {
  it('is one clean recording through start, kill, freeze and a dead media server', async () => {
    const rig = await open({ rendered: true });
    const { bus, door, slate } = rig;
    const file = join(folder, 'losses.flv');
    const recorder = record(bus.tap, file);
    bus.run(true);
    await until('the slate covers the start', is(bus, 'slate'));
    let encoder = door.publish();
    await until('the program is taken', is(bus, 'live'));
    const rendered = await lose(rig, recorder, {
      lose: () => encoder.kill(),
      heal: () => {
        encoder = door.publish();
      },
    });
    expect(slate.capture()).toBe('wanted');
    // From here on the slate is what this encoder itself made of the slate scene.
    slate.showing(true);
    await until('it is captured', () => bus.report().slate === 'captured', 15_000);
    slate.showing(false);
    const told = recorder.headers;
    const joined = record(bus.tap, join(folder, 'joined.flv'));
    await lose(rig, recorder, { lose: () => encoder.freeze(), heal: () => encoder.thaw() });
    await lose(rig, recorder, { lose: () => door.drop(), heal: () => undefined });
    const end = recorder.pictures.length;
    await until('half a second more', () => recorder.pictures.length > end + 15);
    expect(recorder.headers).toBe(told);
    await Promise.all([recorder.close(), joined.close()]);

    // Encoders with different parameter sets took turns, and no picture was misread: neither in the
    // recordings nor in what a destination's copying worker makes of them.
    await clean(file);
    await clean(join(folder, 'joined.flv'));
    const copied = join(folder, 'copied.flv');
    execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-i', file, '-c', 'copy', copied]);
    await clean(copied);
    const first = recorder.pictures[0]?.timestamp ?? 0;
    const { lost, back } = rendered;
    expect((await colorAt(file, (lost - 300 - first) / 1000)).r).toBeGreaterThan(220);
    const corner = { x: 0, y: 0, width: 0.1, height: 0.1 };
    const middle = ((lost + back) / 2 + 300 - first) / 1000;
    expect((await colorAt(file, middle, corner)).r).toBeLessThan(80);
    // The output's clock went with the wall from the first picture to the last.
    const last = recorder.pictures.at(-1);
    const wall = (last?.at ?? 0) - (recorder.pictures[0]?.at ?? 0);
    expect(Math.abs((last?.timestamp ?? 0) - first - wall)).toBeLessThan(500);
  });

  it('starts at once from a program it trusts, and without any slate freezes its last picture', async () => {
    const rig = await open({ rendered: false });
    const { bus, door } = rig;
    const encoder = door.publish();
    await until('the program is trusted', () => {
      bus.run(true);
      if (bus.report().source === 'live') return true;
      bus.run(false);
      return false;
    });
    bus.run(false);
    const file = join(folder, 'frozen.flv');
    const recorder = record(bus.tap, file);
    bus.run(true);
    expect(bus.report()).toMatchObject({ feeding: 'program', slate: 'freeze' });
    expect(recorder.pictures.length).toBeGreaterThan(0);
    const told = recorder.headers;
    await lose(rig, recorder, {
      lose: () => encoder.freeze(),
      heal: () => encoder.thaw(),
    });
    expect(recorder.headers).toBe(told);
    await recorder.close();
    await clean(file);
  });

  it('is continuous at a destination while every clock passes 2^32 ms', async () => {
    const platform = await startNginxRtmp();
    ends.push(() => platform.close());
    const { bus, door } = await open({ rendered: false, startMs: 2 ** 32 - 2500 });
    const outputs = createOutputs({ tap: bus.tap, clock, log: silentLog, random: Math.random });
    ends.push(() => outputs.close());
    // The source's wall comes with the third second, the bus's own soon after.
    door.publish(2 ** 32 - 3000);
    bus.run(true);
    const file = join(folder, 'walls.flv');
    const recorder = record(bus.tap, file);
    outputs.apply([{ ...outputOrder('uno', true), url: platform.url }], order().encoder);
    await until('the program is taken', is(bus, 'live'));
    await until(
      'both walls are past',
      () => (recorder.pictures.at(-1)?.timestamp ?? 0) > 2 ** 32 + 1500,
      15_000,
    );
    expect(outputs.report()['uno']).toMatchObject({ state: 'live', restarts: 0 });
    expect(bus.report().counts).toMatchObject({ rejoined: 0 });
    await outputs.close();
    await recorder.close();
    const [recording, ...more] = platform.recordings();
    expect(more).toEqual([]);
    await clean(recording ?? '');
    const facts = await packetFacts(recording ?? '');
    expect(facts.durationMs).toBeGreaterThan(2000);
    expect(facts.maxVideoGapMs).toBeLessThanOrEqual(560);
  });
});
