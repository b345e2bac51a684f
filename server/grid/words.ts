// The sentences the grid says about its own acts.
import type { Segment } from './plan.ts';
import type { AlarmWords } from '../core/alarms.ts';
import type { Words } from '../core/errors.ts';

/** Name of automation in the audit log and as `programBy`. */
export const gridActor = 'grid';

/** A lateness as people say it: `12 s`, `3 min 05 s`. */
function lateText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/** Why a scene is taken; `time` is the planned local start. */
export function takeReason(segment: Segment, time: string, lateMs: number): Words {
  const title = segment.occurrence.title;
  if (segment.resumed) {
    return { es: `Continúa ${title} (${time})`, en: `${title} goes on (${time})` };
  }
  // A second of lateness is what switching takes; more is worth saying.
  if (lateMs >= 2000) {
    return {
      es: `Inicia ${title} (${time}), ${lateText(lateMs)} tarde`,
      en: `${title} starts (${time}), ${lateText(lateMs)} late`,
    };
  }
  return { es: `Inicia ${title} (${time})`, en: `${title} starts (${time})` };
}

/** The alarm while a slot's scene cannot be put on air. */
export function takeAlarm(segment: Segment, time: string, why: Words): AlarmWords {
  const { title, scene } = segment.occurrence;
  return {
    severity: 'critical',
    what: {
      es: `«${title}» (${time}) no ha podido salir al aire: ${why.es}`,
      en: `"${title}" (${time}) could not be put on air: ${why.en}`,
    },
    advice: {
      es: `Ponga a mano la escena «${scene}» u otra. La parrilla lo intenta cada segundo hasta que termine el espacio.`,
      en: `Put the scene "${scene}" or another on by hand. The grid tries each second until the slot ends.`,
    },
  };
}

/** OBS is not there to be asked. */
export const obsAway: Words = {
  es: 'OBS no está conectado.',
  en: 'OBS is not connected.',
};

/** OBS took too long to answer. */
export const takeTimeout: Words = {
  es: 'OBS no respondió a tiempo.',
  en: 'OBS did not answer in time.',
};

/** OBS said no, or something broke on the way. */
export const takeRefused: Words = {
  es: 'OBS no hizo el cambio.',
  en: 'OBS did not make the change.',
};
