// The evidence line of a feed that arrived or went away.
import type { Act } from '../core/audit.ts';
import type { FeedHealth } from './health.ts';

/** The act to record for a change of health; null when nothing arrived or went away. */
export function feedEvidence(
  unit: string,
  label: string,
  feed: string,
  was: FeedHealth,
  is: FeedHealth,
): Act | null {
  if (was.state === is.state) return null;
  const name = `«${unit}» (${label})`;
  const detail = { feed };
  if (is.state === 'lost') {
    const why = is.lastLoss ? ` ${is.lastLoss.words.es}` : '';
    return {
      actor: 'air',
      action: 'field.lost',
      reason: `Se perdió ${name}.${why}`,
      ok: false,
      detail,
    };
  }
  const arrived = is.state === 'live' && (was.state === 'off' || was.state === 'lost');
  return arrived
    ? { actor: 'air', action: 'field.live', reason: `Llega ${name}.`, ok: true, detail }
    : null;
}
