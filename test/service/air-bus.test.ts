// The bus as a service: slate in real time, consumers that cannot hurt each other, joiners on key frames.
import { describe, expect, it } from 'vitest';
import { createBus, type Bus } from '../../server/air/bus/bus.ts';
import { createFanOut } from '../../server/air/bus/fan-out.ts';
import type { FlvTag } from '../../server/air/bus/flv-tag.ts';
import { createReelPlayer } from '../../server/air/bus/reel-player.ts';
import { reelFromTags, type Reel } from '../../server/air/bus/reel.ts';
import type { SlatePick } from '../../server/air/bus/slate.ts';
import { silentLog, type Log } from '../../server/core/log.ts';
import { audioHeader, flow, frame, keyFrame, sound, videoHeader } from '../unit/bus-media.ts';
import { manualClock, reel, type ManualClock } from './air-fakes.ts';

const shape = (tags: readonly FlvTag[]): string[] =>
  tags.map((t) => `${t.type[0]}${t.header ? 'h' : t.key ? 'k' : ''}${t.timestamp}`);

describe('fan-out', () => {
  it('starts a joiner with headers and the newest group of pictures', () => {
    const fan = createFanOut(silentLog);
    for (const tag of [videoHeader(), audioHeader(), keyFrame(0), sound(1), keyFrame(1000)]) {
      fan.send(tag, null);
    }
    fan.send(frame(1040), null);
    const got: FlvTag[] = [];
    fan.attach((tag) => got.push(tag));
    fan.send(frame(1080), null);
    expect(shape(got)).toEqual(['vh1000', 'ah1000', 'vk1000', 'v1040', 'v1080']);
  });

  it('gives a joiner the headers in force at its key frame, and the metadata first', () => {
    const fan = createFanOut(silentLog);
    const script: FlvTag = { ...sound(0), type: 'script' };
    fan.send(videoHeader(1), script);
    fan.send(keyFrame(0), script);
    fan.send(videoHeader(2), script);
    const got: FlvTag[] = [];
    fan.attach((tag) => got.push(tag));
    expect(got[1]?.body).toEqual(videoHeader(1).body);
    expect(got.map((t) => t.type)).toEqual(['script', 'video', 'video', 'video']);
  });

  it('lets who joins while nothing flows wait for a key frame', () => {
    const fan = createFanOut(silentLog);
    for (const tag of [videoHeader(), keyFrame(0), frame(40)]) fan.send(tag, null);
    fan.pause();
    const got: FlvTag[] = [];
    fan.attach((tag) => got.push(tag));
    fan.send(frame(80), null);
    expect(got).toEqual([]);
    fan.send(keyFrame(5000), null);
    expect(shape(got)).toEqual(['vh5000', 'vk5000']);
  });

  it('detaches a consumer that throws and goes on with the others', () => {
    const fan = createFanOut(silentLog);
    fan.send(videoHeader(), null);
    fan.send(keyFrame(0), null);
    let calls = 0;
    fan.attach(() => {
      calls += 1;
      throw new Error('broken');
    });
    const got: FlvTag[] = [];
    const detach = fan.attach((tag) => got.push(tag));
    fan.send(frame(40), null);
    fan.send(frame(80), null);
    expect(calls).toBe(1);
    expect(got).toHaveLength(4);
    detach();
    detach();
    fan.send(frame(120), null);
    expect(got).toHaveLength(4);
    expect(fan.size).toBe(0);
  });

  it('gives one who joins from inside a consumer every tag once', () => {
    const fan = createFanOut(silentLog);
    const late: FlvTag[] = [];
    let joined = false;
    fan.attach(() => {
      if (!joined) fan.attach((tag) => late.push(tag));
      joined = true;
    });
    for (const tag of [videoHeader(), keyFrame(0), frame(40)]) fan.send(tag, null);
    expect(shape(late)).toEqual(['vh0', 'vk0', 'v40']);
  });
});

describe('reel player', () => {
  it('sends headers and the key frame at once, then each tag at its time, round and round', () => {
    const clock = manualClock();
    const got: { at: number; tag: FlvTag }[] = [];
    const player = createReelPlayer(clock, (tag) => got.push({ at: clock.mono(), tag }));
    player.play(reel());
    expect(shape(got.slice(0, 3).map((g) => g.tag))).toEqual(['vh0', 'ah0', 'vk0']);
    clock.advance(5000);
    const media = got.filter((g) => !g.tag.header);
    expect(media.every((g) => g.at === g.tag.timestamp)).toBe(true);
    expect(media.filter((g) => g.tag.key).map((g) => g.at)).toEqual([
      0, 1000, 2000, 3000, 4000, 5000,
    ]);
    player.stop();
    const before = got.length;
    clock.advance(1000);
    expect(got).toHaveLength(before);
  });

  it('never pours out what it missed while the process stood still', () => {
    const base = manualClock();
    let jump = 0;
    const clock: ManualClock = { ...base, mono: () => base.mono() + jump };
    const got: FlvTag[] = [];
    const player = createReelPlayer(clock, (tag) => got.push(tag));
    player.play(reel());
    base.advance(1000);
    const before = got.length;
    jump = 60_000;
    base.advance(100);
    expect(got.length - before).toBeLessThan(20);
  });
});

describe('reels', () => {
  it('are cut from the first key frame and must have both streams', () => {
    const tags = [
      videoHeader(),
      audioHeader(),
      sound(0),
      frame(5),
      keyFrame(10),
      sound(12),
      frame(50),
    ];
    const made = reelFromTags(tags, 40);
    expect(shape(made.pictures)).toEqual(['vk0']);
    expect(shape(made.sounds)).toEqual(['a2']);
    const silent = flow({ ms: 1000 })
      .map((m) => m.tag)
      .filter((t) => t.type === 'video');
    expect(() => reelFromTags(silent, 1000)).toThrow(/slate/);
  });
});

interface BusRig {
  readonly bus: Bus;
  readonly clock: ManualClock;
  readonly got: FlvTag[];
  /** What the bus logged. */
  readonly lines: object[];
  /** Another rung of the ladder (the same one when left out); `tell` whether the bus is told. */
  slateIs(this: void, next?: Reel | null, kind?: SlatePick['kind'], tell?: boolean): void;
}
function busRig(first: Reel | null, startMs = 0): BusRig {
  const clock = manualClock();
  const lines: object[] = [];
  let present: SlatePick | null = first && { kind: 'rendered', reel: first };
  let changed: (() => void) | null = null;
  const log: Log = {
    ...silentLog,
    info: (line) => void lines.push(line),
    child: () => log,
  };
  const bus = createBus({
    clock,
    log,
    random: () => 0.5,
    program: () => null,
    bypass: () => null,
    slate: {
      pick: () => present,
      watch: () => undefined,
      watchEnded: () => undefined,
      onChange(listener) {
        changed = listener;
        return () => undefined;
      },
    },
    startMs,
  });
  const got: FlvTag[] = [];
  bus.tap.attach((tag) => got.push(tag));
  return {
    bus,
    clock,
    got,
    lines,
    slateIs(next, kind = 'rendered', tell = true) {
      if (next !== undefined) present = next && { kind, reel: next };
      if (tell) changed?.();
    },
  };
}

describe('bus without a program', () => {
  it('is off until it is to run, then sends the slate, and stops', () => {
    const { bus, clock, got } = busRig(reel());
    clock.advance(1000);
    expect(bus.report()).toMatchObject({ source: 'off', sourceSince: null });
    expect(bus.tap.flowing).toBe(false);
    const heard: string[] = [];
    bus.onChange(() => heard.push(bus.report().source));
    bus.run(true);
    expect(shape(got)).toEqual(['vh0', 'ah0', 'vk0', 'a0']);
    expect(bus.report()).toMatchObject({ source: 'slate', sourceSince: clock.now() });
    clock.advance(3000);
    bus.run(false);
    const before = got.length;
    clock.advance(1000);
    expect(got).toHaveLength(before);
    expect(bus.report().source).toBe('off');
    expect(new Set(heard)).toEqual(new Set(['slate', 'off']));
    bus.close();
  });

  it('says off while no slate is ready, and sends it as soon as it is', () => {
    const { bus, clock, got, slateIs } = busRig(null);
    bus.run(true);
    clock.advance(500);
    expect(bus.report().source).toBe('off');
    slateIs(reel());
    expect(bus.report().source).toBe('slate');
    expect(got.filter((t) => t.key)).toHaveLength(1);
    bus.close();
  });

  it('changes to another slate on its key frame while one is on the air', () => {
    const { bus, clock, got, slateIs } = busRig(reel(8));
    bus.run(true);
    clock.advance(1500);
    slateIs(reel(9));
    const after = got.findIndex((t) => t.header && t.type === 'video' && t.body.at(-1) === 9);
    expect(got[after]?.timestamp).toBeGreaterThanOrEqual(1480);
    expect(got.slice(after).find((t) => t.type === 'video' && !t.header)?.key).toBe(true);
    const pictures = got.filter((t) => t.type === 'video' && !t.header).map((t) => t.timestamp);
    expect(pictures).toEqual([...new Set(pictures)].toSorted((a, b) => a - b));
    bus.close();
  });
});

describe('slate ladder on the bus', () => {
  it('is told in the report and in the line of the cut, and climbs while it is on the air', () => {
    const { bus, clock, got, slateIs, lines } = busRig(null);
    expect(bus.report()).toMatchObject({ slate: 'none', feeding: 'off' });
    bus.run(true);
    expect(lines).toContainEqual(expect.objectContaining({ to: 'slate', slate: 'none' }));
    slateIs(reel(8), 'freeze');
    expect(bus.report()).toMatchObject({ source: 'slate', feeding: 'slate', slate: 'freeze' });
    clock.advance(700);
    slateIs(reel(9), 'captured');
    expect(bus.report().slate).toBe('captured');
    const heads = got.filter((t) => t.header && t.type === 'video').map((t) => t.body.at(-1));
    expect(heads).toEqual([8, 9]);
    bus.close();
  });

  it('does not begin anew when something else changed', () => {
    const { bus, clock, got, slateIs } = busRig(reel(8));
    bus.run(true);
    clock.advance(500);
    const before = got.length;
    slateIs();
    expect(got).toHaveLength(before);
    clock.advance(40);
    expect(got.length).toBeGreaterThan(before);
    bus.close();
  });

  it('shows the first thing there is, though nobody tells', () => {
    const { bus, clock, slateIs } = busRig(null);
    bus.run(true);
    slateIs(reel(8), 'freeze', false);
    expect(bus.report().source).toBe('off');
    clock.advance(60);
    expect(bus.report().source).toBe('slate');
    bus.close();
  });

  it('begins where it is told to, past what FLV can count', () => {
    const { bus, clock, got } = busRig(reel(8), 2 ** 32 - 1000);
    bus.run(true);
    clock.advance(3000);
    const times = got.filter((t) => t.type === 'video' && !t.header).map((t) => t.timestamp);
    expect(times[0]).toBe(2 ** 32 - 1000);
    expect(times.at(-1)).toBe(2 ** 32 + 2000);
    expect(bus.report().counts).toMatchObject({ clamped: 0, rejoined: 0 });
    bus.close();
  });
});
