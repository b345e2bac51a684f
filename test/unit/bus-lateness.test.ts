// How late an encoder delivers: by literals, and whatever jitter, wraps and drift do to it.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLateness } from '../../server/air/bus/lateness.ts';

const wrap = 2 ** 32;

/** Pictures at 25 a second from `from` to `until` ms of the source, each `lateOf` its time late. */
function play(
  from: number,
  until: number,
  lateOf: (src: number) => number,
  options: { lateness?: ReturnType<typeof createLateness>; first?: number } = {},
): { lateness: ReturnType<typeof createLateness>; mono: number; late: number | null } {
  const { lateness = createLateness(), first = 0 } = options;
  let mono = -Infinity;
  for (let src = from; src < until; src += 40) {
    // The wall does not go back: what is delivered sooner than what was before it comes with it.
    mono = Math.max(mono, src + lateOf(src));
    lateness.arrived((first + src) % wrap, mono);
  }
  return { lateness, mono, late: lateness.lateMs(mono) };
}

describe('lateness', () => {
  it('is unknown before the first picture and two seconds after the last', () => {
    const lateness = createLateness();
    expect(lateness.lateMs(0)).toBeNull();
    lateness.arrived(0, 5000);
    expect(lateness.lateMs(5000)).toBe(0);
    expect(lateness.lateMs(6999)).toBe(0);
    expect(lateness.lateMs(7000)).toBeNull();
  });

  it('does not see what the encoder always takes', () => {
    expect(play(0, 60_000, () => 700).late).toBe(0);
  });

  it('grows to eight seconds with an encoder that falls behind, and ends when it caught up', () => {
    const late = (src: number) => Math.min(8000, Math.max(0, (src - 10_000) / 2));
    const behind = play(0, 60_000, late);
    expect(behind.late).toBeGreaterThan(7990);
    expect(behind.late).toBeLessThanOrEqual(8000);
    const again = play(60_000, 70_000, () => 0, { lateness: behind.lateness });
    expect(again.lateness.lateMs(again.mono)).toBeLessThan(10);
  });

  it('does not show a standstill that ends in a burst', () => {
    const { lateness } = play(0, 10_000, () => 0);
    // Nothing for 3 s, then all of it at once.
    for (let src = 10_000; src <= 12_980; src += 40) lateness.arrived(src, 13_000);
    expect(Math.round(lateness.lateMs(13_000) ?? NaN)).toBe(40);
    // What came before the standstill is still in the window while it lasts.
    expect(play(0, 10_000, () => 0).lateness.lateMs(11_400)).toBe(0);
  });

  it('takes the least of pictures that come close together', () => {
    const { lateness } = play(0, 2000, () => 0);
    lateness.arrived(5000, 5000);
    lateness.arrived(5040, 5240);
    expect(lateness.lateMs(5240)).toBeLessThan(1);
  });

  it('takes the newest of the group that a reader is given at first', () => {
    const lateness = createLateness();
    for (let src = 0; src <= 2000; src += 40) lateness.arrived(src, 9000);
    const late = play(2040, 8000, () => 7000, { lateness }).late;
    expect(late).toBeLessThan(1);
  });

  it('begins anew when timestamps go back, and when it is told to', () => {
    const behind = play(0, 20_000, (src) => (src < 5000 ? 0 : 4000));
    expect(behind.late).toBeGreaterThan(3900);
    behind.lateness.arrived(0, 25_000);
    expect(behind.lateness.lateMs(25_000)).toBe(0);
    behind.lateness.arrived(40, 28_040);
    expect(behind.lateness.lateMs(28_040)).toBeGreaterThan(2900);
    behind.lateness.reset();
    expect(behind.lateness.lateMs(28_040)).toBeNull();
    behind.lateness.arrived(80, 28_080);
    expect(behind.lateness.lateMs(28_080)).toBe(0);
  });

  it('takes a jump ahead for a new timeline, and the way back for another', () => {
    const { lateness } = play(0, 5000, () => 0);
    lateness.arrived(900_000, 5000);
    expect(lateness.lateMs(5000)).toBe(0);
    lateness.arrived(5040, 5040);
    expect(lateness.lateMs(5040)).toBe(0);
  });

  it('forgives the drift of two clocks over six hours', () => {
    // 50 ppm: over a second.
    const late = play(0, 21_600_000, (src) => src * 50e-6).late;
    expect(late).toBeLessThan(1);
    expect(play(0, 21_600_000, (src) => -src * 50e-6).late).toBe(0);
  });

  it('still knows after an hour that eight seconds are missing', () => {
    const late = play(0, 3_600_000, (src) => (src < 10_000 ? 0 : 8000)).late;
    expect(late).toBeGreaterThan(7600);
    expect(late).toBeLessThan(8000);
  });

  it('goes over every wrap, with jitter, as if nothing were there', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 2 ** 24, 2 ** 31, 2 ** 32).map((wall) => Math.max(0, wall - 7000)),
        fc.array(fc.nat(180), { minLength: 250, maxLength: 250 }),
        fc.integer({ min: 2000, max: 20_000 }),
        (first, jitter, behindMs) => {
          const late = (src: number) => (jitter[src / 40] ?? 0) + (src < 5000 ? 0 : behindMs);
          const on = play(0, 10_000, late, { first }).late ?? NaN;
          // The least of fifty pictures on either side: no jitter is left of it.
          expect(on).toBeGreaterThan(behindMs - 181);
          expect(on).toBeLessThan(behindMs + 181);
          const still = play(0, 10_000, (src) => jitter[src / 40] ?? 0, { first }).late ?? NaN;
          expect(still).toBeLessThan(181);
        },
      ),
    );
  });

  it('is never below nothing, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: wrap - 1 }), fc.nat(3000)), { maxLength: 200 }),
        (given) => {
          const lateness = createLateness();
          let mono = 0;
          for (const [timestamp, wait] of given) {
            mono += wait;
            lateness.arrived(timestamp, mono);
            expect(lateness.lateMs(mono)).toBeGreaterThanOrEqual(0);
          }
        },
      ),
    );
  });
});
