// Which alarm a person must see first.
import type { Alarm } from '../../../server/contract/station.ts';

/** Alarms of one destination, recording or unit: what everybody receives comes first. */
const ofOne = /^(output|recording|unit)-/;

const rank = (alarm: Alarm): number =>
  (alarm.clearedAt === null ? 0 : 8) +
  (alarm.seenBy === null ? 0 : 4) +
  (ofOne.test(alarm.id) ? 2 : 0) +
  (alarm.severity === 'critical' ? 0 : 1);

/**
 * Lasting before gone, not seen before seen, what touches the air before what touches one
 * destination, critical before warning, oldest first.
 */
export function alarmsInOrder(alarms: Readonly<Record<string, Alarm>>): Alarm[] {
  return Object.values(alarms).toSorted((a, b) => rank(a) - rank(b) || a.since - b.since);
}
