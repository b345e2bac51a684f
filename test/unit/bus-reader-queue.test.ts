// What waits for one reader of the bus: fresh or nothing, and always decodable.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeTag, retimed, type FlvTag } from '../../server/air/bus/flv-tag.ts';
import { createReaderQueue, maxWaitMs } from '../../server/air/bus/reader-queue.ts';
import { createTimeMarks } from '../../server/air/bus/time-mark.ts';
import { audioHeader, frame, keyFrame, markOf, sound, videoHeader } from './bus-media.ts';

type Queue = ReturnType<typeof createReaderQueue>;
const drain = (queue: Queue, mono: number): FlvTag[] => {
  const out: FlvTag[] = [];
  for (let tag = queue.next(mono); tag; tag = queue.next(mono)) out.push(tag);
  return out;
};
const times = (tags: readonly FlvTag[]): number[] => tags.map((t) => t.timestamp);

describe('the queue of a reader', () => {
  it('gives everything in order to who keeps up', () => {
    const queue = createReaderQueue();
    queue.push(keyFrame(0), 0);
    queue.push(sound(10), 10);
    queue.push(frame(40), 40);
    expect(times(drain(queue, 2000))).toEqual([0, 10, 40]);
    expect(queue.next(2000)).toBeNull();
  });

  it('goes on at the newest key frame when something waited two seconds', () => {
    const queue = createReaderQueue();
    for (const t of [0, 500, 1000, 1500, 2000, 2500]) {
      queue.push(t % 1000 === 0 ? keyFrame(t) : frame(t), t);
    }
    expect(times(drain(queue, 2500))).toEqual([2000, 2500]);
  });

  it('gives nothing but headers when no key frame is fresh, until the next one', () => {
    const queue = createReaderQueue();
    for (const tag of [videoHeader(1), audioHeader(), keyFrame(0), frame(40)]) queue.push(tag, 0);
    queue.push(videoHeader(2), 2100);
    queue.push(frame(2100), 2100);
    queue.push(sound(2120), 2120);
    expect(queue.size).toBe(2);
    queue.push(keyFrame(2200), 2200);
    queue.push(frame(2240), 2240);
    const got = drain(queue, 2240);
    expect(got.filter((t) => t.header).map((t) => t.type)).toEqual(['audio', 'video']);
    expect(got.find((t) => t.type === 'video')?.body).toEqual(videoHeader(2).body);
    expect(times(got.filter((t) => !t.header))).toEqual([2200, 2240]);
  });

  it('looks at the age when it gives, not only when it takes', () => {
    const queue = createReaderQueue();
    queue.push(keyFrame(0), 0);
    queue.push(frame(40), 40);
    expect(queue.next(maxWaitMs + 1)).toBeNull();
    queue.push(frame(80), 2050);
    expect(queue.size).toBe(0);
  });

  it('a joiner may get a group that is longer than what may wait', () => {
    const queue = createReaderQueue();
    for (let t = 0; t <= 9000; t += 500) queue.push(t === 0 ? keyFrame(0) : frame(t), 100);
    expect(drain(queue, 200)).toHaveLength(19);
  });

  it('holds no more bytes than it may, however fast they come', () => {
    const queue = createReaderQueue();
    const large = (first: number): FlvTag => {
      const body = Buffer.alloc(3 * 1024 * 1024);
      body.set([first, 1, 0, 0, 0, 9]);
      return makeTag('video', 0, body);
    };
    for (let i = 0; i < 4; i += 1) queue.push(large(i === 0 ? 0x17 : 0x27), 0);
    queue.push(large(0x17), 0);
    queue.push(large(0x27), 0);
    expect(queue.size).toBe(2);
  });

  it('whatever comes and whenever it is taken: never old, and each gap ends at a key frame', () => {
    const step = fc.record({
      ms: fc.integer({ min: 0, max: 900 }),
      key: fc.boolean(),
      take: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const queue = createReaderQueue();
        const sent: FlvTag[] = [];
        const got: FlvTag[] = [];
        let mono = 0;
        const take = (): void => {
          const tag = queue.next(mono);
          if (!tag) return;
          expect(mono - tag.timestamp).toBeLessThanOrEqual(maxWaitMs);
          got.push(tag);
        };
        for (const [i, { ms, key, take: count }] of steps.entries()) {
          mono += ms;
          const tag = key || i === 0 ? keyFrame(mono) : frame(mono);
          sent.push(tag);
          queue.push(tag, mono);
          for (let n = 0; n < count; n += 1) take();
        }
        for (const [i, tag] of got.entries()) {
          const before = i === 0 ? -1 : sent.indexOf(got[i - 1]!);
          expect(tag.key || sent.indexOf(tag) === before + 1).toBe(true);
        }
      }),
    );
  });
});

describe('the time marks of a stream', () => {
  it('say first when the newest picture went out, in the clock of who asked', () => {
    const marks = createTimeMarks(5_000_000, 100);
    const group = [retimed(videoHeader(), 90_000), keyFrame(90_000), frame(90_960), sound(90_970)];
    const mark = marks.first(group, 160);
    expect(markOf(mark ?? undefined)).toEqual({ position: 960, at: 5_000_060 });
    expect(mark).toMatchObject({ type: 'script', header: false, key: false, timestamp: 90_000 });
    // Soon confirmed by a picture that is seen going out.
    expect(marks.before(sound(90_990), 180)).toBeNull();
    expect(markOf(marks.before(frame(91_000), 200) ?? undefined)).toEqual({
      position: 1000,
      at: 5_000_100,
    });
  });

  it('say nothing of a stream that has not begun, and count from its first tag', () => {
    const marks = createTimeMarks(5_000_000, 0);
    expect(marks.first([], 0)).toBeNull();
    expect(marks.before(retimed(videoHeader(), 700), 40)).toBeNull();
    expect(markOf(marks.before(keyFrame(700), 40) ?? undefined)).toEqual({
      position: 0,
      at: 5_000_040,
    });
  });

  it('come once a second, with the pictures, on a bus of any age', () => {
    const marks = createTimeMarks(0, 0);
    const at = [0, 40, 990, 1000, 1040, 2000].map((t) => marks.before(frame(2 ** 33 + t), t));
    expect(at.map((m) => markOf(m ?? undefined)?.['position'] ?? null)).toEqual([
      0,
      null,
      null,
      1000,
      null,
      2000,
    ]);
  });
});
