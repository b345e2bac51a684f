// Times and numbers as the control room reads them.
import { describe, expect, it } from 'vitest';
import { bitrate, decimal, meterShare, seconds } from '../../control-ui/src/format/numbers.ts';
import {
  airClock,
  clockTime,
  countdown,
  duration,
  hourMinute,
  shortDate,
} from '../../control-ui/src/format/times.ts';

describe('durations', () => {
  it.each([
    [0, '0:00'],
    [12_999, '0:12'],
    [1_092_000, '18:12'],
    [3_600_000, '1:00:00'],
    [-5, '0:00'],
  ])('%d ms is %s', (ms, text) => expect(duration(ms)).toBe(text));

  it('counts down to 0:00 exactly at the end', () => {
    expect(countdown(10_000)).toBe('0:10');
    expect(countdown(9001)).toBe('0:10');
    expect(countdown(1)).toBe('0:01');
    expect(countdown(0)).toBe('0:00');
  });

  it('shows the air in hours, minutes and seconds', () => {
    expect(airClock(2_472_000)).toBe('00:41:12');
    expect(airClock(90_000_000)).toBe('25:00:00');
  });
});

describe('the station’s clock', () => {
  const at = Date.UTC(2026, 10, 24, 15, 41, 12);
  it('is in the station’s zone whatever the machine’s', () => {
    expect(clockTime(at, 'es-CO', 'America/Bogota')).toBe('10:41:12');
    expect(clockTime(at, 'es-CO', 'Europe/Madrid')).toBe('16:41:12');
    expect(hourMinute(at, 'en-GB', 'America/Bogota')).toBe('10:41');
    expect(shortDate(at, 'es-CO', 'America/Bogota')).toBe('mar 24 nov');
  });
  it('says midnight as 00', () => {
    expect(clockTime(Date.UTC(2026, 0, 1, 5), 'es-CO', 'America/Bogota')).toBe('00:00:00');
  });
});

describe('numbers', () => {
  it('has a decimal comma and a unit', () => {
    expect(bitrate(6020, 'es-CO')).toBe('6,0 Mb/s');
    expect(bitrate(96, 'es-CO')).toBe('96 kb/s');
    expect(bitrate(0, 'es-CO')).toBe('0,0 Mb/s');
    expect(seconds(300, 'es-CO')).toBe('0,3 s');
    expect(decimal(-18.2, 0, 'es-CO')).toBe('−18');
    expect(decimal(-0.1, 0, 'es-CO')).toBe('0');
  });
  it('fills a meter from −60 dBFS to 0', () => {
    expect([-100, -60, -30, 0, 6].map(meterShare)).toEqual([0, 0, 0.5, 1, 1]);
  });
});
