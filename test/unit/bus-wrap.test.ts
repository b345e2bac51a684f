// Timestamps at the walls of FLV and RTMP: 2^24, 2^31 and 2^32 ms, on the way in and on the way out.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFlvParser } from '../../server/air/bus/flv-parser.ts';
import { flvFileHeader, retimed, serialiseTag } from '../../server/air/bus/flv-tag.ts';
import { createOutputClock } from '../../server/air/bus/output-clock.ts';
import { createSourceClock } from '../../server/air/bus/source-clock.ts';
import { limits } from '../../server/air/outputs/retry-policy.ts';
import { idleState, next, type RunEvent } from '../../server/air/outputs/worker-state.ts';
import { flow, keyFrame, sound } from './bus-media.ts';
import { pictures, promises, rig } from './bus-splicer-rig.ts';

const walls = [2 ** 24, 2 ** 31, 2 ** 32] as const;

describe('source clock', () => {
  it('goes on over every wall, whatever part of the timestamp the sender keeps', () => {
    for (const [from, to, step] of [
      [2 ** 24 - 20, 2 ** 24 + 20, 40],
      [2 ** 31 - 20, 2 ** 31 + 20, 40],
      [2 ** 32 - 20, 20, 40],
      // Only 24 bits are kept.
      [2 ** 24 - 20, 20, 40],
      [7 * 2 ** 24 - 20, 6 * 2 ** 24 + 20, 40],
    ] as const) {
      const clock = createSourceClock();
      const before = clock.at(from);
      expect(clock.at(to) - before).toBe(step);
    }
  });

  it('is a straight line under any steady sender', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 60 }),
        fc.constantFrom(2 ** 24, 2 ** 32),
        (first, steps, modulo) => {
          const clock = createSourceClock();
          const start = clock.at(first % modulo);
          let sum = 0;
          for (const step of steps) {
            sum += step;
            expect(clock.at((first + sum) % modulo) - start).toBe(sum);
          }
        },
      ),
    );
  });
});

describe('output over the walls', () => {
  it('counts on without a wrap of its own', () => {
    for (const wall of walls) {
      const clock = createOutputClock(wall - 40);
      expect(clock.expected(0)).toBe(wall - 40);
      expect(clock.cutPoint(0)).toBe(wall - 40);
      expect(clock.last('video')).toBe(wall - 41);
      expect(clock.take('video', wall - 40, 0)).toEqual({ out: wall - 40, clamped: false });
      expect(clock.take('video', wall, 40)).toEqual({ out: wall, clamped: false });
      expect(clock.cutPoint(80)).toBe(wall + 40);
    }
  });

  it('cuts to the slate and back there as anywhere else', () => {
    for (const wall of walls) {
      for (const early of [500, 3200, 4300]) {
        const start = wall - early;
        const r = rig(start);
        r.step(0, r.splicer.start(0));
        const media = [...flow({ ms: 3000 }), ...flow({ ms: 4000, from: 4000, id: 2 })];
        r.play([{ source: 'program', media }], 0, 8000);
        expect(r.cuts.map((c) => c.cut.to)).toEqual(['slate', 'program', 'slate', 'program']);
        promises(r.sent.map((s) => s.tag));
        for (const s of r.sent) {
          expect(Math.abs(s.tag.timestamp - start - s.mono)).toBeLessThanOrEqual(21);
        }
        const shown = pictures(r.sent).map((s) => s.tag.timestamp);
        const gaps = shown.slice(1).map((t, i) => t - (shown[i] ?? 0));
        expect(Math.max(...gaps)).toBeLessThanOrEqual(560);
      }
    }
  });

  it('is written with the 32 bits FLV has, and read back where it was', () => {
    for (const wall of walls) {
      const tags = [-40, 0, 40].flatMap((by) => [keyFrame(wall + by), sound(wall + by + 5)]);
      const bytes = Buffer.concat([flvFileHeader, ...tags.map(serialiseTag)]);
      const clock = createSourceClock();
      const read = createFlvParser().push(bytes);
      expect(read.map((t) => t.timestamp)).toEqual(tags.map((t) => t.timestamp % 2 ** 32));
      const line = read.map((t) => clock.at(t.timestamp));
      expect(line.map((t) => t - (line[0] ?? 0))).toEqual([0, 5, 40, 45, 80, 85]);
    }
  });

  it('may be written with many times, each time right', () => {
    const [tag] = createFlvParser().push(
      Buffer.concat([flvFileHeader, serialiseTag(keyFrame(123_456_789, 7))]),
    );
    if (!tag) throw new Error('no tag');
    for (const at of [5, 2 ** 24, 123_456_789, 2 ** 32 + 9]) {
      const again = createFlvParser().push(
        Buffer.concat([flvFileHeader, serialiseTag(retimed(tag, at))]),
      );
      expect(again).toEqual([keyFrame(at % 2 ** 32, 7)]);
    }
  });
});

describe('session of a destination', () => {
  it('is renewed in order before ffmpeg sends it back to 0', () => {
    expect(limits.longestMs).toBeLessThan(2 ** 31);
    const calm = {
      flowing: true,
      accepted: true,
      dryMs: 0,
      stuckMs: 0,
      unreadMs: 0,
      droppedAgoMs: null,
    };
    const tick: RunEvent = { type: 'tick', sight: { ...calm, queueMs: 0 } };
    const order: RunEvent = {
      type: 'ordered',
      run: true,
      wrong: null,
      hasBackup: false,
      changed: false,
    };
    const at = (now: number) => ({ now, random: () => 0 });
    let { state } = next(idleState(0), order, at(0));
    for (const now of [1, 2]) state = next(state, tick, at(now)).state;
    expect(state.phase).toBe('live');
    expect(next(state, tick, at(limits.longestMs)).step).toBe('none');
    const old = next(state, tick, at(limits.longestMs + 3));
    expect(old).toMatchObject({ step: 'end', state: { phase: 'ending', problem: null } });
    const gone: RunEvent = { type: 'gone', cause: 'kicked', detail: 'end of input' };
    const again = next(old.state, gone, at(limits.longestMs + 50));
    expect(again.state).toMatchObject({ phase: 'waiting', restarts: 0, problem: null });
    expect(next(again.state, tick, at(limits.longestMs + 60)).step).toBe('spawn');
  });
});
