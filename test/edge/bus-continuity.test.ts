// The bus over real losses of a real encoder: one unbroken recording, slate in time, back on a key frame.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBus, type Bus } from '../../server/air/bus/bus.ts';
import { renderSlate } from '../../server/air/bus/slate-render.ts';
import { createSlate, type Slate } from '../../server/air/bus/slate.ts';
import { systemClock } from '../../server/core/clock.ts';
import { silentLog } from '../../server/core/log.ts';
import { colorAt, packetFacts } from '../kit/media-probe.ts';
import { until } from '../kit/until.ts';
import { order } from '../service/air-fakes.ts';
import { complaints } from '../kit/media-probe.ts';
import { openDoor, record, type Door } from './bus-rig.ts';

const clock = systemClock();
let folder: string;
let slate: Slate;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bus-continuity-'));
  slate = createSlate({
    clock,
    log: silentLog,
    random: Math.random,
    dir: join(folder, 'slates'),
    render: (wish, path, signal) => renderSlate(wish, path, { clock, signal }),
  });
  slate.want({ encoder: order().encoder, slate: order().slate });
  await until('the slate is rendered', () => slate.kind() === 'rendered', 60_000);
}, 90_000);
afterAll(() => {
  slate.close();
  rmSync(folder, { recursive: true, force: true });
});

let door: Door;
let bus: Bus;
const cuts: { at: number; source: string }[] = [];
beforeEach(async () => {
  cuts.length = 0;
  door = await openDoor();
  bus = createBus({
    clock,
    log: silentLog,
    random: Math.random,
    program: () => ({ url: door.url, headers: {} }),
    slate,
  });
  bus.onChange(() => {
    const { source } = bus.report();
    if (cuts.at(-1)?.source !== source) cuts.push({ at: performance.now(), source });
  });
});
afterEach(async () => {
  bus.close();
  await door.close();
});

const is = (source: string) => () => bus.report().source === source;

describe('bus over losses', () => {
  it('is one clean recording through start, kill, freeze and a dead media server', async () => {
    const file = join(folder, 'losses.flv');
    const recorder = record(bus.tap, file);
    bus.run(true);
    await until('the slate covers the start', is('slate'));
    let encoder = door.publish();
    await until('the program is taken', is('live'));
    const marks: { lost: number; back: number }[] = [];
    const lose = async (how: () => void, heal: () => void): Promise<void> => {
      const live = recorder.pictures.length;
      await until('a second of program', () => recorder.pictures.length > live + 30);
      how();
      await until('the slate covers the loss', is('slate'));
      const cut = cuts.at(-1)?.at ?? 0;
      const last = recorder.pictures.findLast((p) => p.at < cut - 20);
      expect(cut - (last?.at ?? 0)).toBeLessThan(700);
      heal();
      await until('the program is back', is('live'), 20_000);
      marks.push({ lost: last?.timestamp ?? 0, back: recorder.pictures.at(-1)?.timestamp ?? 0 });
    };
    await lose(
      () => encoder.kill(),
      () => {
        encoder = door.publish();
      },
    );
    await lose(
      () => encoder.freeze(),
      () => encoder.thaw(),
    );
    await lose(
      () => door.drop(),
      () => undefined,
    );
    const end = recorder.pictures.length;
    await until('a second more', () => recorder.pictures.length > end + 30);
    await recorder.close();

    const facts = await packetFacts(file);
    expect(facts.nonMonotonic).toBe(0);
    expect(facts.maxVideoGapMs).toBeLessThanOrEqual(1000);
    expect(facts.maxAudioGapMs).toBeLessThanOrEqual(1000);
    expect(facts.startsOnKey).toBe(true);
    // Three encoders with different parameter sets took turns, and no picture was misread: neither
    // in the recording nor in what a destination's copying worker makes of it.
    expect(await complaints(file)).toEqual([]);
    const copied = join(folder, 'copied.flv');
    execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-i', file, '-c', 'copy', copied]);
    expect(await complaints(copied)).toEqual([]);
    expect((await packetFacts(copied)).nonMonotonic).toBe(0);
    const first = recorder.pictures[0]?.timestamp ?? 0;
    for (const { lost, back } of marks) {
      const white = await colorAt(file, (lost - 300 - first) / 1000);
      expect(white.r).toBeGreaterThan(220);
      const dark = await colorAt(file, ((lost + back) / 2 + 300 - first) / 1000, {
        x: 0,
        y: 0,
        width: 0.1,
        height: 0.1,
      });
      expect(dark.r).toBeLessThan(80);
    }
    // The output's clock went with the wall from the first picture to the last.
    const last = recorder.pictures.at(-1);
    const wall = (last?.at ?? 0) - (recorder.pictures[0]?.at ?? 0);
    expect(Math.abs((last?.timestamp ?? 0) - first - wall)).toBeLessThan(500);
  });

  it('starts at once from a program it already trusts', async () => {
    door.publish();
    await until('the program is read', () => door.connections > 0);
    const until2s = performance.now() + 2500;
    await until('it is trusted', () => performance.now() > until2s, 5000);
    const recorder = record(bus.tap, join(folder, 'start.flv'));
    bus.run(true);
    expect(bus.report().source).toBe('live');
    expect(recorder.pictures.length).toBeGreaterThan(0);
    await until('it goes on', () => recorder.pictures.length > 60);
    await recorder.close();
    const facts = await packetFacts(join(folder, 'start.flv'));
    expect(facts).toMatchObject({ startsOnKey: true, nonMonotonic: 0 });
    expect(await complaints(join(folder, 'start.flv'))).toEqual([]);
    expect(cuts.map((c) => c.source)).toEqual(['live']);
  });

  it('gives who joins in the middle a recording that decodes from its first picture', async () => {
    bus.run(true);
    door.publish();
    await until('the program is taken', is('live'));
    const file = join(folder, 'joined.flv');
    const recorder = record(bus.tap, file);
    expect(recorder.pictures.length).toBeGreaterThan(0);
    await until('a second', () => recorder.pictures.length > 45);
    await recorder.close();
    expect(await packetFacts(file)).toMatchObject({ startsOnKey: true, nonMonotonic: 0 });
    expect(await complaints(file)).toEqual([]);
  });
});
