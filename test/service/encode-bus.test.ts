// Always-encode with fake encoders: deaths, hangs, the flag while on the air, and the order of what goes out.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FlvTag } from '../../server/air/bus/flv-tag.ts';
import type { Reel } from '../../server/air/bus/reel.ts';
import { createEncodedBus, type EncodedBus } from '../../server/air/encode/encoded-bus.ts';
import { manualClock, order, reel, type ManualClock } from './air-fakes.ts';
import {
  fakeBus,
  fakeEncoders,
  keepingLog,
  type FakeBus,
  type FakeEncoder,
} from './encode-fakes.ts';

const plain = order().encoder;
const always = { ...plain, alwaysEncode: true };

interface Rig {
  readonly clock: ManualClock;
  readonly below: FakeBus;
  readonly bus: EncodedBus;
  readonly all: FakeEncoder[];
  readonly said: string[];
  /** What a consumer got that was there from the start, and when. */
  readonly got: { at: number; tag: FlvTag }[];
  /** Moves time on; what promises have to say is heard on the way. */
  pass(this: void, ms: number): Promise<void>;
}

function open(cover: Reel | null = reel(50)): Rig {
  const clock = manualClock();
  const below = fakeBus(clock);
  const { start, all } = fakeEncoders(clock);
  const { log, said } = keepingLog();
  const bus = createEncodedBus({
    bus: below,
    slate: {
      pick: () => cover && { kind: 'rendered', reel: cover },
      onChange: () => () => undefined,
    },
    clock,
    log,
    random: () => 0.5,
    start,
  });
  const got: Rig['got'] = [];
  bus.tap.attach((tag) => got.push({ at: clock.mono(), tag }));
  return {
    clock,
    below,
    bus,
    all,
    said,
    got,
    async pass(ms) {
      for (let spent = 0; spent < ms; spent += 20) {
        clock.advance(Math.min(20, ms - spent));
        await Promise.resolve();
        await Promise.resolve();
      }
    },
  };
}

/** Whose picture it is: 1… of the bus, 100 of the encoder, 50 of the slate. */
const markOf = (tag: FlvTag): number => tag.body[5] ?? 0;
const pictures = (got: Rig['got']): Rig['got'] =>
  got.filter(({ tag }) => tag.type === 'video' && !tag.header);
const marks = (got: Rig['got']): number[] =>
  pictures(got)
    .map(({ tag }) => markOf(tag))
    .filter((mark, i, list) => mark !== list[i - 1]);

/** What every reader may rely on, whatever happens: headers first, cuts on key frames, time goes on. */
function sound(got: Rig['got'], maxGapMs: number): void {
  const last = { audio: -Infinity, video: -Infinity };
  let decoder: number | null = null;
  let shown: number | null = null;
  let arrived: number | null = null;
  for (const { at, tag } of got) {
    if (tag.type === 'script') continue;
    if (tag.header) {
      if (tag.type === 'video') decoder = tag.body.at(-1) ?? null;
      continue;
    }
    expect(tag.timestamp).toBeGreaterThan(last[tag.type]);
    if (tag.type === 'video') {
      if (markOf(tag) !== shown) expect(tag.key).toBe(true);
      shown = markOf(tag);
      expect(decoder).toBe(shown);
      if (arrived !== null) {
        expect(at - arrived).toBeLessThanOrEqual(maxGapMs);
        expect(tag.timestamp - last.video).toBeLessThanOrEqual(maxGapMs);
      }
      arrived = at;
    }
    last[tag.type] = tag.timestamp;
  }
}

describe('always-encode off', () => {
  it('has consumers on the bus itself, and no encoder', async () => {
    const { bus, below, all, got, pass } = open();
    bus.encode(plain);
    bus.run(true);
    below.send(1);
    await pass(3000);
    expect(all).toEqual([]);
    const direct: FlvTag[] = [];
    below.tap.attach((tag) => direct.push(tag));
    const from = got.length;
    await pass(400);
    // The very same tags, not copies of them.
    expect(
      got.slice(from).every(({ tag }, i) => tag === direct.slice(-(got.length - from))[i]),
    ).toBe(true);
    expect(bus.report()).toEqual(below.report());
    expect(bus.tap.flowing).toBe(true);
    bus.close();
  });
});

describe('always-encode on', () => {
  it('shows the slate until the encoder flows steadily, then what it encodes', async () => {
    const { bus, below, all, got, pass } = open();
    bus.encode(always);
    expect(all).toHaveLength(0);
    below.send(1);
    bus.run(true);
    await pass(100);
    expect(bus.report()).toMatchObject({ source: 'slate', feeding: 'slate', slate: 'rendered' });
    expect(bus.tap.flowing).toBe(true);
    await pass(2000);
    expect(all).toHaveLength(1);
    expect(bus.report()).toMatchObject({ source: 'live', feeding: 'program', slate: 'encoded' });
    // Another encoder upstream: nothing of it is seen behind ours.
    below.send(2);
    await pass(2000);
    expect(marks(got)).toEqual([50, 100]);
    sound(got, 150);
    bus.close();
    expect(all[0]?.ended).toBe('kill');
  });

  it('says for a while that the machine was too slow for it', async () => {
    const { bus, below, all, pass } = open();
    bus.encode(always);
    below.send(1);
    bus.run(true);
    await pass(2000);
    expect(bus.encoderSlow()).toBe(false);
    all[0]?.drop(30);
    await pass(200);
    expect(bus.encoderSlow()).toBe(true);
    await pass(15_000);
    expect(bus.encoderSlow()).toBe(false);
    all[0]?.drop(1);
    await pass(200);
    bus.encode(plain);
    await pass(2000);
    expect(bus.encoderSlow()).toBe(false);
    bus.close();
  });

  it('covers the death of the encoder at once, and starts another', async () => {
    const { bus, below, all, got, said, pass } = open();
    bus.encode(always);
    below.send(1);
    bus.run(true);
    await pass(2500);
    for (let n = 1; n <= 3; n += 1) {
      all.at(-1)?.die();
      await pass(60);
      expect(bus.report()).toMatchObject({ source: 'slate', slate: 'rendered' });
      await pass(3000);
      expect(all).toHaveLength(n + 1);
      expect(bus.report()).toMatchObject({ source: 'live', slate: 'encoded' });
    }
    expect(marks(got)).toEqual([50, 100, 50, 100, 50, 100, 50, 100]);
    sound(got, 200);
    expect(said.filter((line) => line === 'the encoder ended')).toHaveLength(3);
    bus.close();
  });

  it('kills one that hangs while it is fed, after its slate is on', async () => {
    const { bus, below, all, got, said, pass } = open();
    bus.encode(always);
    below.send(1);
    bus.run(true);
    await pass(2500);
    all[0]?.hang();
    await pass(1000);
    expect(bus.report().source).toBe('slate');
    expect(all[0]?.ended).toBeNull();
    await pass(1300);
    expect(all[0]?.ended).toBe('kill');
    expect(said).toContain('the encoder hangs');
    await pass(3000);
    expect(all).toHaveLength(2);
    expect(bus.report().slate).toBe('encoded');
    sound(got, 1000);
    bus.close();
  });

  it('does not blame an encoder that is not fed, and freezes its last picture without a slate', async () => {
    const { bus, below, all, got, pass } = open(null);
    bus.encode(always);
    below.send(1);
    bus.run(true);
    await pass(2500);
    below.halt();
    await pass(6000);
    expect(all).toHaveLength(1);
    expect(all[0]?.ended).toBeNull();
    expect(bus.report()).toMatchObject({ source: 'slate', slate: 'freeze' });
    // Of one encoder, so that headers never change.
    expect(got.filter(({ tag }) => tag.header && tag.type === 'video')).toHaveLength(1);
    sound(got, 1000);
    bus.close();
  });

  it('tries again for ever, ever more patiently', async () => {
    const { bus, below, all, pass } = open();
    bus.encode(always);
    below.send(1);
    bus.run(true);
    for (let i = 0; i < 4000 && all.length < 12; i += 1) {
      all.at(-1)?.die();
      await pass(40);
    }
    expect(all).toHaveLength(12);
    const before = all.length;
    all.at(-1)?.die();
    await pass(2400);
    expect(all).toHaveLength(before);
    await pass(2800);
    expect(all).toHaveLength(before + 1);
    bus.close();
  });

  it('starts another for other settings, and none for another name', async () => {
    const { bus, below, all, got, pass } = open();
    bus.encode(always);
    below.send(1);
    bus.run(true);
    await pass(2500);
    bus.encode({ ...always, name: 'Otro nombre' });
    await pass(500);
    expect(all).toHaveLength(1);
    bus.encode({ ...always, videoKbps: 500 });
    expect(all[0]?.ended).toBe('end');
    await pass(2500);
    expect(all).toHaveLength(2);
    expect(bus.report().slate).toBe('encoded');
    sound(got, 200);
    bus.close();
  });

  it('ends with the transmission, and time goes on in the next', async () => {
    const { bus, below, all, got, pass } = open();
    bus.encode(always);
    below.send(1);
    bus.run(true);
    await pass(2500);
    bus.run(false);
    expect(bus.tap.flowing).toBe(false);
    expect(all[0]?.ended).toBe('end');
    const before = got.length;
    await pass(2000);
    expect(got).toHaveLength(before);
    bus.run(true);
    await pass(2500);
    expect(bus.report().slate).toBe('encoded');
    bus.run(false);
    bus.encode(plain);
    await pass(1000);
    bus.run(true);
    await pass(1000);
    expect(bus.report().slate).toBe('captured');
    expect(marks(got)).toEqual([50, 100, 50, 100, 1]);
    sound(got, 3000);
    bus.close();
  });
});

describe('the flag while on the air', () => {
  it('goes over on key frames, in both directions, and says so', async () => {
    const { bus, below, all, got, said, pass } = open();
    bus.encode(plain);
    below.send(1);
    bus.run(true);
    await pass(2500);
    bus.encode(always);
    await pass(2500);
    expect(bus.report().slate).toBe('encoded');
    expect(said).toContain('always-encode: all that goes out is encoded anew');
    bus.encode(plain);
    await pass(1500);
    expect(bus.report().slate).toBe('captured');
    expect(all[0]?.ended).toBe('end');
    expect(said).toContain('always-encode is off: the program goes out as it comes');
    bus.encode(always);
    await pass(2500);
    expect(bus.report().slate).toBe('encoded');
    // No slate between: one after the other.
    expect(marks(got)).toEqual([1, 100, 1, 100]);
    sound(got, 200);
    bus.close();
  });

  it('changes nothing when it is taken back before its key frame', async () => {
    const { bus, below, all, got, pass } = open();
    bus.encode(plain);
    below.send(1);
    bus.run(true);
    await pass(1500);
    bus.encode(always);
    await pass(100);
    bus.encode(plain);
    await pass(3000);
    expect(all[0]?.ended).toBe('end');
    expect(marks(got)).toEqual([1]);
    sound(got, 60);
    bus.close();
  });

  it('keeps its promises whatever happens in whatever order', async () => {
    const step = fc.oneof(
      fc.constantFrom('on', 'off', 'die', 'hang', 'source', 'mute', 'stop', 'join'),
      fc.integer({ min: 20, max: 3000 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { bus, below, all, got, clock, pass } = open();
        const joined: Rig['got'][] = [got];
        let id = 1;
        bus.encode(plain);
        below.send(id);
        bus.run(true);
        for (const todo of steps) {
          if (typeof todo === 'number') await pass(todo);
          else if (todo === 'on') bus.encode(always);
          else if (todo === 'off') bus.encode(plain);
          else if (todo === 'die') all.at(-1)?.die();
          else if (todo === 'hang') all.at(-1)?.hang();
          else if (todo === 'mute') below.halt();
          else if (todo === 'source') below.send((id = (id % 40) + 1));
          else if (todo === 'stop') {
            bus.run(false);
            await pass(800);
            bus.run(true);
          } else {
            const more: Rig['got'] = [];
            bus.tap.attach((tag) => more.push({ at: clock.mono(), tag }));
            joined.push(more);
          }
        }
        await pass(1000);
        for (const one of joined) sound(one, Infinity);
        bus.close();
        expect(all.every((e) => e.ended !== null || e.deafMs() >= 0)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
