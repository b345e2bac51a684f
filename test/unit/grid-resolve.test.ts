// Occurrences of slots and dated changes, and the plan they flatten into.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Occurrence, Override } from '../../server/contract/grid.ts';
import { nowNext } from '../../server/grid/now-next.ts';
import { playPlan, segmentKey, shownOccurrence, withPin } from '../../server/grid/plan.ts';
import { byStart, occurrencesBetween, orphans, type GridPlan } from '../../server/grid/resolve.ts';
import { dayRange, instantOf } from '../../server/grid/wall-clock.ts';
import { aPlan, aSlot, changesOf } from './grid-samples.ts';

const zone = 'America/Bogota';
const at = (time: string, date = '2026-11-24'): number => instantOf(date, time, zone);

function on(plan: GridPlan, from: string, to = from): Occurrence[] {
  const { start, end } = dayRange(from, to, plan.zone);
  return occurrencesBetween(plan, start, end);
}
const brief = (o: Occurrence): string =>
  `${o.id} ${o.date} ${o.time} ${(o.end - o.start) / 60_000} ${o.scene}`;

describe('occurrences', () => {
  test('carry what people need to know', () => {
    const [o] = on(aPlan([aSlot({ program: 'ciclo' })]), '2026-11-24');
    expect(o).toEqual({
      id: 'uno@2026-11-24',
      slot: 'uno',
      program: 'ciclo',
      title: 'Ciclo Vital',
      department: 'Hacienda',
      start: Date.parse('2026-11-24T13:00:00Z'),
      end: Date.parse('2026-11-24T14:00:00Z'),
      date: '2026-11-24',
      time: '08:00',
      scene: 'Estudio',
      layer: 'grid',
      signLanguage: true,
      captions: true,
      problem: null,
    });
  });

  test('one that crosses midnight belongs to both days, under the date it begins', () => {
    const plan = aPlan([aSlot({ start: '23:30', durationMinutes: 90 })]);
    expect(on(plan, '2026-11-24').map((o) => o.id)).toEqual(['uno@2026-11-23', 'uno@2026-11-24']);
    expect(on(plan, '2026-11-24')[1]?.end).toBe(at('01:00', '2026-11-25'));
  });

  test('one of a whole day is found at its last minute', () => {
    const plan = aPlan([
      aSlot({ start: '23:00', durationMinutes: 1440, from: '2026-11-24', until: '2026-11-24' }),
    ]);
    const found = occurrencesBetween(plan, at('22:59', '2026-11-25'), at('23:30', '2026-11-25'));
    expect(found.map((o) => o.id)).toEqual(['uno@2026-11-24']);
    expect(occurrencesBetween(plan, at('23:00', '2026-11-25'), at('23:30', '2026-11-25'))).toEqual(
      [],
    );
  });

  test('in a gap of the clocks it airs at the first instant after, and says so', () => {
    const plan = aPlan([aSlot({ start: '02:30', durationMinutes: 30 })], [], 'America/New_York');
    const [o] = on(plan, '2026-03-08');
    expect(o && brief(o)).toBe('uno@2026-03-08 2026-03-08 03:00 30 Estudio');
  });

  test('an unknown scene is flagged, a known one is not, and nothing while nobody knows', () => {
    const plan = aPlan([aSlot(), aSlot({ id: 'dos', start: '10:00', scene: 'Luna' })]);
    const problems = (scenes: string[] | null) =>
      on({ ...plan, scenes }, '2026-11-24').map((o) => o.problem?.text ?? null);
    expect(problems(null)).toEqual([null, null]);
    expect(problems(['Estudio'])).toEqual([null, expect.stringContaining('«Luna»')]);
  });

  const cases: [string, Override[], string[]][] = [
    ['cancel', [{ action: 'cancel', slot: 'uno', date: '2026-11-24' }], []],
    [
      'move in the day',
      [{ action: 'move', slot: 'uno', date: '2026-11-24', toDate: '2026-11-24', toStart: '15:00' }],
      ['uno@2026-11-24 2026-11-24 15:00 60 Estudio'],
    ],
    [
      'move away',
      [{ action: 'move', slot: 'uno', date: '2026-11-24', toDate: '2026-12-24', toStart: '15:00' }],
      [],
    ],
    [
      'move here from far away',
      [{ action: 'move', slot: 'uno', date: '2027-05-03', toDate: '2026-11-24', toStart: '15:00' }],
      ['uno@2026-11-24 2026-11-24 08:00 60 Estudio', 'uno@2027-05-03 2026-11-24 15:00 60 Estudio'],
    ],
    [
      'resize',
      [{ action: 'resize', slot: 'uno', date: '2026-11-24', durationMinutes: 15 }],
      ['uno@2026-11-24 2026-11-24 08:00 15 Estudio'],
    ],
    [
      'replace, keeping the scene',
      [{ action: 'replace', slot: 'uno', date: '2026-11-24', program: 'mundo' }],
      ['uno@2026-11-24 2026-11-24 08:00 60 Estudio'],
    ],
    [
      'replace with its scene, moved and longer',
      [
        { action: 'replace', slot: 'uno', date: '2026-11-24', program: 'mundo', scene: 'Campo' },
        { action: 'move', slot: 'uno', date: '2026-11-24', toDate: '2026-11-24', toStart: '09:00' },
        { action: 'resize', slot: 'uno', date: '2026-11-24', durationMinutes: 90 },
        { action: 'move', slot: 'uno', date: '2026-11-24', toDate: '2026-11-24', toStart: '10:00' },
      ],
      ['uno@2026-11-24 2026-11-24 10:00 90 Campo'],
    ],
    [
      'a cancel beats what came before and after it',
      [
        { action: 'resize', slot: 'uno', date: '2026-11-24', durationMinutes: 15 },
        { action: 'cancel', slot: 'uno', date: '2026-11-24' },
        { action: 'move', slot: 'uno', date: '2026-11-24', toDate: '2026-11-24', toStart: '10:00' },
      ],
      [],
    ],
    [
      'insert',
      [
        {
          action: 'insert',
          program: 'ciclo',
          date: '2026-11-24',
          start: '20:00',
          durationMinutes: 30,
          scene: 'Campo',
        },
      ],
      ['uno@2026-11-24 2026-11-24 08:00 60 Estudio', 'insert:c1 2026-11-24 20:00 30 Campo'],
    ],
    [
      'another date is not touched',
      [{ action: 'cancel', slot: 'uno', date: '2026-11-25' }],
      ['uno@2026-11-24 2026-11-24 08:00 60 Estudio'],
    ],
  ];
  test.each(cases)('dated change: %s', (_, overrides, expected) => {
    expect(on(aPlan([aSlot()], changesOf(...overrides)), '2026-11-24').map(brief)).toEqual(
      expected,
    );
  });

  test('changes without their slot, date or programme are told apart', () => {
    const changes = changesOf(
      { action: 'cancel', slot: 'uno', date: '2026-11-24' },
      { action: 'cancel', slot: 'nada', date: '2026-11-24' },
      { action: 'cancel', slot: 'uno', date: '2025-11-24' },
      { action: 'replace', slot: 'uno', date: '2026-11-26', program: 'nada' },
    );
    expect(orphans(aPlan([aSlot()], changes)).map((c) => c.id)).toEqual(['c2', 'c3', 'c4']);
  });
});

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
