// Which alarm is read first.
import { describe, expect, it } from 'vitest';
import { alarmsInOrder } from '../../control-ui/src/on-air/alarm-order.ts';
import type { Alarm } from '../../server/contract/station.ts';

const alarm = (id: string, change: Partial<Alarm>): Alarm => ({
  id,
  severity: 'warning',
  text: id,
  textEn: id,
  advice: '',
  adviceEn: '',
  since: 0,
  clearedAt: null,
  seenBy: null,
  ...change,
});

const order = (...alarms: readonly Alarm[]): string[] =>
  alarmsInOrder(Object.fromEntries(alarms.map((one) => [one.id, one]))).map(({ id }) => id);

describe('alarms', () => {
  it('puts what lasts first, then what nobody saw, then what is critical, then the newest', () => {
    const alarms = [
      alarm('over', { severity: 'critical', since: 40, clearedAt: 50 }),
      alarm('seen', { severity: 'critical', since: 30, seenBy: 'ana' }),
      alarm('older', { since: 1 }),
      alarm('newer', { since: 9 }),
      alarm('critical', { severity: 'critical', since: 0 }),
    ];
    const wanted = ['critical', 'newer', 'older', 'seen', 'over'];
    expect(order(...alarms)).toEqual(wanted);
    expect(order(...alarms.toReversed())).toEqual(wanted);
  });
  it('says that a destination was lost before a warning that has been there for minutes', () => {
    const encoder = alarm('obs-frames-machine', { since: 0 });
    const lost = alarm('output-nginx', { severity: 'critical', since: 200 });
    expect(order(encoder, lost)[0]).toBe('output-nginx');
  });
  it('says that the unit in the scene was lost before an older warning', () => {
    const old = [alarm('obs-frames-machine', { since: 0 }), alarm('output-empty', { since: 5 })];
    expect(order(...old, alarm('feed-lost-m1', { since: 300 }))[0]).toBe('feed-lost-m1');
  });
});
