// What goes out now, and what would go out if the program were lost.
import type { AirState, SlateKind } from '../../../server/contract/air.ts';
import type { FieldState, UnitRunState } from '../../../server/contract/field.ts';

/** A source that can stand in for OBS: the backup encoder or a field feed. */
export interface StandIn {
  /** `backup` or a feed's id, as `air.bypass` takes it. */
  readonly id: string;
  /** Null for the backup encoder: the page has its own words for it. */
  readonly name: string | null;
  /** Whether its pictures arrive now. */
  readonly ready: boolean;
}

/** What would go out on a loss; a stand-in that does not arrive is named beside the slate. */
export interface Cover {
  readonly by: 'standIn' | 'slate' | 'nothing';
  readonly standIn: StandIn | null;
  readonly slate: SlateKind;
}

const arrives = (state: UnitRunState): boolean => state === 'live' || state === 'degraded';

/** Every source that `air.bypass` may name, the backup encoder first. */
export function standIns(
  air: Pick<AirState, 'backup'>,
  units: Readonly<FieldState['units']>,
): StandIn[] {
  const feeds = Object.values(units).flatMap((unit) =>
    unit.feeds.map((feed) => ({
      id: feed.id,
      name: unit.feeds.length > 1 ? `${unit.name} · ${feed.label}` : unit.name,
      ready: arrives(feed.state),
    })),
  );
  return [{ id: 'backup', name: null, ready: air.backup !== null }, ...feeds];
}

/** The answer to "and if OBS is lost?". A stand-in that is gone from the studio counts as none. */
export function coverOf(
  air: Pick<AirState, 'backup' | 'bypass' | 'slate'>,
  units: Readonly<FieldState['units']>,
): Cover {
  const standIn = standIns(air, units).find(({ id }) => id === air.bypass) ?? null;
  if (standIn?.ready) return { by: 'standIn', standIn, slate: air.slate };
  return { by: air.slate === 'none' ? 'nothing' : 'slate', standIn, slate: air.slate };
}

/**
 * Whether somebody chose a feed that does not arrive. The backup encoder is the station's standing
 * choice: most of the time there is none, and then nobody has to act.
 */
export function coverIsMissing({ standIn }: Cover): boolean {
  return standIn !== null && !standIn.ready && standIn.id !== 'backup';
}

/** Whole seconds left until `until`, and the share done of a wait that was first seen with `whole` ms left. */
export function waitFace(
  until: number,
  now: number,
  whole: number,
): { readonly seconds: number; readonly share: number } {
  const left = Math.max(0, until - now);
  return {
    seconds: Math.ceil(left / 1000),
    share: whole <= 0 ? 1 : Math.min(1, Math.max(0, 1 - left / whole)),
  };
}
