// Which alarm a person must see first.
import type { Alarm } from '../../../server/contract/station.ts';

const rank = (alarm: Alarm): number =>
  (alarm.clearedAt === null ? 0 : 4) +
  (alarm.seenBy === null ? 0 : 2) +
  (alarm.severity === 'critical' ? 0 : 1);

/**
 * Lasting before gone, not seen before seen, critical before warning, and among equals the newest: what
 * has just happened is what nobody knows yet.
 */
export function alarmsInOrder(alarms: Readonly<Record<string, Alarm>>): Alarm[] {
  return Object.values(alarms).toSorted((a, b) => rank(a) - rank(b) || b.since - a.since);
}
