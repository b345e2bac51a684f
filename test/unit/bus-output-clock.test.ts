// The output's own timeline: never back, and tied to the wall over any number of cuts.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOutputClock } from '../../server/air/bus/output-clock.ts';

/** Sends a source of 25 pictures a second for `ms` from `mono` on, each handled `late()` ms late. */
function play(
  clock: ReturnType<typeof createOutputClock>,
  mono: number,
  ms: number,
  late: () => number,
): number {
  const first = late();
  const anchor = clock.cutPoint(mono + first);
  for (let at = 0; at < ms; at += 40) {
    clock.take('video', anchor + at, mono + at + (at === 0 ? first : late()));
  }
  return mono + ms;
}

describe('output clock', () => {
  it('starts where it is told and never goes back', () => {
    const clock = createOutputClock(500);
    expect(clock.cutPoint(10_000)).toBe(500);
    expect(clock.take('video', 500, 10_000)).toEqual({ out: 500, clamped: false });
    expect(clock.take('video', 480, 10_040)).toEqual({ out: 501, clamped: true });
    expect(clock.last('video')).toBe(501);
    expect(clock.last('audio')).toBe(499);
  });

  it('stays with the wall however late packets are handled, cut after cut', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 2 }), (seed) => {
        // A seed rather than a stream: a failure must fit on a screen. Up to 60 ms late.
        let last = seed;
        const late = (): number => (last = (last * 48_271) % (2 ** 31 - 1)) % 61;
        const clock = createOutputClock();
        let mono = play(clock, 1000, 4000, late);
        const lead = 1000 + 4000 - 40 - clock.last('video');
        for (let cut = 0; cut < 40; cut += 1) mono = play(clock, mono + 500, 3000, late);
        const drift = mono - 40 - clock.last('video') - lead;
        // Without the tie, 40 cuts of 30 ms each would be more than a second.
        expect(Math.abs(drift)).toBeLessThanOrEqual(120);
      }),
      { numRuns: 100 },
    );
  });

  it('moves a cut by no more than a tenth of a second', () => {
    const clock = createOutputClock();
    for (let at = 0; at < 4000; at += 40) clock.take('video', at, at);
    // The source runs slow by a second: the next cut is not where a second is missing.
    for (let at = 4000; at < 8000; at += 40) clock.take('video', at, at + (at - 4000) / 4);
    const mono = 9500;
    expect(clock.cutPoint(mono) - clock.expected(mono)).toBeLessThanOrEqual(100);
  });
});
