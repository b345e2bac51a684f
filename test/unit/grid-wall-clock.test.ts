// Local time to instants: gaps, overlaps, and the same answers whatever zone the machine is in.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateOf } from '../../server/grid/dates.ts';
import { dayRange, instantOf, wallClock } from '../../server/grid/wall-clock.ts';

const at = (iso: string): number => Date.parse(iso);

describe('instantOf', () => {
  const cases: [string, string, string, string, string][] = [
    ['Bogotá has no summer time', '2026-11-24', '08:00', 'America/Bogota', '2026-11-24T13:00:00Z'],
    ['seconds count', '2026-11-24', '08:00:30', 'America/Bogota', '2026-11-24T13:00:30Z'],
    ['winter in Madrid', '2026-01-15', '08:00', 'Europe/Madrid', '2026-01-15T07:00:00Z'],
    ['summer in Madrid', '2026-07-15', '08:00', 'Europe/Madrid', '2026-07-15T06:00:00Z'],
    [
      'a gap gives the first instant after it',
      '2026-03-08',
      '02:30',
      'America/New_York',
      '2026-03-08T07:00:00Z',
    ],
    ['its very start too', '2026-03-08', '02:00', 'America/New_York', '2026-03-08T07:00:00Z'],
    [
      'just before the gap is itself',
      '2026-03-08',
      '01:59:59',
      'America/New_York',
      '2026-03-08T06:59:59Z',
    ],
    [
      'just after the gap is itself',
      '2026-03-08',
      '03:00',
      'America/New_York',
      '2026-03-08T07:00:00Z',
    ],
    ['Madrid springs forward', '2026-03-29', '02:15', 'Europe/Madrid', '2026-03-29T01:00:00Z'],
    [
      'an overlap gives the earlier',
      '2026-11-01',
      '01:30',
      'America/New_York',
      '2026-11-01T05:30:00Z',
    ],
    ['Madrid falls back', '2026-10-25', '02:30', 'Europe/Madrid', '2026-10-25T00:30:00Z'],
    ['a gap of half an hour', '2026-10-04', '02:10', 'Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
    ['a gap at midnight', '2026-09-06', '00:15', 'America/Santiago', '2026-09-06T04:00:00Z'],
    ['a whole day that was skipped', '2011-12-30', '10:00', 'Pacific/Apia', '2011-12-30T10:00:00Z'],
  ];
  test.each(cases)('%s', (_, date, time, zone, expected) => {
    expect(new Date(instantOf(date, time, zone)).toISOString()).toBe(
      new Date(expected).toISOString(),
    );
  });

  test('goes back to the same wall clock, except in a gap, where it is later', () => {
    const zones = [
      'America/Bogota',
      'Europe/Madrid',
      'America/New_York',
      'Australia/Lord_Howe',
      'UTC',
    ];
    fc.assert(
      fc.property(
        fc.integer({ min: 20_000, max: 23_000 }).map(dateOf),
        fc.integer({ min: 0, max: 1439 }),
        fc.constantFrom(...zones),
        (date, minutes, zone) => {
          const time = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
          const shown = wallClock(instantOf(date, time, zone), zone);
          if (shown.date === date && shown.time === time) return;
          expect(`${shown.date}T${shown.time}` > `${date}T${time}`).toBe(true);
          // The instant before it is the last one of the old offset.
          const before = wallClock(instantOf(date, time, zone) - 1, zone);
          expect(before.offsetMinutes).toBeLessThan(shown.offsetMinutes);
        },
      ),
    );
  });
});

const hours = (date: string, zone: string): number => {
  const { start, end } = dayRange(date, date, zone);
  return (end - start) / 3_600_000;
};

describe('wallClock and dayRange', () => {
  test('shows seconds only when there are any', () => {
    expect(wallClock(at('2026-11-24T13:00:00.900Z'), 'America/Bogota')).toEqual({
      date: '2026-11-24',
      time: '08:00',
      offsetMinutes: -300,
    });
    expect(wallClock(at('2026-11-24T13:00:07Z'), 'America/Bogota').time).toBe('08:00:07');
  });

  test('days have 23, 24 or 25 hours', () => {
    expect(hours('2026-03-29', 'Europe/Madrid')).toBe(23);
    expect(hours('2026-10-25', 'Europe/Madrid')).toBe(25);
    expect(hours('2026-10-25', 'America/Bogota')).toBe(24);
    expect(hours('2026-12-31', 'America/Bogota')).toBe(24);
  });
});

test('the zone of the machine changes nothing', () => {
  const script = join(import.meta.dirname, 'grid-host-zone.ts');
  const outputs = [
    'UTC',
    'America/Bogota',
    'Europe/Madrid',
    'America/New_York',
    'Pacific/Apia',
  ].map((zone) =>
    execFileSync(process.execPath, [script], {
      env: { PATH: process.env['PATH'], TZ: zone },
      encoding: 'utf8',
    }).split('\n'),
  );
  // Each run says which zone it really ran in, so that an ignored TZ cannot pass.
  expect(outputs.map((lines) => lines[0])).toEqual([
    'host UTC',
    'host America/Bogota',
    'host Europe/Madrid',
    'host America/New_York',
    'host Pacific/Apia',
  ]);
  const first = outputs[0]?.slice(1);
  expect(first?.length).toBeGreaterThan(200);
  for (const lines of outputs) expect(lines.slice(1)).toEqual(first);
}, 60_000);
