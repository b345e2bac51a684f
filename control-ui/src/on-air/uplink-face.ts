// What the building can send against what the outputs need, as a bar of stacked parts and one word.
import type { AirState } from '../../../server/contract/air.ts';
import type { Output } from '../../../server/contract/outputs.ts';
import type { UplinkState } from '../../../server/contract/uplink.ts';

/** `unknown`: nobody measured or typed it. */
export type UplinkFace = 'unknown' | 'fits' | 'short';

/** One output's part of the bar, kb/s. */
export interface UplinkPart {
  readonly id: string;
  readonly name: string;
  readonly kbps: number;
  readonly priority: number;
  readonly mayShed: boolean;
  readonly shed: boolean;
}

type Facts = Pick<
  Output,
  'name' | 'needKbps' | 'priority' | 'mayShed' | 'shed' | 'order' | 'withAir'
>;

/** The one word about it. */
export function uplinkFace({ fits }: Pick<UplinkState, 'fits'>): UplinkFace {
  if (fits === null) return 'unknown';
  return fits ? 'fits' : 'short';
}

/**
 * Outputs that take some of the uplink, or would take it with the air (while the air is ordered they
 * already have, or somebody stopped them): kept longest first.
 */
export function uplinkParts(
  outputs: Readonly<Record<string, Facts>>,
  airOrder: AirState['order'],
): UplinkPart[] {
  const starting = airOrder === 'stop';
  return Object.entries(outputs)
    .filter(([, o]) => o.needKbps > 0 && (o.order === 'start' || (starting && o.withAir)))
    .map(([id, o]) => ({
      id,
      name: o.name,
      kbps: o.needKbps,
      priority: o.priority,
      mayShed: o.mayShed,
      shed: o.shed,
    }))
    .toSorted((a, b) => a.priority - b.priority || a.name.localeCompare(b.name, 'es'));
}

/** kb/s that the whole width of the bar stands for: room for the largest figure and for every part. */
export function uplinkScale(
  uplink: Pick<UplinkState, 'usableKbps' | 'needKbps' | 'sendingKbps'>,
  parts: readonly Pick<UplinkPart, 'kbps'>[],
): number {
  const shown = parts.reduce((sum, { kbps }) => sum + kbps, 0);
  return 1.05 * Math.max(uplink.usableKbps ?? 0, uplink.needKbps, uplink.sendingKbps, shown, 1);
}

/** Who would be stopped, first to go first, until the rest fits; `enough` when it then does. */
export function shedPlan(
  parts: readonly UplinkPart[],
  usableKbps: number,
): { readonly names: readonly string[]; readonly enough: boolean } {
  let need = parts.reduce((sum, { kbps }) => sum + kbps, 0);
  const names: string[] = [];
  for (const part of parts.toReversed()) {
    if (need <= usableKbps) break;
    if (!part.mayShed) continue;
    names.push(part.name);
    need -= part.kbps;
  }
  return { names, enough: need <= usableKbps };
}
