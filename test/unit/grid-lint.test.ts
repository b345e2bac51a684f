// What is refused or warned of before it airs: overlaps, changes that lead nowhere.
import { describe, expect, test } from 'vitest';
import type { Override } from '../../server/contract/grid.ts';
import { StudioError } from '../../server/core/errors.ts';
import { conflicts } from '../../server/grid/lint.ts';
import { checkChange, checkedRange, publishConflicts } from '../../server/grid/requests.ts';
import { instantOf } from '../../server/grid/wall-clock.ts';
import { aDocument, aPlan, aSlot, changesOf } from './grid-samples.ts';

const zone = 'America/Bogota';

describe('conflicts', () => {
  test('two slots are told once, with the first date and how often', () => {
    const document = aDocument([
      aSlot(),
      aSlot({
        id: 'dos',
        program: 'mundo',
        start: '08:30',
        recurrence: { freq: 'weekly', weekdays: ['wed'] },
      }),
    ]);
    expect(conflicts(document, '2026-11-20', 2)).toEqual([
      {
        slots: ['uno', 'dos'],
        titles: ['Zona Tributaria', 'Mundo Positivo'],
        date: '2026-11-25',
        from: '08:30',
        to: '09:00',
        times: 2,
      },
    ]);
  });

  test('one after the other is no conflict; across midnight is', () => {
    expect(
      conflicts(aDocument([aSlot(), aSlot({ id: 'dos', start: '09:00' })]), '2026-11-20', 4),
    ).toEqual([]);
    const night = aSlot({ id: 'noche', start: '23:30', durationMinutes: 60 });
    const early = aSlot({ id: 'madrugada', start: '00:15', durationMinutes: 30 });
    const [found] = conflicts(aDocument([night, early]), '2026-11-20', 1);
    expect(found).toMatchObject({
      slots: ['noche', 'madrugada'],
      date: '2026-11-20',
      from: '00:15',
      to: '00:30',
    });
  });

  test('a slot of a whole day meets any other, and not itself', () => {
    const document = aDocument([
      aSlot({ durationMinutes: 1440 }),
      aSlot({ id: 'dos', start: '07:59', durationMinutes: 1 }),
    ]);
    expect(conflicts(document, '2026-11-20', 1).map((c) => c.slots)).toEqual([['uno', 'dos']]);
    expect(conflicts(aDocument([aSlot({ durationMinutes: 1440 })]), '2026-11-20', 1)).toEqual([]);
  });

  test('series that never meet on a date do not conflict, however alike their hours', () => {
    const monday = aSlot({ recurrence: { freq: 'weekly', weekdays: ['mon'] } });
    const first = aSlot({
      id: 'dos',
      recurrence: { freq: 'monthly', nth: { n: 1, weekday: 'tue' } },
    });
    expect(conflicts(aDocument([monday, first]), '2026-11-20', 53)).toEqual([]);
  });

  test('a date that has its own change is left out of publishing', () => {
    const document = aDocument([
      aSlot(),
      aSlot({ id: 'dos', start: '08:30', from: '2026-11-25', until: '2026-11-25' }),
    ]);
    expect(publishConflicts(document, [], '2026-11-20')).toHaveLength(1);
    const changes = changesOf({ action: 'cancel', slot: 'uno', date: '2026-11-25' });
    expect(publishConflicts(document, changes, '2026-11-20')).toEqual([]);
  });

  test('a full year of 60 series is looked through', () => {
    const slots = Array.from({ length: 60 }, (_, i) =>
      aSlot({
        id: `s${i}`,
        start: `${String(8 + (i % 12)).padStart(2, '0')}:${i < 12 ? '00' : '30'}`,
        durationMinutes: 30,
      }),
    );
    expect(conflicts(aDocument(slots), '2026-11-20', 53).length).toBeGreaterThan(50);
  });
});

describe('checkChange', () => {
  const now = instantOf('2026-11-24', '07:00', zone);
  const slots = [aSlot(), aSlot({ id: 'dos', start: '12:00', program: 'mundo' })];
  const existing: Override[] = [
    { action: 'cancel', slot: 'uno', date: '2026-11-30' },
    { action: 'move', slot: 'dos', date: '2026-11-28', toDate: '2026-11-28', toStart: '15:00' },
    {
      action: 'insert',
      program: 'ciclo',
      date: '2026-11-26',
      start: '20:00',
      durationMinutes: 60,
      scene: 'Campo',
    },
  ];
  const attempt = (override: Override): string => {
    try {
      checkChange(aPlan(slots, changesOf(...existing)), { id: 'new', override }, now);
      return 'ok';
    } catch (error) {
      if (!(error instanceof StudioError)) throw error;
      return error.code;
    }
  };
  const cases: [string, Override, string][] = [
    ['cancel', { action: 'cancel', slot: 'uno', date: '2026-11-24' }, 'ok'],
    [
      'a slot that is not there',
      { action: 'cancel', slot: 'nada', date: '2026-11-24' },
      'notFound',
    ],
    ['a date it does not air', { action: 'cancel', slot: 'uno', date: '2025-01-01' }, 'notFound'],
    [
      'a programme that is not there',
      { action: 'replace', slot: 'uno', date: '2026-11-24', program: 'nada' },
      'notFound',
    ],
    ['an airing that is over', { action: 'cancel', slot: 'uno', date: '2026-11-23' }, 'invalid'],
    [
      'a move into the past',
      { action: 'move', slot: 'uno', date: '2026-11-25', toDate: '2026-11-23', toStart: '08:00' },
      'invalid',
    ],
    [
      'an insert into the past',
      {
        action: 'insert',
        program: 'zona',
        date: '2026-11-24',
        start: '05:00',
        durationMinutes: 60,
        scene: 'Campo',
      },
      'invalid',
    ],
    [
      'a date nobody can plan',
      {
        action: 'insert',
        program: 'zona',
        date: '9999-12-31',
        start: '05:00',
        durationMinutes: 60,
        scene: 'Campo',
      },
      'invalid',
    ],
    [
      'one that was cancelled',
      { action: 'resize', slot: 'uno', date: '2026-11-30', durationMinutes: 5 },
      'conflict',
    ],
    [
      'onto another change',
      { action: 'move', slot: 'uno', date: '2026-11-28', toDate: '2026-11-28', toStart: '15:30' },
      'conflict',
    ],
    [
      'an insert onto an insert',
      {
        action: 'insert',
        program: 'zona',
        date: '2026-11-26',
        start: '20:30',
        durationMinutes: 5,
        scene: 'Campo',
      },
      'conflict',
    ],
    [
      'an insert onto a slot',
      {
        action: 'insert',
        program: 'zona',
        date: '2026-11-26',
        start: '08:30',
        durationMinutes: 5,
        scene: 'Campo',
      },
      'ok',
    ],
    [
      'an insert onto a change',
      {
        action: 'insert',
        program: 'zona',
        date: '2026-11-28',
        start: '15:30',
        durationMinutes: 5,
        scene: 'Campo',
      },
      'ok',
    ],
    [
      'moving again what was moved',
      { action: 'move', slot: 'dos', date: '2026-11-28', toDate: '2026-12-05', toStart: '15:30' },
      'ok',
    ],
  ];
  test.each(cases)('%s', (_, override, expected) => expect(attempt(override)).toBe(expected));
});

describe('checkedRange', () => {
  test('takes 62 days and refuses 63, turned round, or beyond the calendar', () => {
    expect(checkedRange('2026-11-01', '2027-01-01', zone).start).toBe(
      Date.parse('2026-11-01T05:00:00Z'),
    );
    for (const [from, to] of [
      ['2026-11-01', '2027-01-02'],
      ['2026-11-02', '2026-11-01'],
      ['9999-12-31', '9999-12-31'],
      ['0001-01-01', '0001-01-02'],
    ] as const) {
      expect(() => checkedRange(from, to, zone)).toThrow(StudioError);
    }
  });
});
