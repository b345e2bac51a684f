// What the uplink carries: learnt in congestion, forgotten when beaten or old; and one figure from many uploads.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterReserve,
  believable,
  lower,
  nextCapacity,
  startCapacity,
  type CapacityMemory,
  type Measured,
} from '../../server/outputs/uplink/capacity.ts';
import { confirmedKbps, nextSize, type Delivery } from '../../server/outputs/uplink/delivery.ts';

const day = 24 * 3_600_000;
const epoch = 1_764_000_000_000;

/** Looks every half second for `seconds`. */
function watch(
  memory: CapacityMemory,
  from: number,
  seconds: number,
  at: (i: number) => { sendingKbps: number; congested: boolean },
): CapacityMemory {
  let after = memory;
  for (let i = 0; i < seconds * 2; i += 1) {
    const mono = from + i * 500;
    after = nextCapacity(after, { mono, now: epoch + mono, ...at(i) });
  }
  return after;
}

describe('learning', () => {
  it('takes what passes for the capacity only after ten seconds of congestion, smoothed', () => {
    const jumping = (i: number) => ({ sendingKbps: i % 2 ? 4000 : 6000, congested: true });
    const early = watch(startCapacity(null), 0, 8, jumping);
    expect(early.measured).toBeNull();
    const late = watch(early, 8000, 4, jumping);
    expect(late.measured).toMatchObject({ how: 'congestion' });
    expect(late.measured!.kbps).toBeGreaterThan(4800);
    expect(late.measured!.kbps).toBeLessThan(5200);
  });
  it('one well moment starts the count anew', () => {
    const almost = watch(startCapacity(null), 0, 30, (i) => ({
      sendingKbps: 5000,
      congested: i % 16 !== 0,
    }));
    expect(almost.measured).toBeNull();
  });
  it('follows a capacity that falls while congestion lasts, and renews its time', () => {
    const first = watch(startCapacity(null), 0, 15, () => ({ sendingKbps: 5000, congested: true }));
    const then = watch(first, 15_000, 60, () => ({ sendingKbps: 2000, congested: true }));
    expect(then.measured!.kbps).toBe(2000);
    expect(then.measured!.at).toBeGreaterThan(epoch + 60_000);
  });
  it('looks before a pause in the reports say nothing of those after it', () => {
    const before = watch(startCapacity(null), 0, 8, () => ({ sendingKbps: 5000, congested: true }));
    const after = watch(before, 40_000, 4, () => ({ sendingKbps: 5000, congested: true }));
    expect(after.measured).toBeNull();
  });
  it('nothing sent is no capacity', () => {
    const dead = watch(startCapacity(null), 0, 20, () => ({ sendingKbps: 0, congested: true }));
    expect(dead.measured).toBeNull();
  });
});

describe('forgetting', () => {
  const old: Measured = { kbps: 5000, at: epoch, how: 'congestion' };
  it('a figure that was beaten without drops was wrong', () => {
    const calm = (kbps: number) =>
      watch(startCapacity(old), 0, 15, () => ({ sendingKbps: kbps, congested: false })).measured;
    expect(calm(5100)).toEqual(old);
    expect(calm(5600)).toBeNull();
  });
  it.each([
    ['congestion', day - 1000, true],
    ['congestion', day + 1000, false],
    ['test', 6 * day, true],
    ['test', 8 * day, false],
    ['test', -3_600_000, false],
  ] as const)('%s seen %i ms ago is believed: %s', (how, age, kept) => {
    expect(believable({ ...old, how }, epoch + age) !== null).toBe(kept);
  });
  it('a result of a test stays until it is old, beaten, or congestion says otherwise', () => {
    const test: Measured = { kbps: 9000, at: epoch, how: 'test' };
    const calm = watch(startCapacity(test), 0, 30, () => ({ sendingKbps: 6000, congested: false }));
    expect(calm.measured).toEqual(test);
    const full = watch(calm, 30_000, 15, () => ({ sendingKbps: 4000, congested: true }));
    expect(full.measured).toMatchObject({ kbps: 4000, how: 'congestion' });
  });
});

describe('figures', () => {
  it('the lower of both counts, less the reserve', () => {
    const measured: Measured = { kbps: 5000, at: 0, how: 'test' };
    expect(lower(null, null)).toBeNull();
    expect(lower(8000, null)).toBe(8000);
    expect(lower(null, measured)).toBe(5000);
    expect(lower(8000, measured)).toBe(5000);
    expect(lower(3000, measured)).toBe(3000);
    expect(afterReserve(10_000, 20)).toBe(8000);
    expect(afterReserve(null, 20)).toBeNull();
  });
  it('memory stays bounded, and what is learnt was really sent', () => {
    const look = fc.record({
      sendingKbps: fc.nat(20_000),
      congested: fc.boolean(),
      gap: fc.integer({ min: 1, max: 4000 }),
    });
    fc.assert(
      fc.property(fc.array(look, { maxLength: 200 }), (list) => {
        let memory = startCapacity(null);
        let mono = 0;
        let most = 0;
        for (const { gap, ...one } of list) {
          mono += gap;
          most = Math.max(most, one.sendingKbps);
          memory = nextCapacity(memory, { mono, now: epoch + mono, ...one });
          expect(memory.looks.every((l) => mono - l.mono <= 10_000)).toBe(true);
          expect(memory.measured?.kbps ?? 0).toBeLessThanOrEqual(most + 5);
        }
      }),
    );
  });
});

describe('uploads', () => {
  it('counts what straddles an edge by its share', () => {
    const all: Delivery[] = [
      { from: 500, to: 1500, bytes: 100_000 },
      { from: 1500, to: 2500, bytes: 100_000 },
    ];
    expect(confirmedKbps(all, 1000, 2000)).toBe(800);
    expect(confirmedKbps([], 1000, 2000)).toBe(0);
    expect(confirmedKbps(all, 2000, 2000)).toBe(0);
  });
  it('finds the rate of a steady link, whatever the sizes and the edges', () => {
    const sizes = fc.array(fc.integer({ min: 1000, max: 500_000 }), {
      minLength: 5,
      maxLength: 60,
    });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 500, max: 50_000 }), (list, kbps) => {
        let at = 0;
        const all = list.map((bytes) => {
          const from = at;
          at += (bytes * 8) / kbps;
          return { from, to: at, bytes };
        });
        fc.pre(at > 100);
        const found = confirmedKbps(all, at * 0.2, at * 0.8);
        expect(Math.abs(found - kbps)).toBeLessThanOrEqual(1);
      }),
    );
  });
  it('sizes grow while uploads are quick and shrink when they take long, within bounds', () => {
    expect(nextSize(null)).toBe(16_384);
    expect(nextSize({ from: 0, to: 20, bytes: 16_384 })).toBe(65_536);
    expect(nextSize({ from: 0, to: 300, bytes: 65_536 })).toBe(131_072);
    expect(nextSize({ from: 0, to: 800, bytes: 65_536 })).toBe(65_536);
    expect(nextSize({ from: 0, to: 3000, bytes: 65_536 })).toBe(32_768);
    expect(nextSize({ from: 0, to: 30_000, bytes: 16_384 })).toBe(16_384);
    expect(nextSize({ from: 0, to: 1, bytes: 4_194_304 })).toBe(4_194_304);
  });
});
