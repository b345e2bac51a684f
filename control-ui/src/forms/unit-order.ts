// In which order kinds of field units are offered.
import type { UnitProfile } from '../../../server/contract/profiles.ts';

/** Fewest cameras first: what a crew has in its pocket before what the station still waits for. */
export function simplestFirst(units: readonly UnitProfile[]): readonly UnitProfile[] {
  return units.toSorted(
    (a, b) =>
      a.feeds.length - b.feeds.length ||
      a.expectedKbps - b.expectedKbps ||
      a.name.localeCompare(b.name, 'es'),
  );
}
