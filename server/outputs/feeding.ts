// What is fed to the destinations in words: which picture, and for the slate of which kind. Pure.
import type { AirFeeding, AirState, SlateKind } from '../contract/air.ts';
import type { Words } from '../core/errors.ts';

/** All that decides what people are told about what goes out. */
export interface Feeding {
  readonly feeding: AirFeeding;
  readonly slate: SlateKind;
  /** `backup` or a feed's id; who goes out while `feeding` is `bypass`. */
  readonly bypass: string | null;
  /** Login name of who put air's own slate on. */
  readonly forcedBy: string | null;
}

/** The names the words need. */
export interface FeedingNames {
  readonly slateText: string;
  /** A feed's unit as people know it; null when it is unknown. */
  readonly feed: (id: string) => string | null;
}

/** What the state says of it. */
export function feedingOf(air: Pick<AirState, 'feeding' | 'slate' | 'bypass' | 'forced'>): Feeding {
  const { feeding, slate, bypass, forced } = air;
  return { feeding, slate, bypass, forcedBy: forced?.by ?? null };
}

/** Whether something else goes out: another picture, or another kind of slate while the slate does. */
export function sameFeeding(a: Feeding, b: Feeding): boolean {
  return a.feeding === b.feeding && (a.feeding !== 'slate' || a.slate === b.slate);
}

/** The slate that goes out, by its kind. */
export function slateWords(kind: SlateKind, text: string): Words {
  const words: Record<SlateKind, Words> = {
    captured: {
      es: `sale «${text}» de OBS`,
      en: `the captured slate “${text}” is going out`,
    },
    encoded: {
      es: `sale «${text}» por el codificador del servidor`,
      en: `the slate “${text}” is going out through our own encoder`,
    },
    rendered: {
      es: `sale «${text}» del servidor`,
      en: `the rendered slate “${text}” is going out`,
    },
    freeze: {
      es: 'sale la última imagen congelada, en silencio',
      en: 'the last picture is going out, frozen and silent',
    },
    none: { es: `sale «${text}»`, en: `the slate “${text}” is going out` },
  };
  return words[kind];
}

/** Who goes out directly while OBS is gone. */
export function bypassWords(bypass: string | null, names: FeedingNames): Words {
  if (bypass === null || bypass === 'backup') {
    return {
      es: 'sale directo el codificador de respaldo',
      en: 'the backup encoder is going out directly',
    };
  }
  const name = names.feed(bypass);
  return name === null
    ? { es: 'sale directa una señal de campo', en: 'a field feed is going out directly' }
    : { es: `sale directa la unidad «${name}»`, en: `the unit “${name}” is going out directly` };
}

/** What goes out now. */
function feedingWords(is: Feeding, names: FeedingNames): Words {
  if (is.feeding === 'off') return { es: 'nada sale al aire', en: 'nothing is going out' };
  if (is.feeding === 'program') {
    return { es: 'sale el programa', en: 'the program is going out' };
  }
  if (is.feeding === 'bypass') return bypassWords(is.bypass, names);
  return slateWords(is.slate, names.slateText);
}

/** Why another thing goes out, as far as the two states tell. */
function cause(from: Feeding, to: Feeding): string {
  if (to.feeding === 'slate' && to.forcedBy !== null) {
    return `Lo puso ${to.forcedBy}`;
  }
  if (to.feeding === 'program') {
    return from.feeding === 'off' || from.feeding === 'program' ? '' : 'Volvió el programa';
  }
  if (to.feeding === 'off') return '';
  if (from.feeding === 'program') return 'Se perdió el programa';
  if (from.feeding === 'bypass') return 'Se perdió la señal directa';
  if (from.feeding === 'slate' && to.feeding === 'slate') return 'Cambió lo que cubre';
  return from.feeding === 'off' ? 'Aún no llega el programa' : '';
}

/** The act's name and its sentence, for the audit log. */
export function feedingAct(
  from: Feeding,
  to: Feeding,
  names: FeedingNames,
): { readonly action: string; readonly reason: string } {
  const action = {
    off: 'air.off',
    program: 'air.program',
    bypass: 'air.bypassed',
    slate: 'air.slate',
  }[to.feeding];
  const why = cause(from, to);
  const now = feedingWords(to, names).es;
  if (to.feeding === 'program' && why !== '') return { action, reason: `${why}.` };
  const text = why === '' ? `${now.charAt(0).toUpperCase()}${now.slice(1)}` : `${why}; ${now}`;
  return { action, reason: `${text}.` };
}
