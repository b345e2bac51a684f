// How far the program monitor's picture is behind what goes out, and when it starts afresh.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  behindBeforeAir,
  createCatchUp,
  lagBehindAir,
  timeMarkOf,
  withMark,
  type TimeMark,
} from '../../control-ui/src/on-air/program-lag.ts';

describe('the lag', () => {
  const marks: TimeMark[] = [
    { position: 1500, at: 100_000 },
    { position: 2500, at: 101_000 },
    // This picture came late, and so went out later than its place says.
    { position: 3500, at: 103_000 },
  ];

  it.each([
    ['a picture between two marks', 2600, 101_500, 400],
    ['one at a mark', 2500, 101_500, 500],
    ['one before every mark', 500, 100_000, 1000],
    ['one after a mark that came late', 4000, 103_000, 500],
    ['behind by much, whatever the player has buffered', 1600, 123_100, 23_000],
    ['ahead by less than clocks are known', 4000, 102_200, 0],
  ])('%s', (_, position, now, lag) => {
    expect(lagBehindAir(marks, position, now)).toBe(lag);
  });

  it('follows within five marks when everything goes out later from then on', () => {
    const later = [4500, 5500, 6500, 7500].map((position) => ({ position, at: position + 99_500 }));
    expect(lagBehindAir([...marks, ...later], 7600, 107_600)).toBe(500);
  });

  it('is unknown without marks, and when a clock was set', () => {
    expect(lagBehindAir([], 1000, 100_000)).toBeNull();
    expect(lagBehindAir(marks, 4000, 90_000)).toBeNull();
  });

  it('grows as the clock does while the picture stands still', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(100_000), (position, ms) => {
        const now = 300_000;
        const before = lagBehindAir(marks, position, now) ?? NaN;
        expect(lagBehindAir(marks, position, now + ms)).toBe(before + ms);
      }),
    );
  });

  it('reads marks from script data, and nothing else', () => {
    expect(timeMarkOf({ onStudioTime: { position: 80, at: 9 } })).toEqual({ position: 80, at: 9 });
    for (const other of [
      null,
      'onStudioTime',
      {},
      { onMetaData: { width: 1 } },
      { onStudioTime: null },
      { onStudioTime: { position: 80 } },
      { onStudioTime: { position: Number.NaN, at: 9 } },
    ]) {
      expect(timeMarkOf(other)).toBeNull();
    }
  });

  it('remembers two minutes of marks', () => {
    let kept: readonly TimeMark[] = [];
    for (let i = 0; i < 500; i += 1) kept = withMark(kept, { position: i * 1000, at: i * 1000 });
    expect(kept).toHaveLength(120);
    expect(kept.at(-1)?.position).toBe(499_000);
  });
});

describe('catching up', () => {
  /** Times of opening again while the lag at each half second is `lagAt(now, openedAt)`. */
  function reopenings(until: number, lagAt: (now: number, openedAt: number) => number | null) {
    const catchUp = createCatchUp(() => 0);
    const at: number[] = [];
    let openedAt = 0;
    catchUp.opened(0);
    for (let now = 500; now <= until; now += 500) {
      if (!catchUp.due(lagAt(now, openedAt), now)) continue;
      at.push(now);
      openedAt = now;
      catchUp.opened(now);
    }
    return at;
  }

  it('leaves a picture alone that is near, or of which nothing is known', () => {
    expect(reopenings(120_000, () => 2400)).toEqual([]);
    expect(reopenings(120_000, () => null)).toEqual([]);
  });

  it('does not start for one late look', () => {
    expect(reopenings(60_000, (now) => (now % 1000 === 0 ? 9000 : 400))).toEqual([]);
  });

  it('starts afresh within a second once it is late, and stays when that helped', () => {
    expect(reopenings(60_000, (now, opened) => (now > 20_000 && !opened ? 23_000 : 600))).toEqual([
      21_000,
    ]);
  });

  it('starts at most each 8 s where it keeps falling behind', () => {
    // A line of 60 % of the picture: 0.4 s more each second.
    expect(reopenings(40_000, (now, opened) => (now - opened) * 0.4)).toEqual([
      8000, 16_000, 24_000, 32_000, 40_000,
    ]);
  });

  it('goes on each 8 s on a line where even a fresh start is late, while it brings something', () => {
    expect(reopenings(40_000, (now, opened) => 2600 + (now - opened) * 0.4)).toEqual([
      8000, 16_000, 24_000, 32_000, 40_000,
    ]);
  });

  it('less and less often where it never helps, up to a minute', () => {
    const at = reopenings(300_000, () => 30_000);
    expect(at.map((t, i) => t - (at[i - 1] ?? 0))).toEqual([
      8000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000,
    ]);
  });

  it('is not started by all screens at once', () => {
    const late = createCatchUp(() => 0.9);
    late.opened(0);
    late.due(9000, 8000);
    expect(late.due(9000, 8500)).toBe(false);
    expect(late.due(9000, 10_000)).toBe(true);
  });
});

it('what came late to air counts for whose pictures go out, and for nobody else', () => {
  const late = { programLateMs: 7800, bypassLateMs: 400 };
  expect(behindBeforeAir({ ...late, feeding: 'program' })).toBe(7800);
  expect(behindBeforeAir({ ...late, feeding: 'bypass' })).toBe(400);
  expect(behindBeforeAir({ ...late, feeding: 'slate' })).toBe(0);
  expect(behindBeforeAir({ ...late, feeding: 'off' })).toBe(0);
  expect(behindBeforeAir({ feeding: 'program', programLateMs: null, bypassLateMs: 1 })).toBe(0);
});
