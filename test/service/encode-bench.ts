// What the tests of always-encode share: the bus on fakes, and what every reader of it may rely on.
import { expect } from 'vitest';
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

/** Encoder settings with always-encode off, and on. */
export const plain = order().encoder;
export const always = { ...plain, alwaysEncode: true };

/** An encoded bus on fakes of what is around it. */
export interface EncodeBench {
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

/** A bus that is open, with a consumer; `cover` is its slate. */
export function encodeBench(cover: Reel | null = reel(50)): EncodeBench {
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
  const got: EncodeBench['got'] = [];
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
const pictures = (got: EncodeBench['got']): EncodeBench['got'] =>
  got.filter(({ tag }) => tag.type === 'video' && !tag.header);
/** Whose pictures came, one after the other. */
export const marks = (got: EncodeBench['got']): number[] =>
  pictures(got)
    .map(({ tag }) => markOf(tag))
    .filter((mark, i, list) => mark !== list[i - 1]);

/** What every reader may rely on, whatever happens: headers first, cuts on key frames, time goes on. */
export function expectSound(got: EncodeBench['got'], maxGapMs: number): void {
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
