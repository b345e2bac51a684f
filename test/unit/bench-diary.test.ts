// What the measurements stand on: stamps that come back as they were, a diary that sees breaks, a slope.
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { trend } from '../bench/figures.ts';
import { stampedPicture, stampedSound, stampOf } from '../bench/stamp.ts';
import { createDiary, type DiaryWriter } from '../bench/stream-diary.ts';

const picture = Buffer.from([0x27, 1, 0, 0, 0, 0, 0, 0, 1, 0x41]);
const sound = Buffer.from([0xaf, 1, 0x21, 0x10]);

it('stamps pictures and sounds without touching what they hold', () => {
  const stamp = { encoder: 12, due: 86_400_000.25, left: 86_400_001.125 };
  const [a, b] = [stampedPicture(picture, stamp), stampedSound(sound, stamp)];
  expect(stampOf(a)).toEqual(stamp);
  expect(stampOf(b)).toEqual(stamp);
  expect(stampOf(picture)).toBeNull();
  expect(a.subarray(0, 5)).toEqual(picture.subarray(0, 5));
  expect(a.subarray(-5)).toEqual(picture.subarray(-5));
  expect(b.subarray(-2)).toEqual(sound.subarray(-2));
  // An SEI unit of the length it says; a data stream element of whole bytes.
  expect(a.readUInt32BE(5)).toBe(a.length - picture.length - 4);
  expect(b[3]).toBe(b.length - sound.length - 2);
});

/** Pictures each 33 ms from `at` on, `encoder` null for the slate, timestamps behind by `lag`. */
function feed(
  diary: DiaryWriter,
  at: number,
  count: number,
  encoder: number | null,
  lag = 0,
): void {
  for (let i = 0; i < count; i += 1) {
    const now = at + i * 33;
    const stamp = { encoder: encoder ?? 0, due: now, left: now };
    const [p, s] =
      encoder === null
        ? [picture, sound]
        : [stampedPicture(picture, stamp), stampedSound(sound, stamp)];
    diary.picture(now + 2, now - lag, p);
    diary.sound(now + 3, now - lag - 5, s);
  }
}

it('tells program from slate, measures gaps and clocks, and counts what goes back', () => {
  const diary = createDiary();
  diary.published(1000);
  feed(diary, 1000, 200, 1, 100);
  feed(diary, 8000, 10, null, 100);
  feed(diary, 8330, 200, 2, 140);
  const { sessions, stretches, windows, nonMonotonic, longestGapMs, longestStepMs } = diary.diary();
  expect(sessions).toEqual([1000]);
  expect(stretches.map((s) => [s.encoder, s.pictures])).toEqual([
    [1, 200],
    [null, 10],
    [2, 200],
  ]);
  expect(longestGapMs).toBe(8000 - (1000 + 199 * 33));
  expect(longestStepMs).toBe(longestGapMs);
  expect(diary.diary().gaps).toEqual([{ at: 1002 + 199 * 33, ms: longestGapMs }]);
  // The second encoder's first picture is 40 ms before the slate's last one would allow: 33 − 40 < 0.
  expect(nonMonotonic).toBe(2);
  expect(windows[0]).toMatchObject({ wall: 102, av: 5 });
  expect(windows.at(-1)).toMatchObject({ wall: 142, av: 5 });
  diary.published(20_000);
  feed(diary, 20_000, 1, 2, 20_000);
  expect(diary.diary()).toMatchObject({ sessions: [1000, 20_000], nonMonotonic: 2 });
  expect(diary.ages().at(-1)).toEqual({ stamp: 20_000, age: 2 });
});

it('finds the slope of a line, whatever it starts from, and none in too little', () => {
  expect(
    trend([
      { at: 0, value: 1 },
      { at: 1, value: 2 },
    ]).perHour,
  ).toBeNaN();
  fc.assert(
    fc.property(
      fc.integer({ min: -500, max: 500 }),
      fc.integer({ min: 0, max: 1000 }),
      fc.integer({ min: 3, max: 60 }),
      (perHour, start, count) => {
        const line = Array.from({ length: count }, (_, i) => ({
          at: i * 5000,
          value: start + (perHour * i * 5000) / 3_600_000,
        }));
        const found = trend(line);
        expect(found.perHour).toBeCloseTo(perHour, 3);
        expect(found.error).toBeLessThan(0.01);
      },
    ),
  );
});
