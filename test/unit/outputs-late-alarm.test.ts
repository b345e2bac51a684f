// When a program that is delivered late is told, and in which words.
import { describe, expect, it } from 'vitest';
import { lateAlarmId } from '../../server/contract/air.ts';
import { calm, judgeAlarms } from '../../server/outputs/air-alarms.ts';
import { inTime, lateWords, nextLate } from '../../server/outputs/late-alarm.ts';
import { now, state } from './outputs-report-samples.ts';

/** What is said at each half second of these latenesses. */
function said(latenesses: readonly (number | null)[]): (number | null)[] {
  let memory = inTime;
  return latenesses.map((lateMs, n) => {
    memory = nextLate(memory, lateMs, n * 500);
    return memory.said;
  });
}
const over = (seconds: number, lateMs: number | null): (number | null)[] =>
  Array.from({ length: seconds * 2 }, () => lateMs);

describe('a late program', () => {
  it('is told after five seconds above two and a half, and until it is below one and a half', () => {
    const all = said([...over(5, 8000), ...over(2, 8000), ...over(2, 1600), ...over(1, 1500)]);
    expect(all.indexOf(8)).toBe(10);
    expect(all.slice(14, 18)).toEqual([2, 2, 2, 2]);
    expect(all.slice(18)).toEqual([null, null]);
  });
  it('is not told for less, for shorter, or while nothing comes', () => {
    expect(said(over(60, 2500)).every((s) => s === null)).toBe(true);
    const bursts = Array.from({ length: 5 }, () => [...over(4, 9000), 0]).flat();
    expect(said(bursts).every((s) => s === null)).toBe(true);
    expect(said([...over(6, 9000), null]).slice(-2)).toEqual([9, null]);
  });
  it('is told in seconds that do not tremble', () => {
    expect(said([...over(5, 7600), 7600, 7400, 7100, 8400, 9000, 6500]).slice(10)).toEqual([
      8, 8, 8, 8, 9, 7,
    ]);
  });
});

describe('its alarm', () => {
  const lateState = (programLateMs: number | null) => {
    const s = state();
    return { ...s, air: { ...s.air, programLateMs } };
  };
  const frames = (clearedAt: number | null) => ({
    'obs-frames-network': {
      id: 'obs-frames-network',
      severity: 'warning' as const,
      text: '',
      textEn: '',
      advice: '',
      adviceEn: '',
      since: 0,
      seenBy: null,
      clearedAt,
    },
  });

  it('blames the machine, or the network while OBS drops frames for it; off the air too', () => {
    let r = judgeAlarms(lateState(8200), calm, now);
    expect(r.alarms.has(lateAlarmId)).toBe(false);
    r = judgeAlarms(lateState(8200), r.memory, now + 5000);
    expect(r.alarms.get(lateAlarmId)?.what.es).toBe(
      'El programa sale 8 s tarde: el equipo de OBS no alcanza a codificar.',
    );
    const at = (clearedAt: number | null) =>
      judgeAlarms({ ...lateState(8200), alarms: frames(clearedAt) }, r.memory, now + 5500);
    expect(at(null).alarms.get(lateAlarmId)?.what.es).toContain('la red entre OBS');
    expect(at(now).alarms.get(lateAlarmId)?.what.es).toContain('el equipo de OBS');
    expect(judgeAlarms(lateState(100), r.memory, now + 6000).alarms.has(lateAlarmId)).toBe(false);
  });

  it('says what to do, and that F9 does not reach the public at once', () => {
    expect(lateWords(4, false).advice.es).toMatch(/^Cierre .*F9.*«Poner “Ya regresamos”»/);
    expect(lateWords(4, true).advice.es).toMatch(/^Use cable/);
  });
});
