// Checks between and inside files that a schema alone cannot make: does what a name points at exist?
import type {
  DestinationProfile,
  EncoderProfile,
  ObsProfile,
  StationProfile,
} from '../contract/profiles.ts';
import type { Words } from '../core/errors.ts';
import type { Complain } from './read-file.ts';

/** Whether `zone` is a zone this machine knows, e.g. `America/Bogota`. */
export function isZone(zone: string): boolean {
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

/** Settings belong to icecast alone, and the default address must be one the profile accepts. */
export function checkDestination(profile: DestinationProfile, complain: Complain): void {
  if (profile.kind === 'icecast' && profile.settings === null) {
    complain(['settings'], {
      es: 'los ajustes de la cadena de radio (lowpassHz, bitrateKbps)',
      en: 'the settings of the radio chain (lowpassHz, bitrateKbps)',
    });
  }
  if (profile.kind === 'rtmp' && profile.settings !== null) {
    complain(['settings'], { es: 'null: solo la radio los usa', en: 'null: only radio uses them' });
  }
  const allowed: readonly string[] =
    profile.kind === 'rtmp' ? ['rtmp', 'rtmps'] : ['icecast', 'http', 'https'];
  profile.schemes.forEach((scheme, i) => {
    if (!allowed.includes(scheme)) complain(['schemes', i], oneOf(allowed));
  });
  const scheme = profile.defaultUrl?.split('://')[0];
  if (scheme !== undefined && !profile.schemes.some((s) => s === scheme)) {
    complain(['defaultUrl'], {
      es: `una dirección que empiece por ${profile.schemes.join(':// o ')}://`,
      en: `an address starting with ${profile.schemes.join(':// or ')}://`,
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
