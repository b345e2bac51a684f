// When the program is delivered late for long enough to be told, and what is said then. Pure.
import type { AlarmWords } from '../core/alarms.ts';

/** Made and read by `nextLate`. */
export interface LateMemory {
  /** Epoch ms since which it is too late; null while it is not. */
  readonly since: number | null;
  /** The seconds that the alarm says; null while it is not up. */
  readonly said: number | null;
}

/** In time, as far as anybody knows. */
export const inTime: LateMemory = { since: null, said: null };

/** Later than this for so long, it is told; until it is nearer than the last. */
const tooLateMs = 2500;
const lastsMs = 5000;
const nearMs = 1500;

/** The memory at `now` (epoch ms), the program being `lateMs` late; null: it does not come. */
export function nextLate(before: LateMemory, lateMs: number | null, now: number): LateMemory {
  const up = before.said !== null;
  if (lateMs === null || lateMs <= (up ? nearMs : tooLateMs)) return inTime;
  const since = before.since ?? now;
  if (!up && now - since < lastsMs) return { since, said: null };
  // The words follow in whole seconds, not each tremble between two of them.
  const stays = before.said !== null && Math.abs(lateMs - before.said * 1000) < 1000;
  return { since, said: stays ? before.said : Math.round(lateMs / 1000) };
}

/** `network`: OBS is throwing frames away because it cannot send them in time. */
export function lateWords(seconds: number, network: boolean): AlarmWords {
  return {
    severity: 'warning',
    what: network
      ? {
          es: `El programa sale ${seconds} s tarde: la red entre OBS y el servidor no alcanza.`,
          en: `The program goes out ${seconds} s late: the network between OBS and the server is too slow.`,
        }
      : {
          es: `El programa sale ${seconds} s tarde: el equipo de OBS no alcanza a codificar.`,
          en: `The program goes out ${seconds} s late: the computer of OBS is too slow to encode it.`,
        },
    advice: {
      es: `${network ? networkAdvice.es : machineAdvice.es} ${meanwhile.es}`,
      en: `${network ? networkAdvice.en : machineAdvice.en} ${meanwhile.en}`,
    },
  };
}

/** Air's own slate is put on behind OBS: it does not wait for it. */
const meanwhile = {
  es: 'Mientras tanto el público ve con ese atraso lo que usted cambie, también F9; para cubrir al instante use «Poner “Ya regresamos”», en «Si OBS se pierde».',
  en: 'Meanwhile the public sees that late whatever you change, F9 too; to cover at once use “Put slate on”, under “If OBS is lost”.',
};
const machineAdvice = {
  es: 'Cierre los demás programas de ese equipo. Si sigue, baje la resolución o el preajuste del codificador.',
  en: 'Close the other programs on that computer. If it goes on, lower the resolution or the encoder preset.',
};
const networkAdvice = {
  es: 'Use cable en vez de Wi-Fi y pare las descargas.',
  en: 'Use a cable instead of Wi-Fi and stop downloads.',
};
