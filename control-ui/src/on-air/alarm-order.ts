// Which alarm a person must see first.
import type { Alarm } from '../../../server/contract/station.ts';

const rank = (alarm: Alarm): number =>
  (alarm.seenBy === null ? 0 : 4) +
  (alarm.clearedAt === null ? 0 : 2) +
  (alarm.severity === 'critical' ? 0 : 1);

/** Not seen before seen, lasting before gone, critical before warning, oldest first. */
export function alarmsInOrder(alarms: Readonly<Record<string, Alarm>>): Alarm[] {
  return Object.values(alarms).toSorted((a, b) => rank(a) - rank(b) || a.since - b.since);
}
