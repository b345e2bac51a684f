// What the start-up lines and the page say of air, ffmpeg and the ingest, from air's own report.
import type { AirReport } from '../contract/air-link.ts';
import type { PartState } from '../contract/station.ts';
import type { Words } from '../core/errors.ts';

type Judged = { readonly state: PartState['state']; readonly words: Words };

/** The parts this room answers for. */
export type AirParts = Record<'air' | 'ffmpeg' | 'ingest', PartState>;

/** How the link to air is. `never` until the first report of this run. */
export type LinkState = 'never' | 'fresh' | 'stale';

const unknownPart: Words = {
  es: 'Sin datos: el proceso de emisión no responde.',
  en: 'No data: the air process does not answer.',
};
const waitingPart: Words = {
  es: 'Esperando al proceso de emisión…',
  en: 'Waiting for the air process…',
};

/** The ingest in words; `portBusy` says which port and how to change it. */
export function ingestWords(ingest: AirReport['ingest']): Words {
  const port = ingest.rtmpPort;
  if (ingest.problem === 'portBusy') {
    return {
      es: `El puerto ${port} está ocupado por otro programa. Ciérrelo, o elija otro puerto con STUDIO_RTMP_PORT y reinicie.`,
      en: `Port ${port} is taken by another program. Close it, or choose another with STUDIO_RTMP_PORT and restart.`,
    };
  }
  if (ingest.state === 'up') {
    return {
      es: `Recepción RTMP lista en el puerto ${port}.`,
      en: `RTMP ingest ready on port ${port}.`,
    };
  }
  if (ingest.problem === 'crashed') {
    return {
      es: `La recepción RTMP (puerto ${port}) se cayó y se está levantando sola.`,
      en: `The RTMP ingest (port ${port}) crashed and is coming back by itself.`,
    };
  }
  return {
    // Which port air takes is only known once it has an order.
    es: 'La recepción RTMP está arrancando…',
    en: 'The RTMP ingest is starting…',
  };
}

function airPart(link: LinkState): Judged {
  if (link === 'fresh') {
    return {
      state: 'ok',
      words: { es: 'Proceso de emisión en marcha.', en: 'Air process running.' },
    };
  }
  return link === 'never'
    ? {
        state: 'off',
        words: waitingPart,
      }
    : {
        state: 'down',
        words: {
          es: 'El proceso de emisión no responde: si sigue en marcha, el aire continúa; si se cerró, vuelve a arrancar solo. Los datos de salidas y campo son los últimos recibidos.',
          en: 'The air process does not answer: if it still runs, the air goes on; if it ended, it starts again by itself. Outputs and field show the last data received.',
        },
      };
}

function ffmpegPart(version: string | null): Judged {
  return version === null
    ? {
        state: 'down',
        words: {
          es: 'No se encontró ffmpeg. Instálelo (en Debian: apt install ffmpeg) y reinicie.',
          en: 'ffmpeg was not found. Install it (on Debian: apt install ffmpeg) and restart.',
        },
      }
    : { state: 'ok', words: { es: `ffmpeg ${version}.`, en: `ffmpeg ${version}.` } };
}

function kept(old: PartState | undefined, judged: Judged, now: number): PartState {
  const same = old !== undefined && old.state === judged.state && old.text === judged.words.es;
  return {
    state: judged.state,
    text: judged.words.es,
    textEn: judged.words.en,
    since: same ? old.since : now,
  };
}

/** The three parts after a report, or without one; `since` moves only when what is said does. */
export function airParts(
  old: Partial<AirParts>,
  link: LinkState,
  report: AirReport | null,
  now: number,
): AirParts {
  const known = link === 'fresh' && report !== null;
  const unknown: Judged =
    link === 'never' ? { state: 'off', words: waitingPart } : { state: 'warn', words: unknownPart };
  return {
    air: kept(old.air, airPart(link), now),
    ffmpeg: kept(old.ffmpeg, known ? ffmpegPart(report.ffmpegVersion) : unknown, now),
    ingest: kept(
      old.ingest,
      known
        ? {
            state:
              report.ingest.state === 'up'
                ? 'ok'
                : report.ingest.state === 'starting' && report.ingest.problem === null
                  ? 'starting'
                  : 'down',
            words: ingestWords(report.ingest),
          }
        : unknown,
      now,
    ),
  };
}
