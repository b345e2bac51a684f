// The dates of a series: tables, and agreement with an RFC 5545 library over random rules.
import * as fc from 'fast-check';
import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import type { Weekday } from '../../server/contract/grid.ts';
import { addDays, dateOf, dayNumber, mondayOf, weekdays } from '../../server/grid/dates.ts';
import { datesOf, fallsOn, type Series } from '../../server/grid/recurrence.ts';

const series = (over: Partial<Series> & Pick<Series, 'recurrence'>): Series => ({
  from: '2026-01-01',
  extra: [],
  except: [],
  ...over,
});

describe('datesOf', () => {
  const cases: [string, Series, string, string, string[]][] = [
    [
      'daily every third day keeps its count from the first',
      series({ recurrence: { freq: 'daily', interval: 3 } }),
      '2026-02-01',
      '2026-02-08',
      ['2026-02-03', '2026-02-06'],
    ],
    [
      'nothing before it begins',
      series({ recurrence: { freq: 'daily', interval: 1 }, from: '2026-02-07' }),
      '2026-02-01',
      '2026-02-08',
      ['2026-02-07', '2026-02-08'],
    ],
    [
      'the last date is included',
      series({ recurrence: { freq: 'daily', interval: 1 }, until: '2026-02-02' }),
      '2026-02-01',
      '2026-02-08',
      ['2026-02-01', '2026-02-02'],
    ],
    [
      'weekly, two days in any order',
      series({ recurrence: { freq: 'weekly', interval: 1, weekdays: ['fri', 'mon'] } }),
      '2026-02-01',
      '2026-02-14',
      ['2026-02-02', '2026-02-06', '2026-02-09', '2026-02-13'],
    ],
    [
      'every other week, counted from the Monday of the week it begins in',
      // 1 January 2026 is a Thursday: its week's Monday is 29 December.
      series({ recurrence: { freq: 'weekly', interval: 2, weekdays: ['mon', 'thu'] } }),
      '2026-01-01',
      '2026-01-31',
      ['2026-01-01', '2026-01-12', '2026-01-15', '2026-01-26', '2026-01-29'],
    ],
    [
      'the last Saturday of the month',
      series({ recurrence: { freq: 'monthly', interval: 1, nth: { n: -1, weekday: 'sat' } } }),
      '2026-01-01',
      '2026-03-31',
      ['2026-01-31', '2026-02-28', '2026-03-28'],
    ],
    [
      'the fifth Monday, only where there is one',
      series({ recurrence: { freq: 'monthly', interval: 1, nth: { n: 5, weekday: 'mon' } } }),
      '2026-01-01',
      '2026-08-31',
      ['2026-03-30', '2026-06-29', '2026-08-31'],
    ],
    [
      'day 31, only where there is one',
      series({ recurrence: { freq: 'monthly', interval: 1, dayOfMonth: 31 } }),
      '2026-01-01',
      '2026-06-30',
      ['2026-01-31', '2026-03-31', '2026-05-31'],
    ],
    [
      '29 February in a leap year',
      series({ recurrence: { freq: 'monthly', interval: 12, dayOfMonth: 29 }, from: '2024-02-01' }),
      '2024-01-01',
      '2028-12-31',
      ['2024-02-29', '2028-02-29'],
    ],
    [
      'extra dates stand on their own; exceptions beat both',
      series({
        recurrence: { freq: 'weekly', interval: 1, weekdays: ['mon'] },
        until: '2026-02-09',
        extra: ['2026-02-04', '2026-02-20', '2026-02-09', '2026-02-21'],
        except: ['2026-02-02', '2026-02-21'],
      }),
      '2026-02-01',
      '2026-02-28',
      ['2026-02-04', '2026-02-09', '2026-02-20'],
    ],
  ];
  test.each(cases)('%s', (_, s, first, last, expected) => {
    expect(datesOf(s, first, last)).toEqual(expected);
  });

  const date = fc.integer({ min: 20_000, max: 23_000 }).map(dateOf);
  const weekday = fc.constantFrom<Weekday>(...weekdays);
  const recurrence = fc.oneof(
    fc.record({ freq: fc.constant('daily' as const), interval: fc.integer({ min: 1, max: 52 }) }),
    fc.record({
      freq: fc.constant('weekly' as const),
      interval: fc.integer({ min: 1, max: 52 }),
      weekdays: fc.uniqueArray(weekday, { minLength: 1, maxLength: 7 }),
    }),
    fc.record({
      freq: fc.constant('monthly' as const),
      interval: fc.integer({ min: 1, max: 12 }),
      nth: fc.record({ n: fc.constantFrom(1, 2, 3, 4, 5, -1) as fc.Arbitrary<1>, weekday }),
    }),
    fc.record({
      freq: fc.constant('monthly' as const),
      interval: fc.integer({ min: 1, max: 12 }),
      dayOfMonth: fc.integer({ min: 1, max: 31 }),
    }),
  );

  test('agrees with rrule-temporal', () => {
    const arbitrary = fc.record({
      recurrence,
      from: date,
      length: fc.option(fc.integer({ min: 0, max: 900 }), { nil: undefined }),
      except: fc.array(date, { maxLength: 4 }),
      extra: fc.array(date, { maxLength: 3 }),
      first: date,
      days: fc.integer({ min: 0, max: 400 }),
    });
    fc.assert(
      fc.property(arbitrary, ({ recurrence: rule, from, length, except, extra, first, days }) => {
        const last = addDays(first, days);
        const until = length === undefined ? undefined : addDays(from, length);
        const mine = datesOf(
          { recurrence: rule, from, extra, except, ...(until === undefined ? {} : { until }) },
          first,
          last,
        );
        expect(mine).toEqual(oracle({ rule, from, until, except, extra, first, last }));
      }),
      { numRuns: 400 },
    );
  });

  test('a range cut in two gives the same dates', () => {
    fc.assert(
      fc.property(recurrence, date, date, fc.nat(300), fc.nat(300), (rule, from, first, a, b) => {
        const s = series({ recurrence: rule, from });
        const middle = addDays(first, a);
        const last = addDays(middle, b + 1);
        expect(datesOf(s, first, last)).toEqual([
          ...datesOf(s, first, middle),
          ...datesOf(s, addDays(middle, 1), last),
        ]);
      }),
    );
  });
});

interface OracleInput {
  readonly rule: Series['recurrence'];
  readonly from: string;
  readonly until: string | undefined;
  readonly except: string[];
  readonly extra: string[];
  readonly first: string;
  readonly last: string;
}

const noon = (d: string) => Temporal.ZonedDateTime.from(`${d}T12:00[UTC]`);
const code = (w: Weekday) => w.slice(0, 2).toUpperCase();

/** The same question asked of rrule-temporal, at noon UTC so that no clock interferes. */
function oracle({ rule, from, until, except, extra, first, last }: OracleInput): string[] {
  const byDay =
    rule.freq === 'weekly'
      ? rule.weekdays.map(code)
      : rule.freq === 'monthly' && rule.nth
        ? [`${rule.nth.n}${code(rule.nth.weekday)}`]
        : undefined;
  const byMonthDay = rule.freq === 'monthly' && rule.dayOfMonth ? [rule.dayOfMonth] : undefined;
  const found = new RRuleTemporal({
    freq: rule.freq.toUpperCase() as 'DAILY',
    interval: rule.interval,
    tzid: 'UTC',
    wkst: 'MO',
    dtstart: noon(from),
    ...(until === undefined ? {} : { until: noon(until) }),
    ...(byDay ? { byDay } : {}),
    ...(byMonthDay ? { byMonthDay } : {}),
  })
    .between(noon(first), noon(last), true)
    .map((d) => d.toString().slice(0, 10));
  const dates = new Set([...found, ...extra.filter((d) => d >= first && d <= last)]);
  for (const d of except) dates.delete(d);
  return [...dates].toSorted();
}

describe('dates', () => {
  test('day numbers go both ways and weekdays follow the calendar', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 84_000 }), (day) => {
        const plain = Temporal.PlainDate.from(dateOf(day));
        expect(dayNumber(dateOf(day))).toBe(day);
        expect(Temporal.PlainDate.from(mondayOf(dateOf(day))).dayOfWeek).toBe(1);
        expect(plain.since(mondayOf(dateOf(day))).days).toBeLessThan(7);
      }),
    );
  });

  test('fallsOn asks of one date', () => {
    const s = series({ recurrence: { freq: 'weekly', interval: 1, weekdays: ['wed'] } });
    expect(fallsOn(s, '2026-11-25')).toBe(true);
    expect(fallsOn(s, '2026-11-24')).toBe(false);
  });
});
