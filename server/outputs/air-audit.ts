// The evidence line of each thing that happened by itself on the air.
import type { Act } from '../core/audit.ts';
import { causeWords } from './causes.ts';
import { feedingAct, type FeedingNames } from './feeding.ts';
import type { AirEvent } from './report.ts';

/** The act to record for an event; actor `air` for what the media process did or noticed. */
export function actOf(event: AirEvent, names: FeedingNames): Act {
  const base = { actor: 'air', ok: true };
  if (event.type === 'adopted') {
    return {
      ...base,
      action: 'air.adopt',
      reason: 'El proceso de emisión ya estaba al aire; se adopta como está.',
      detail: { source: event.source },
    };
  }
  if (event.type === 'feeding') {
    const { from, to } = event;
    return { ...base, ...feedingAct(from, to, names), detail: { from, to } };
  }
  if (event.type === 'captured') {
    return {
      ...base,
      action: 'air.slateCaptured',
      ok: event.ready,
      reason: event.ready
        ? `«${names.slateText}» quedó tomado de OBS.`
        : '«${names.slateText}» tomado de OBS no sirve para lo que OBS envía ahora; saldrá el del servidor hasta tomarlo otra vez.',
    };
  }
  if (event.type === 'backup') {
    return {
      ...base,
      action: 'air.backup',
      reason: event.there
        ? 'El codificador de respaldo está enviando.'
        : 'El codificador de respaldo dejó de enviar.',
      detail: { there: event.there },
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
