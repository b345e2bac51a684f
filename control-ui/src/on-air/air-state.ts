// One answer to "are we on the air?" from what air reported and what was ordered.
import type { AirState } from '../../../server/contract/air.ts';
import { somebodyReceives, type Counted } from '../../../server/contract/receives.ts';

/**
 * `noContact`: the air process does not answer, nobody knows; `live` and `slate`: on the air with the
 * program or the slate; `nobody`: sent, but no output takes it (see `somebodyReceives`); `starting`:
 * ordered, not out yet; `stopping`: ordered off, still out; `off`.
 */
export type AirFace = 'noContact' | 'nobody' | 'live' | 'slate' | 'starting' | 'stopping' | 'off';

/** What the big word on the status bar says. */
export function airFace(
  air: Pick<AirState, 'connected' | 'order' | 'onAir' | 'source'>,
  outputs: Readonly<Record<string, Counted>>,
): AirFace {
  if (!air.connected) return 'noContact';
  if (air.onAir) {
    if (air.order === 'stop') return 'stopping';
    const all = Object.values(outputs);
    if (!somebodyReceives(all)) {
      return all.some((o) => o.order === 'start' && o.state === 'starting') ? 'starting' : 'nobody';
    }
    return air.source === 'slate' ? 'slate' : 'live';
  }
  return air.order === 'live' ? 'starting' : 'off';
}
