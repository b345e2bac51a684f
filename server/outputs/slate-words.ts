// What is said of capturing the slate: in the audit log, and when a slate scene was left on.
import type { AlarmWords } from '../core/alarms.ts';
import type { Act } from '../core/audit.ts';

/** Why OBS's slate scene goes on while going live. */
export const showReason =
  'Se toma «Ya regresamos» del codificador de OBS antes de que arranquen las salidas.';
/** Why the scene before comes back. */
export const giveBackReason = 'Vuelve la escena que estaba antes de tomar «Ya regresamos» de OBS.';

/** The act of having waited for a slate while going live. */
export function preparedAct(captured: boolean, why: string, tookMs: number): Act {
  return {
    actor: 'supervisor',
    action: 'air.prepareSlate',
    ok: captured,
    reason: captured
      ? why
      : `${why} Las salidas arrancan sin «Ya regresamos» de OBS: si se pierde OBS sale el del servidor.`,
    detail: { captured, tookMs },
  };
}

/** The slate scene stayed on in OBS after a capture that was cut short long ago. */
export function leftOnAlarm(scene: string): AlarmWords {
  return {
    severity: 'warning',
    what: {
      es: `OBS sigue mostrando «${scene}» desde que se interrumpió la toma de «Ya regresamos».`,
      en: `OBS still shows “${scene}” since an interrupted capture of the slate.`,
    },
    advice: {
      es: 'Si no es lo que debe salir, tome la escena correcta.',
      en: 'If that is not what should be on, take the right scene.',
    },
  };
}
