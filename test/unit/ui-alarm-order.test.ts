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

describe('alarms', () => {
  it('puts what lasts first, then what nobody saw, then what is critical, then the oldest', () => {
    const alarms = {
      seen: alarm('seen', { severity: 'critical', seenBy: 'ana' }),
      over: alarm('over', { severity: 'critical', clearedAt: 5 }),
      newer: alarm('newer', { since: 9 }),
      older: alarm('older', { since: 1 }),
      critical: alarm('critical', { severity: 'critical', since: 20 }),
    };
    expect(alarmsInOrder(alarms).map(({ id }) => id)).toEqual([
      'critical',
      'older',
      'newer',
      'seen',
      'over',
    ]);
  });
});
