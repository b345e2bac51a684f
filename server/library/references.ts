// Checks between and inside files that a schema alone cannot make: does what a name points at exist?
import type {
  DestinationProfile,
  EncoderProfile,
  ObsProfile,
  StationProfile,
} from '../contract/profiles.ts';
import { settingsOfKind, type OutputKind } from '../contract/outputs.ts';
import type { Words } from '../core/errors.ts';
import { expectation, issuePath } from '../core/expectation.ts';
import type { Complain } from './read-file.ts';

/** Whether `zone` is a zone this machine knows, e.g. `America/Bogota`. */
function isZone(zone: string): boolean {
  // Offsets such as "-05:00" are accepted by Intl, but are no zone people plan in.
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function isLocale(locale: string): boolean {
  try {
    return Intl.getCanonicalLocales(locale).length === 1;
  } catch {
    return false;
  }
}

/** The station's own fields: its zone and locale must be real. */
export function checkStation(station: StationProfile, complain: Complain): void {
  if (!isZone(station.zone)) {
    complain(['zone'], {
      es: 'una zona horaria IANA, p. ej. America/Bogota',
      en: 'an IANA time zone, e.g. America/Bogota',
    });
  }
  if (!isLocale(station.locale)) {
    complain(['locale'], {
      es: 'un idioma y país, p. ej. es-CO',
      en: 'a language and country, e.g. es-CO',
    });
  }
}

/** A picture codec works on pairs of pixels: odd sizes are refused by encoders. */
export function checkEncoder(encoder: EncoderProfile, complain: Complain): void {
  for (const side of ['width', 'height'] as const) {
    if (encoder[side] % 2 !== 0) complain([side], { es: 'un número par', en: 'an even number' });
  }
}

/** The address schemes each kind of output can send by. */
const schemesOf: Record<OutputKind, readonly string[]> = {
  rtmp: ['rtmp', 'rtmps'],
  vertical: ['rtmp', 'rtmps'],
  srt: ['srt'],
  icecast: ['icecast', 'http', 'https'],
  recording: [],
  hls: [],
};

/** Settings must be those of the kind, and every address one that the kind and the profile accept. */
export function checkDestination(profile: DestinationProfile, complain: Complain): void {
  checkSettings(profile, complain);
  const allowed = schemesOf[profile.kind];
  if (allowed.length === 0) {
    checkLocal(profile, complain);
    return;
  }
  if (profile.schemes.length === 0) complain(['schemes'], oneOf(allowed));
  profile.schemes.forEach((scheme, i) => {
    if (!allowed.includes(scheme)) complain(['schemes', i], oneOf(allowed));
  });
  for (const field of ['defaultUrl', 'backupUrl'] as const) {
    const address = profile[field];
    if (address === null) continue;
    if (!profile.schemes.some((scheme) => address.startsWith(`${scheme}://`))) {
      complain([field], {
        es: `una dirección que empiece por ${profile.schemes.join(':// o ')}://`,
        en: `an address starting with ${profile.schemes.join(':// or ')}://`,
      });
    } else if (profile.kind === 'srt' && !/^srt:\/\/[^/?#]+:\d+$/.test(address)) {
      complain([field], {
        es: 'una dirección con su puerto y nada más, p. ej. srt://servidor:9000',
        en: 'an address with its port and nothing else, e.g. srt://server:9000',
      });
    }
  }
}

function checkSettings(profile: DestinationProfile, complain: Complain): void {
  if (profile.settings === null) return;
  const schema = settingsOfKind[profile.kind];
  if (schema === null) {
    complain(['settings'], {
      es: `null: las salidas de tipo ${profile.kind} no tienen ajustes`,
      en: `null: outputs of kind ${profile.kind} have no settings`,
    });
    return;
  }
  // What a file names must exist here: a misspelt setting would otherwise be silently the default.
  const parsed = schema.strict().safeParse(profile.settings);
  for (const issue of parsed.error?.issues ?? []) {
    complain(['settings', ...issuePath(issue)], expectation(issue));
  }
}

/** A recording and the web player send nowhere: no address, no key. */
function checkLocal(profile: DestinationProfile, complain: Complain): void {
  const none = {
    es: 'null: este tipo no envía a ninguna parte',
    en: 'null: this kind sends nowhere',
  };
  if (profile.schemes.length > 0) {
    complain(['schemes'], {
      es: 'una lista vacía []: este tipo no envía a ninguna parte',
      en: 'an empty list []: this kind sends nowhere',
    });
  }
  if (profile.defaultUrl !== null) complain(['defaultUrl'], none);
  if (profile.backupUrl !== null) complain(['backupUrl'], none);
  if (profile.keyRequired) {
    complain(['keyRequired'], {
      es: 'false: este tipo no tiene clave',
      en: 'false: this kind has no key',
    });
  }
}

/** Every scene and source an OBS profile names must be in it. */
export function checkObs(profile: ObsProfile, complain: Complain): void {
  const sources = new Set<string>();
  profile.sources.forEach((source, i) => {
    if (sources.has(source.name)) complain(['sources', i, 'name'], unique);
    sources.add(source.name);
  });
  const scenes = new Set<string>();
  profile.scenes.forEach((scene, i) => {
    // OBS keeps scenes and sources in one list of names.
    if (scenes.has(scene.name) || sources.has(scene.name)) complain(['scenes', i, 'name'], unique);
    scenes.add(scene.name);
  });
  profile.scenes.forEach((scene, i) =>
    scene.items.forEach((item, j) => {
      if (!sources.has(item.source) && !scenes.has(item.source)) {
        complain(['scenes', i, 'items', j, 'source'], {
          es: 'el nombre de una fuente o escena de este archivo',
          en: 'the name of a source or scene of this file',
        });
      }
    }),
  );
  for (const field of ['slateScene', 'startScene', 'fieldScene'] as const) {
    if (!scenes.has(profile[field])) complain([field], oneOf([...scenes]));
  }
  for (const field of ['fieldSource', 'lowerThird'] as const) {
    if (!sources.has(profile[field])) complain([field], oneOf([...sources]));
  }
}

const unique: Words = { es: 'un nombre que no se repita', en: 'a name not used before' };

/** The sentence for a reference that must be one of `names`. */
export function oneOf(names: readonly string[]): Words {
  if (names.length === 0) {
    return { es: 'algo que exista (no hay ninguno)', en: 'something that exists (there is none)' };
  }
  return { es: `uno de: ${names.join(', ')}`, en: `one of: ${names.join(', ')}` };
}
