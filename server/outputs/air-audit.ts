// The evidence line of each thing that happened by itself on the air.
import type { Act } from '../core/audit.ts';
import { causeWords } from './causes.ts';
import type { AirEvent } from './report.ts';

/** The act to record for an event; actor `air` for what the media process did or noticed. */
export function actOf(event: AirEvent, slateText: string): Act {
  const base = { actor: 'air', ok: true };
  if (event.type === 'adopted') {
    return {
      ...base,
      action: 'air.adopt',
      reason: 'El proceso de emisión ya estaba al aire; se adopta como está.',
      detail: { source: event.source },
    };
  }
  if (event.type === 'source') {
    return {
      ...base,
      ...sourceAct(event, slateText),
      detail: { from: event.from, to: event.to },
    };
  }
  const { id, name } = event;
  if (event.type === 'outputRecovered') {
    return {
      ...base,
      action: 'output.recovered',
      reason: 'La salida volvió a recibir.',
      detail: { id, name },
    };
  }
  const { cause, kind } = event;
  return {
    ...base,
    action: 'output.lost',
    ok: false,
    reason: cause ? causeWords(cause, kind).es : 'La salida dejó de recibir.',
    detail: { id, name, cause },
  };
}

function sourceAct(
  event: Extract<AirEvent, { type: 'source' }>,
  slateText: string,
): { action: string; reason: string } {
  if (event.to === 'off') {
    return { action: 'air.off', reason: 'Nada sale al aire.' };
  }
  if (event.to === 'slate') {
    const why = event.from === 'live' ? 'Se perdió el programa' : 'Aún no llega el programa';
    return { action: 'air.slate', reason: `${why}; sale la cortinilla «${slateText}».` };
  }
  return {
    action: 'air.program',
    reason: event.from === 'slate' ? 'Volvió el programa.' : 'Sale el programa.',
  };
}
