// The bus over real losses of a real encoder: one unbroken recording, each slate in time, back on a key frame.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createBus, type Bus } from '../../server/air/bus/bus.ts';
import { defaultCaptureSettings } from '../../server/air/bus/capture.ts';
import { farthestFrom } from '../../server/air/bus/look-alike.ts';
import { renderSlate } from '../../server/air/bus/slate-render.ts';
import { createSlate, type Slate } from '../../server/air/bus/slate.ts';
import { defaultSplicerSettings } from '../../server/air/bus/splicer.ts';
import { createOutputs } from '../../server/air/outputs/outputs.ts';
import { systemClock } from '../../server/core/clock.ts';
import { silentLog } from '../../server/core/log.ts';
import { colorAt, complaints, packetFacts } from '../kit/media-probe.ts';
import { startNginxRtmp } from '../kit/nginx-rtmp.ts';
import { paced } from '../kit/slowness.ts';
import { until } from '../kit/until.ts';
import { order, outputOrder } from '../service/air-fakes.ts';
import { openDoor, record, type Door, type Picture, type Recorder } from './bus-rig.ts';

const clock = systemClock();
const look = { encoder: order().encoder, slate: order().slate };
let folder: string;
let limit: Awaited<ReturnType<typeof paced>>;
const ends: (() => unknown)[] = [];
beforeAll(async () => {
  limit = await paced();
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
    farthest: (png, reel) => farthestFrom(png, reel, { clock }),
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
  slate.want(look);
  if (options.rendered) {
    await until('the slate is rendered', () => slate.pick(null), 60_000);
  }
  return { door, slate, bus };
}

const is = (bus: Bus, source: string) => () => bus.report().source === source;

/** A change of source: when, the last picture before it, and the first after it. */
interface Change {
  readonly at: number;
  readonly before: Picture;
  readonly after: Picture;
}

/** The bus's next change to `source`, noted as it happens: the slate may not be on for long. */
function nextChange(
  bus: Bus,
  recorder: Recorder,
  source: string,
  when = () => true,
): () => Change | null {
  let change: Change | null = null;
  const stop = bus.onChange(() => {
    if (change || bus.report().source !== source || !when()) return;
    const at = performance.now();
    const turn = recorder.turn();
    const cut = recorder.pictures.findLastIndex((p) => p.turn !== turn);
    change = { at, before: recorder.pictures[cut]!, after: recorder.pictures[cut + 1]! };
    stop();
  });
  return () => change;
}

/** Takes the program away and gives it back; both as seen in the recording. */
async function lose(
  { bus }: Rig,
  recorder: Recorder,
  how: { lose: () => void; heal: () => void },
): Promise<{ lost: Change; back: Change }> {
  let seen = recorder.pictures.length;
  await until('half a second of program', () => {
    // A starved encoder may have been covered just now: that is no program.
    if (bus.report().source !== 'live') seen = recorder.pictures.length;
    return recorder.pictures.length > seen + 15;
  });
  const covered = nextChange(bus, recorder, 'slate');
  const returned = nextChange(bus, recorder, 'live', () => covered() !== null);
  how.lose();
  const lost = await until('the slate covers the loss', covered);
  expect(lost.at - lost.before.at).toBeLessThan(await limit(700));
  how.heal();
  const back = await until('the program is back', returned, 20_000);
  return { lost, back };
}

/** One unbroken stream of pictures and sound that no decoder complains of. */
async function clean(file: string): Promise<void> {
  const facts = await packetFacts(file);
  expect(facts).toMatchObject({ nonMonotonic: 0, startsOnKey: true });
  expect(facts.maxVideoGapMs).toBeLessThanOrEqual(await limit(1000));
  expect(facts.maxAudioGapMs).toBeLessThanOrEqual(await limit(1000));
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
    slate.showing(true, null);
    await until('it is captured', () => bus.report().slate === 'captured', 15_000);
    slate.showing(false, null);
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
    const before = (lost.before.timestamp - 300 - first) / 1000;
    expect((await colorAt(file, before)).r).toBeGreaterThan(220);
    const corner = { x: 0, y: 0, width: 0.1, height: 0.1 };
    const middle = ((lost.after.timestamp + back.before.timestamp) / 2 - first) / 1000;
    expect((await colorAt(file, middle, corner)).r).toBeLessThan(80);
    // The output's clock went with the wall from the first picture to the last.
    const last = recorder.pictures.at(-1);
    const wall = (last?.at ?? 0) - (recorder.pictures[0]?.at ?? 0);
    expect(Math.abs((last?.timestamp ?? 0) - first - wall)).toBeLessThan(await limit(500));
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
    const wall = 2 ** 32;
    // The destination is to be live before: on a busy machine it takes longer to be.
    const leadMs = 1500 + (await limit(5000));
    const { bus, door } = await open({ rendered: false, startMs: wall - leadMs });
    const outputs = createOutputs({ tap: bus.tap, clock, log: silentLog, random: Math.random });
    ends.push(() => outputs.close());
    // The source's wall comes within half a second of the bus's own.
    door.publish(wall - leadMs - 500);
    bus.run(true);
    const file = join(folder, 'walls.flv');
    const recorder = record(bus.tap, file);
    outputs.apply([{ ...outputOrder('uno', true), url: platform.url }], order().encoder);
    const newest = () => recorder.pictures.at(-1)?.timestamp ?? 0;
    await until('the program is taken', is(bus, 'live'));
    await until('it goes out', () => outputs.report()['uno']?.state === 'live', 20_000);
    expect(newest()).toBeLessThan(wall);
    await until('both walls are past', () => newest() > wall + 1500, leadMs + 10_000);
    expect(outputs.report()['uno']).toMatchObject({ state: 'live', restarts: 0 });
    expect(bus.report().counts).toMatchObject({ rejoined: 0 });
    await outputs.close();
    await recorder.close();
    const [recording = '', ...more] = platform.recordings();
    expect(more).toEqual([]);
    await platform.whole(recording);
    await clean(recording);
    const facts = await packetFacts(recording);
    expect(facts.durationMs).toBeGreaterThan(2000);
    expect(facts.maxVideoGapMs).toBeLessThanOrEqual(await limit(560));
  });
});
