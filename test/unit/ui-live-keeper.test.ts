// When a viewer of /en-vivo who fell behind is brought back to what goes out now.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLiveKeeper, lateFrom } from '../../control-ui/src/en-vivo/live-keeper.ts';

const lookMs = 250;

/** Times, in ms, of the jumps of a player looked at four times a second; it aims at 2 s. */
function jumps(seconds: number, behind: (now: number, lastJump: number) => number | null) {
  const keeper = createLiveKeeper();
  const made: number[] = [];
  for (let now = 0; now < seconds * 1000; now += lookMs) {
    if (keeper.due(behind(now, made.at(-1) ?? -Infinity), 2, now)) made.push(now);
  }
  return made;
}

describe('the live keeper', () => {
  it('leaves alone who is as late as the player means to be', () => {
    expect(jumps(600, () => 7.9)).toEqual([]);
    expect(jumps(600, () => null)).toEqual([]);
    // Parts of two seconds are six behind by themselves.
    expect([lateFrom(null), lateFrom(2), lateFrom(6.5)]).toEqual([8, 8, 9.5]);
  });

  it('brings back who joined far behind, once, after three seconds', () => {
    expect(jumps(600, (_now, jumped) => (jumped === -Infinity ? 35 : 2.1))).toEqual([3000]);
  });

  it('lets pass what passes by itself', () => {
    expect(jumps(60, (now) => (now % 4000 < 2500 ? 9 : 3))).toEqual([]);
  });

  it('waits anew after a pause, during which nobody is late', () => {
    expect(jumps(20, (now) => (now < 2000 || now >= 8000 ? 20 : null))[0]).toBe(11_000);
  });

  it('jumps ever more rarely where it does not help, and never stops trying', () => {
    const made = jumps(300, () => 35);
    expect(made).toEqual([3000, 13_000, 33_000, 73_000, 133_000, 193_000, 253_000]);
  });

  it('takes a later delay for a new one', () => {
    const late = (now: number, jumped: number) => now - jumped > 45_000;
    const made = jumps(180, (now, jumped) => (late(now, jumped) ? 12 : 2));
    expect(made.slice(0, 3)).toEqual([3000, 51_250, 99_500]);
  });

  it('never jumps twice within ten seconds, whatever happens', () => {
    const behind = fc.option(fc.double({ min: 0, max: 60, noNaN: true }));
    fc.assert(
      fc.property(fc.array(fc.tuple(behind, fc.nat(40)), { maxLength: 60 }), (steps) => {
        const looks = steps.flatMap(([value, count]) => Array<number | null>(count).fill(value));
        const keeper = createLiveKeeper();
        const made = looks.flatMap((value, i) =>
          keeper.due(value, 2, i * lookMs) ? [i * lookMs] : [],
        );
        return made.every((at, i) => i === 0 || at - (made[i - 1] ?? 0) >= 10_000);
      }),
    );
  });
});
