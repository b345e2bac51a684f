// Occurrences of slots: what they carry, where they fall, and what dated changes make of them.
import { describe, expect, test } from 'vitest';
import type { Occurrence, Override } from '../../server/contract/grid.ts';
import { occurrencesBetween, orphans } from '../../server/grid/resolve.ts';
import { aPlan, aSlot, at, changesOf, on } from './grid-samples.ts';

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
