// Checks what a person wrote for a destination against its profile and gives the destination's own form.
import { radioSettings, type OutputSettings } from '../contract/outputs.ts';
import type { DestinationProfile } from '../contract/profiles.ts';
import { StudioError, type Words } from '../core/errors.ts';
import { isShownAddress, schemeOf, splitPassword, splitPasted } from './address.ts';

/** What the person gave; what is left out keeps its old value (or the profile's). */
export interface DestinationInput {
  readonly url?: string | undefined;
  readonly key?: string | undefined;
  readonly settings?: OutputSettings | undefined;
}

/** The parts of a destination that follow from its profile and the input. */
export interface CheckedInput {
  readonly url: string;
  readonly key: string | null;
  readonly settings: OutputSettings | null;
}

/** `invalid` at `path`, in words. */
export function invalidAt(path: string, words: Words): StudioError {
  return new StudioError('invalid', words, { context: { issues: [{ path, message: words.en }] } });
}

/** The input joined with what was there before; throws `invalid` with the path of what is wrong. */
export function checkInput(
  profile: DestinationProfile,
  input: DestinationInput,
  old: CheckedInput | null,
): CheckedInput {
  const given = input.url ?? old?.url ?? profile.defaultUrl;
  if (!given) {
    throw invalidAt('url', {
      es: `Falta la dirección: «${profile.name}» no tiene una por defecto.`,
      en: `The address is missing: “${profile.name}” has no default one.`,
    });
  }
  if (isShownAddress(given)) {
    throw invalidAt('url', {
      es: 'Esa es la dirección como se muestra, sin sus secretos. Escríbala completa.',
      en: 'That is the address as shown, without its secrets. Enter it whole.',
    });
  }
  const whole = input.url !== undefined && input.key === undefined;
  const pasted = !whole
    ? { url: given, key: null }
    : profile.kind === 'icecast'
      ? splitPassword(given)
      : profile.keyRequired
        ? splitPasted(given)
        : { url: given, key: null };
  const key = input.key ?? pasted.key ?? old?.key ?? null;
  checkAddress(profile, pasted.url);
  if (profile.keyRequired && key === null) {
    throw invalidAt('key', {
      es: `Falta la clave: «${profile.name}» no recibe sin ella.`,
      en: `The key is missing: “${profile.name}” does not take a stream without it.`,
    });
  }
  if (input.settings && profile.kind !== 'icecast') {
    throw invalidAt('settings', {
      es: 'Esos ajustes son solo de las salidas de radio.',
      en: 'Those settings are for radio outputs only.',
    });
  }
  const settings =
    profile.kind === 'icecast'
      ? (input.settings ?? old?.settings ?? profile.settings ?? radioSettings.parse({}))
      : null;
  return { url: pasted.url, key, settings };
}

function checkAddress(profile: DestinationProfile, address: string): void {
  const scheme = schemeOf(address);
  if (!profile.schemes.some((s) => s === scheme)) {
    const list = profile.schemes.map((s) => `${s}://`).join(', ');
    throw invalidAt('url', {
      es: `«${profile.name}» solo acepta direcciones ${list}`,
      en: `“${profile.name}” only takes addresses ${list}`,
    });
  }
  let path: string;
  try {
    path = new URL(address).pathname;
  } catch {
    throw invalidAt('url', {
      es: 'Esa dirección no se entiende. Cópiela otra vez desde la plataforma.',
      en: 'That address cannot be read. Copy it again from the platform.',
    });
  }
  if (path === '' || path === '/') {
    throw invalidAt(
      'url',
      profile.kind === 'icecast'
        ? {
            es: 'A la dirección le falta el punto de montaje, por ejemplo /am.',
            en: 'The address lacks the mount, such as /am.',
          }
        : {
            es: 'A la dirección le falta la aplicación, por ejemplo /live.',
            en: 'The address lacks the application, such as /live.',
          },
    );
  }
}
