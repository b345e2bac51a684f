// The one plan that occurrences flatten into: who is on top, what is joined again, what is now and next.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Occurrence } from '../../server/contract/grid.ts';
import { nowNext } from '../../server/grid/now-next.ts';
import { playPlan, segmentKey, shownOccurrence, withPin } from '../../server/grid/plan.ts';
import { byStart, type GridPlan } from '../../server/grid/resolve.ts';
import { aPlan, aSlot, at, changesOf, on, zone } from './grid-samples.ts';

const segments = (plan: GridPlan, date = '2026-11-24'): string[] => {
  const list = playPlan(on(plan, date));
  return list.map((s) => {
    const o = shownOccurrence(s, zone);
    return `${o.time} ${s.occurrence.id.split('@')[0]} ${(s.end - s.start) / 60_000}${s.resumed ? ' resumed' : ''}`;
  });
};

const wantedRank = (o: Occurrence) => (o.slot === null ? 2 : o.layer === 'override' ? 1 : 0);

describe('playPlan', () => {
  test('an insert is on top while it lasts; then what is beneath is joined', () => {
    const plan = aPlan(
      [aSlot()],
      changesOf({
        action: 'insert',
        program: 'ciclo',
        date: '2026-11-24',
        start: '08:20',
        durationMinutes: 10,
        scene: 'Campo',
      }),
    );
    expect(segments(plan)).toEqual(['08:00 uno 20', '08:20 insert:c1 10', '08:30 uno 30 resumed']);
  });

  test('same-second starts: the insert, then the changed, then the shorter, then by id', () => {
    const same = [
      aSlot({ id: 'b', durationMinutes: 60 }),
      aSlot({ id: 'a', durationMinutes: 60 }),
      aSlot({ id: 'c', durationMinutes: 30 }),
    ];
    expect(segments(aPlan(same))).toEqual(['08:00 c 30', '08:30 b 30 resumed']);
    const changed = changesOf(
      { action: 'resize', slot: 'a', date: '2026-11-24', durationMinutes: 45 },
      {
        action: 'insert',
        program: 'ciclo',
        date: '2026-11-24',
        start: '08:00',
        durationMinutes: 5,
        scene: 'Campo',
      },
    );
    expect(segments(aPlan(same, changed))).toEqual([
      '08:00 insert:c2 5',
      '08:05 a 40 resumed',
      '08:45 b 15 resumed',
    ]);
  });

  test('a slot that starts inside an insert does not cut it', () => {
    const plan = aPlan(
      [aSlot()],
      changesOf({
        action: 'insert',
        program: 'ciclo',
        date: '2026-11-24',
        start: '07:30',
        durationMinutes: 60,
        scene: 'Campo',
      }),
    );
    expect(segments(plan)).toEqual(['07:30 insert:c1 60', '08:30 uno 30 resumed']);
  });

  const occurrence = fc
    .record({
      start: fc.integer({ min: 0, max: 50 }),
      length: fc.integer({ min: 1, max: 20 }),
      rank: fc.integer({ min: 0, max: 2 }),
      id: fc.integer({ min: 0, max: 1000 }),
    })
    .map(({ start, length, rank, id }): Occurrence => ({
      id: `o${id}`,
      slot: rank === 2 ? null : 's',
      program: 'p',
      title: 'P',
      department: 'D',
      start,
      end: start + length,
      date: '2026-11-24',
      time: '08:00',
      scene: 'Estudio',
      layer: rank === 0 ? 'grid' : 'override',
      signLanguage: false,
      captions: false,
      problem: null,
    }));
  const some = fc.uniqueArray(occurrence, { maxLength: 12, selector: (o) => o.id });

  test('covers exactly what occurrences cover, once, whatever their order', () => {
    fc.assert(
      fc.property(some, (list) => {
        const plan = playPlan(list);
        expect(playPlan(list.toReversed())).toEqual(plan);
        for (let t = 0; t < 75; t += 1) {
          const covering = list.filter((o) => o.start <= t && o.end > t);
          const { now } = nowNext(plan, t);
          expect(now !== null).toBe(covering.length > 0);
          if (now) {
            expect(covering).toContain(now.occurrence);
            expect(Math.max(...covering.map(wantedRank))).toBe(wantedRank(now.occurrence));
          }
        }
        for (const [i, s] of plan.entries()) {
          expect(s.end).toBeGreaterThan(s.start);
          expect(s.start).toBeGreaterThanOrEqual(plan[i - 1]?.end ?? 0);
        }
        expect(new Set(plan.map(segmentKey)).size).toBe(plan.length);
      }),
    );
  });

  test('byStart is a total order', () => {
    fc.assert(
      fc.property(occurrence, occurrence, occurrence, (a, b, c) => {
        expect(Math.sign(byStart(a, b))).toBe(-Math.sign(byStart(b, a)) || 0);
        if (byStart(a, b) <= 0 && byStart(b, c) <= 0) expect(byStart(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });

  test('a pin keeps the present and moves nothing after it', () => {
    fc.assert(
      fc.property(some, occurrence, fc.integer({ min: 0, max: 60 }), (list, pinned, now) => {
        fc.pre(pinned.start <= now && pinned.end > now);
        const plan = playPlan(list);
        const kept = withPin(plan, {
          occurrence: pinned,
          start: pinned.start,
          end: pinned.end,
          at: now,
        });
        expect(nowNext(kept, now).now?.occurrence).toBe(pinned);
        expect(nowNext(kept, now).next?.start ?? Infinity).toBeGreaterThan(now);
        for (const s of plan.filter((x) => x.start > now)) {
          expect(
            kept.some(
              (k) => k.occurrence === s.occurrence && k.start === s.start && k.end === s.end,
            ),
          ).toBe(true);
        }
        for (const [i, s] of kept.entries()) {
          expect(s.start).toBeGreaterThanOrEqual(kept[i - 1]?.end ?? 0);
        }
      }),
    );
  });
});

describe('nowNext', () => {
  const plan = playPlan(
    on(aPlan([aSlot(), aSlot({ id: 'dos', start: '09:00', durationMinutes: 30 })]), '2026-11-24'),
  );
  const cases: [string, string | null, string | null][] = [
    ['07:59:59', null, 'uno'],
    ['08:00', 'uno', 'dos'],
    ['08:59:59', 'uno', 'dos'],
    ['09:00', 'dos', null],
    ['09:30', null, null],
  ];
  test.each(cases)('at %s', (time, now, next) => {
    const found = nowNext(plan, at(time));
    expect(found.now?.occurrence.slot ?? null).toBe(now);
    expect(found.next?.occurrence.slot ?? null).toBe(next);
  });
  test('of nothing is nothing', () => expect(nowNext([], 5)).toEqual({ now: null, next: null }));
});
