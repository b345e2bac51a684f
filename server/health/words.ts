// What each trouble of picture and sound is called, and what to do about it. Pure.
import type { AlarmWords } from '../core/alarms.ts';
import type { Words } from '../core/words.ts';
import { offSeconds, type HealthThresholds, type HealthTrouble } from './judge.ts';

type Say = (t: HealthThresholds, slate: string) => AlarmWords;

const alarms: Readonly<Record<HealthTrouble, Say>> = {
  black: (t, slate) => ({
    severity: 'critical',
    what: {
      es: `La imagen que sale al aire lleva más de ${t.blackSeconds} segundos en negro.`,
      en: `The picture on the air has been black for more than ${t.blackSeconds} seconds.`,
    },
    advice: {
      es: `Mire qué escena está en programa y si su cámara o video da imagen. Mientras tanto, ponga «${slate}» (F9).`,
      en: `See which scene is in program and whether its camera or video gives a picture. Meanwhile put “${slate}” on (F9).`,
    },
  }),
  frozen: (t) => ({
    severity: 'warning',
    what: {
      es: `Nada se mueve en la imagen que sale al aire desde hace más de ${t.frozenSeconds} segundos.`,
      en: `Nothing has moved in the picture on the air for more than ${t.frozenSeconds} seconds.`,
    },
    advice: {
      es: 'Si es una placa o una foto, no hay nada que hacer. Si debería moverse, la cámara, el video o la captura se congeló: cambie de escena y reinicie esa fuente en OBS.',
      en: 'A card or a photograph is fine. If it should move, the camera, the video or the capture froze: change the scene and restart that source in OBS.',
    },
  }),
  silent: (t) => ({
    severity: 'critical',
    what: {
      es: `Lo que sale al aire lleva más de ${t.silentSeconds} segundos en silencio.`,
      en: `What goes on the air has been silent for more than ${t.silentSeconds} seconds.`,
    },
    advice: {
      es: 'Mire si el micrófono o el video está silenciado o con el volumen abajo, y si la consola envía sonido al computador de OBS.',
      en: 'See whether the microphone or the video is muted or turned down, and whether the desk sends sound to the computer of OBS.',
    },
  }),
  clipped: () => ({
    severity: 'warning',
    what: {
      es: 'El sonido que sale al aire se distorsiona: llega al tope una y otra vez.',
      en: 'The sound on the air is distorted: it reaches full scale again and again.',
    },
    advice: {
      es: 'Baje el volumen de la fuente que suena, en la consola o en OBS, hasta que el pico quede por debajo de −1 dB.',
      en: 'Turn down the source that sounds, on the desk or in OBS, until its peak stays below −1 dB.',
    },
  }),
  loud: (t) => ({
    severity: 'warning',
    what: {
      es: `El sonido lleva medio minuto demasiado fuerte: por encima de ${level(',', t.targetLufs + t.toleranceLu)} LUFS.`,
      en: `The sound has been too loud for half a minute: above ${level('.', t.targetLufs + t.toleranceLu)} LUFS.`,
    },
    advice: {
      es: `Baje el volumen general hasta que la sonoridad quede cerca de ${level(',', t.targetLufs)} LUFS.`,
      en: `Turn the master volume down until the loudness is near ${level('.', t.targetLufs)} LUFS.`,
    },
  }),
  quiet: (t) => ({
    severity: 'warning',
    what: {
      es: `El sonido lleva medio minuto demasiado bajo: por debajo de ${level(',', t.targetLufs - t.toleranceLu)} LUFS.`,
      en: `The sound has been too quiet for half a minute: below ${level('.', t.targetLufs - t.toleranceLu)} LUFS.`,
    },
    advice: {
      es: `Suba el micrófono o acérquelo a quien habla, hasta que la sonoridad quede cerca de ${level(',', t.targetLufs)} LUFS.`,
      en: `Turn the microphone up or bring it closer, until the loudness is near ${level('.', t.targetLufs)} LUFS.`,
    },
  }),
};

/** The alarm of a trouble; `slate` is the station's name for its slate. */
export function troubleWords(
  trouble: HealthTrouble,
  thresholds: HealthThresholds,
  slate: string,
): AlarmWords {
  return alarms[trouble](thresholds, slate);
}

const names: Readonly<Record<HealthTrouble, Words>> = {
  black: { es: 'Imagen en negro', en: 'Black picture' },
  frozen: { es: 'Imagen quieta', en: 'Still picture' },
  silent: { es: 'Sin sonido', en: 'Silence' },
  clipped: { es: 'Sonido distorsionado', en: 'Distorted sound' },
  loud: { es: 'Sonido demasiado fuerte', en: 'Sound too loud' },
  quiet: { es: 'Sonido demasiado bajo', en: 'Sound too quiet' },
};

/** The sentence of the audit log at the beginning of a trouble (`ended` null) or at its end. */
export function troubleReason(
  trouble: HealthTrouble,
  seconds: number,
  ended: 'over' | 'unwatched' | null,
): string {
  const name = names[trouble].es;
  if (ended === null) return `${name}: ${seconds} s cuando se avisó.`;
  const how =
    ended === 'over' ? 'terminó' : 'dejó de importar (salía «Ya regresamos», o fuera del aire)';
  return `${name}: ${how}; duró ${seconds} s.`;
}

/** How long a trouble has lasted at the moment it is told, s; what is not counted took the half minute. */
export function secondsSoFar(
  trouble: HealthTrouble,
  health: Readonly<Record<'blackSeconds' | 'frozenSeconds' | 'silentSeconds', number | null>>,
  thresholds: HealthThresholds,
): number {
  if (trouble === 'black') return health.blackSeconds ?? thresholds.blackSeconds;
  if (trouble === 'frozen') return health.frozenSeconds ?? thresholds.frozenSeconds;
  if (trouble === 'silent') return health.silentSeconds ?? thresholds.silentSeconds;
  return trouble === 'clipped' ? thresholds.clippedSeconds : offSeconds;
}

/** With a real minus sign and the language's decimal mark. */
function level(mark: ',' | '.', lufs: number): string {
  return String(lufs).replace('-', '−').replace('.', mark);
}
