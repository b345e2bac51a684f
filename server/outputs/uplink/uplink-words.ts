// What people are told about the uplink: figures in Mb/s, who would have to yield, and what to do.
import type { AlarmWords } from '../../core/alarms.ts';
import type { Words } from '../../core/words.ts';
import type { ShedAct, ShedWhy } from './shedding.ts';

/** Kb/s as Mb/s with one decimal, in both languages, e.g. `6,6` and `6.6`. */
export function mbps(kbps: number): Words {
  const en = (kbps / 1000).toFixed(1);
  return { es: en.replace('.', ','), en };
}

/** An output as the warning needs it. */
export interface Demanding {
  readonly name: string;
  readonly needKbps: number;
  readonly priority: number;
}

/** The least important outputs without which the rest fits, in the order they would go; null when none does. */
export function relief(outputs: readonly Demanding[], usableKbps: number): Demanding[] | null {
  const first = outputs
    .filter((o) => o.needKbps > 0)
    .toSorted((a, b) => b.priority - a.priority || b.needKbps - a.needKbps);
  let need = first.reduce((sum, o) => sum + o.needKbps, 0);
  const gone: Demanding[] = [];
  for (const output of first.slice(0, -1)) {
    if (need <= usableKbps) break;
    need -= output.needKbps;
    gone.push(output);
  }
  return need <= usableKbps ? gone : null;
}

/** What `uplink-short` says; `dropping`: frames are being lost on the air because of it. */
export function shortAlarm(facts: {
  readonly needKbps: number;
  readonly usableKbps: number;
  readonly reservePercent: number;
  readonly dropping: readonly string[];
  readonly outputs: readonly Demanding[];
  readonly shedAllowed: boolean;
}): AlarmWords {
  const need = mbps(facts.needKbps);
  const usable = mbps(facts.usableKbps);
  const names = quoted(facts.dropping);
  const figures = {
    es: `las salidas necesitan ${need.es} Mb/s y se puede contar con ${usable.es} Mb/s (guardando ${facts.reservePercent} %)`,
    en: `the outputs need ${need.en} Mb/s and ${usable.en} Mb/s can be counted on (keeping ${facts.reservePercent} %)`,
  };
  const lost = facts.dropping.length > 0;
  return {
    severity: lost ? 'critical' : 'warning',
    what: lost
      ? {
          es: `La subida de internet no alcanza y se pierden cuadros en ${names.es}: ${figures.es}.`,
          en: `The upload does not suffice and frames are being lost on ${names.en}: ${figures.en}.`,
        }
      : {
          es: `La subida de internet no alcanza: ${figures.es}.`,
          en: `The upload does not suffice: ${figures.en}.`,
        },
    advice: adviceFor(relief(facts.outputs, facts.usableKbps), facts.shedAllowed, lost),
  };
}

function adviceFor(gone: readonly Demanding[] | null, shedAllowed: boolean, lost: boolean): Words {
  const lighter = {
    es: 'elija para la estación una codificación más liviana',
    en: 'choose a lighter encoding for the station',
  };
  if (gone === null || gone.length === 0) {
    return {
      es: `Ni con una sola salida cabe: ${lighter.es}, o mejore la conexión.`,
      en: `Not even one output fits: ${lighter.en}, or improve the connection.`,
    };
  }
  const names = quoted(gone.map((o) => o.name));
  const allow = shedAllowed
    ? { es: '', en: '' }
    : {
        es: ' También puede permitir que se detengan solas las de menor prioridad.',
        en: ' You can also allow the least important ones to be stopped by themselves.',
      };
  return lost
    ? {
        es: `Detenga ${names.es}: con eso alcanza. Después ${lighter.es}.${allow.es}`,
        en: `Stop ${names.en}: that is enough. Afterwards ${lighter.en}.${allow.en}`,
      }
    : {
        es: `Basta con no emitir por ${names.es}; o ${lighter.es}.${allow.es}`,
        en: `Leaving out ${names.en} is enough; or ${lighter.en}.${allow.en}`,
      };
}

/** What `uplink-shed` says of the outputs stopped by themselves; null when there are none. */
export function shedAlarm(names: readonly string[]): AlarmWords | null {
  if (names.length === 0) return null;
  const list = quoted(names);
  return {
    severity: 'warning',
    what: {
      es: `Detenidas para proteger a las demás, porque la subida no alcanza: ${list.es}.`,
      en: `Stopped to protect the others, because the upload does not suffice: ${list.en}.`,
    },
    advice: {
      es: 'Vuelven solas cuando alcance. Para tener una ya, detenga otra salida y después detenga e inicie esa.',
      en: 'They come back by themselves when there is room. To have one now, stop another output, then stop and start this one.',
    },
  };
}

/** Why an output was stopped or came back, with the figures; Spanish, for the evidence. */
export function shedReason(
  act: ShedAct,
  figures: {
    readonly name: string;
    readonly needKbps: number;
    readonly sendingKbps: number;
    readonly dropping: readonly string[];
  },
): string {
  const { es: need } = mbps(figures.needKbps);
  if (act.type === 'shed') {
    const { es: sent } = mbps(figures.sendingKbps);
    return `La subida no alcanza: salen ${sent} Mb/s y se pierden cuadros en ${quoted(figures.dropping).es}. Se detiene «${figures.name}» (${need} Mb/s), la de menor prioridad permitida.`;
  }
  return `Vuelve «${figures.name}» (${need} Mb/s): ${returns[act.why]}.`;
}

const returns: Record<ShedWhy, string> = {
  short: 'la subida alcanza',
  room: 'la subida alcanza otra vez',
  trial: 'hace rato que nadie pierde cuadros y se prueba si ya alcanza',
  forbidden: 'ya no está permitido detenerla',
  alone: 'no queda otra salida a la cual proteger',
};

function quoted(names: readonly string[]): Words {
  const es = names.map((name) => `«${name}»`);
  const en = names.map((name) => `“${name}”`);
  return { es: joined(es, 'y'), en: joined(en, 'and') };
}

function joined(parts: readonly string[], and: string): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} ${and} ${last}`;
}
