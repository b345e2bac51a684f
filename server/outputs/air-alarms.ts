// Which alarms the air deserves right now, judged from the state alone. Pure but for the memory passed in.
import { lateAlarmId } from '../contract/air.ts';
import type { Failure } from '../contract/failures.ts';
import type { Output } from '../contract/outputs.ts';
import { receives, somebodyReceives } from '../contract/receives.ts';
import type { StudioState } from '../contract/state.ts';
import type { AlarmWords } from '../core/alarms.ts';
import type { RefusedAir } from './air-link-port.ts';
import { causeWords } from './causes.ts';
import { bypassWords, slateWords } from './feeding.ts';
import { inTime, lateWords, nextLate, type LateMemory } from './late-alarm.ts';
import type { LinkState } from './parts.ts';
import { programSource } from './stream-step.ts';

/** Since when things that should be well are not (epoch ms); made and read by `judgeAlarms`. */
export interface AlarmMemory {
  readonly outputsDown: ReadonlyMap<string, number>;
  readonly ingestDown: number | null;
  /** From when on a program that is not there is a fault; null while it is there, or not wanted. */
  readonly programDue: number | null;
  /** Whether the program was seen on the air since the last `air.goLive`. */
  readonly hadProgram: boolean;
  readonly late: LateMemory;
}

/** Nothing wrong yet. */
export const calm: AlarmMemory = {
  outputsDown: new Map(),
  ingestDown: null,
  programDue: null,
  hadProgram: false,
  late: inTime,
};

/** An output with a known problem alarms after this; one merely starting gets longer. */
const downMs = 3000;
const startingMs = 10_000;
/** OBS answers a start, connects and is cut to within this: our own order to stream is given that long. */
const beginMs = 8000;

type Seen = Pick<StudioState, 'air' | 'outputs' | 'switcher' | 'station' | 'field' | 'alarms'>;

/**
 * The alarms to be up at `now` by id (every other of this room is to be cleared), and the memory for
 * the next call. While the link is not fresh nothing new is judged: the caller keeps what was up.
 */
export function judgeAlarms(
  state: Seen,
  memory: AlarmMemory,
  now: number,
): { alarms: Map<string, AlarmWords>; memory: AlarmMemory } {
  const alarms = new Map<string, AlarmWords>();
  const outputsDown = new Map<string, number>();
  const nobody = !somebodyReceives(Object.values(state.outputs));
  for (const [id, output] of Object.entries(state.outputs)) {
    // One that was shed has an alarm of its own, and so have recordings.
    if (output.order !== 'start' || receives(output) || output.shed) continue;
    if (output.kind === 'recording') continue;
    // They are not told to run yet: going live waits for its slate.
    if (state.air.preparing !== null) continue;
    const since = memory.outputsDown.get(id) ?? now;
    outputsDown.set(id, since);
    if (now - since > (output.problem ? downMs : startingMs)) {
      alarms.set(`output-${id}`, outputAlarm(output, nobody && state.air.order === 'live'));
    }
  }
  const { ingest } = state.air;
  const ingestDown = ingest.state === 'up' ? null : (memory.ingestDown ?? now);
  if (ingestDown !== null && now - ingestDown > downMs) alarms.set('ingest', ingestAlarm(state));

  const live = state.air.order === 'live';
  const onProgram = programSource(state.air) === 'live';
  const preparing = state.air.preparing !== null;
  const hadProgram = live && (memory.hadProgram || (onProgram && !preparing));
  const programDue = live && !onProgram ? dueOf(state, memory, now) : null;
  // Losing the program is said at once, when it was on the air.
  if (programDue !== null && !preparing && (hadProgram || now > programDue)) {
    alarms.set('air-slate', slateAlarm(state, hadProgram));
  }
  const { forced } = state.air;
  if (live && forced !== null) alarms.set('air-forced', forcedAlarm(forced.by));
  if (state.air.encoderSlow) alarms.set('air-encoder', encoderAlarm);
  // Off the air too: whoever is about to go on must know.
  const late = nextLate(memory.late, state.air.programLateMs, now);
  if (late.said !== null) {
    const network = state.alarms['obs-frames-network']?.clearedAt === null;
    alarms.set(lateAlarmId, lateWords(late.said, network));
  }
  return { alarms, memory: { outputsDown, ingestDown, programDue, hadProgram, late } };
}

/** While its slate is captured nothing is meant to go out; an OBS that is there takes its time to begin. */
function dueOf(state: Seen, memory: AlarmMemory, now: number): number {
  if (state.air.preparing !== null) return now + downMs;
  const begins = state.switcher.connection === 'connected';
  return memory.programDue ?? now + (begins ? beginMs : downMs);
}

/** `nobody`: on the air, and none of the others receives either. */
function outputAlarm(output: Output, nobody: boolean): AlarmWords {
  const cause = causeWords(output.problem?.cause ?? 'timeout', output.kind);
  return {
    severity: nobody ? 'critical' : 'warning',
    what: nobody
      ? {
          es: `Nadie recibe la emisión: falla «${output.name}».`,
          en: `Nobody receives the broadcast: “${output.name}” fails.`,
        }
      : {
          es: `«${output.name}» no está recibiendo.`,
          en: `“${output.name}” is not receiving.`,
        },
    advice: cause,
  };
}

function ingestAlarm(state: Seen): AlarmWords {
  const { ingest } = state.air;
  return {
    severity: 'critical',
    what: {
      es: 'La recepción RTMP no funciona: ni OBS ni las unidades de campo pueden entrar.',
      en: 'The RTMP ingest is not working: neither OBS nor the field units can get in.',
    },
    advice: { es: ingest.text, en: ingest.textEn },
  };
}

/** Always-encode: neither OBS nor the uplink is to blame, whatever else is seen of it. */
const encoderAlarm: AlarmWords = {
  severity: 'critical',
  what: {
    es: 'Este equipo no alcanza a codificar la emisión: se pierden cuadros en todas las salidas.',
    en: 'This machine is too slow to encode the broadcast: frames are lost on every output.',
  },
  advice: {
    es: 'Cierre otros programas o apague la salida vertical. Si sigue, elija un perfil de codificación con menos imagen o sin «siempre».',
    en: 'Close other programs or stop the vertical output. If it goes on, choose an encoder profile with a smaller picture or without “always”.',
  },
};

function unitOf(state: Seen, feed: string): string | null {
  const units = Object.values(state.field.units);
  return units.find((u) => u.feeds.some((f) => f.id === feed))?.name ?? null;
}

/** Air's own slate was put on by a person, and covers whatever OBS does. */
function forcedAlarm(by: string): AlarmWords {
  return {
    severity: 'warning',
    what: {
      es: `«Ya regresamos» está puesto a mano (${by}): el programa de OBS no sale.`,
      en: `The slate was put on by hand (${by}): OBS's program is not going out.`,
    },
    advice: {
      es: 'Cuando OBS esté bien, quite «Ya regresamos» en «Al aire».',
      en: 'When OBS is fine, take the slate off under “On air”.',
    },
  };
}

function slateAlarm(state: Seen, hadProgram: boolean): AlarmWords {
  const name = state.station.slateText;
  const { air } = state;
  const direct = air.feeding === 'bypass';
  const out = direct
    ? bypassWords(air.bypass, { slateText: name, feed: (id) => unitOf(state, id) })
    : air.source === 'slate'
      ? slateWords(air.slate, name)
      : { es: 'no está saliendo nada', en: 'nothing is going out' };
  return {
    severity: 'critical',
    what: hadProgram
      ? {
          es: `Se perdió la señal de OBS; ${out.es}.`,
          en: `The signal from OBS was lost; ${out.en}.`,
        }
      : {
          es: `OBS no está enviando el programa; ${out.es}.`,
          en: `OBS is not sending the program; ${out.en}.`,
        },
    advice:
      state.switcher.connection === 'connected'
        ? {
            es: 'OBS responde: se le está pidiendo transmitir otra vez. Si no vuelve, revise en OBS el botón «Iniciar transmisión».',
            en: 'OBS answers and is being asked to stream again. If it does not return, check “Start streaming” in OBS.',
          }
        : {
            es: 'OBS no responde. Ábralo o reinícielo: al volver se reanuda solo.',
            en: 'OBS does not answer. Open or restart it: the program resumes by itself.',
          },
  };
}

/**
 * The alarm for a link that is not fresh; null while it is, or while air is given time to start.
 * `refused`: the one that dials and is not let in.
 */
export function linkAlarm(
  link: LinkState,
  awayMs: number,
  refused: RefusedAir | null,
): AlarmWords | null {
  if (link === 'fresh' || awayMs < (link === 'never' ? startingMs : 2000)) return null;
  if (refused) {
    const { address, words } = refused;
    return {
      severity: 'critical',
      what: {
        es: `Un proceso de emisión llama desde ${address} y no puede entrar. ${words.es}`,
        en: `An air process dials from ${address} and cannot come in. ${words.en}`,
      },
      advice: {
        es: 'Si es el de la estación, copie allí «air.token» de los datos de este servidor, o ponga ambos en la misma versión. Si no lo conoce, alguien más está llamando.',
        en: 'If it is the station’s, copy “air.token” of this server’s data there, or bring both to one version. If you do not know it, somebody else is dialling.',
      },
    };
  }
  return {
    severity: 'critical',
    what: {
      es: 'El proceso de emisión no responde.',
      en: 'The air process does not answer.',
    },
    advice: {
      es: 'Si sigue en marcha, lo que estaba al aire continúa por su cuenta; si se cerró, vuelve a arrancar solo. Si pasa de un minuto, avise a soporte.',
      en: 'If it still runs, what was on the air carries on by itself; if it ended, it starts again by itself. Past a minute, tell support.',
    },
  };
}

/** The alarm for outputs that the connected air is too old to know. */
export function tooOldAlarm(names: readonly string[]): AlarmWords {
  const list = names.map((name) => `«${name}»`).join(', ');
  return {
    severity: 'critical',
    what: {
      es: `El proceso de emisión es de la versión anterior y no conoce: ${list}.`,
      en: `The air process is of the version before and does not know: ${list}.`,
    },
    advice: {
      es: 'Esas salidas no corren. Actualice el proceso de emisión cuando pueda interrumpirse dos segundos.',
      en: 'Those outputs do not run. Update the air process when two seconds may be interrupted.',
    },
  };
}

/** The alarm for an order that air did not take. */
export function refusedAlarm(failure: Pick<Failure, 'message' | 'messageEn'>): AlarmWords {
  return {
    severity: 'critical',
    what: {
      es: `El proceso de emisión no aceptó la orden: ${failure.message}`,
      en: `The air process did not take the order: ${failure.messageEn}`,
    },
    advice: {
      es: 'Se repite sola. Si no cede en un minuto, reinicie el servidor cuando pueda.',
      en: 'It is repeated by itself. If it does not clear in a minute, restart the server when you can.',
    },
  };
}
