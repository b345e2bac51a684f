// What an address and a key must be for a profile to be able to send with them.
import type { DestinationProfile } from '../contract/profiles.ts';
import { passphraseProblem } from '../core/srt-passphrase.ts';
import { isShownAddress, schemeOf } from './address.ts';
import { invalidAt } from './destination-settings.ts';

/** `invalid` at `at` for text as it is shown, with dots where its secrets were. */
export function refuseShown(
  text: string | null | undefined,
  at: 'url' | 'key' | 'backupUrl',
): void {
  if (!text || !isShownAddress(text)) return;
  throw invalidAt(
    at,
    at === 'key'
      ? {
          es: 'Los puntos ocultan la clave guardada; no son una clave. Escríbala completa.',
          en: 'The dots hide the stored key; they are not a key. Enter it whole.',
        }
      : {
          es: 'Esa es la dirección como se muestra, sin sus secretos. Escríbala completa.',
          en: 'That is the address as shown, without its secrets. Enter it whole.',
        },
  );
}

/** `invalid` at `key` where the profile needs one, or where it cannot be one. */
export function checkKey(profile: DestinationProfile, key: string | null): void {
  if (profile.keyRequired && key === null) {
    throw invalidAt('key', {
      es: `Falta la clave: «${profile.name}» no recibe sin ella.`,
      en: `The key is missing: “${profile.name}” does not take a stream without it.`,
    });
  }
  const problem = profile.kind === 'srt' && key !== null ? passphraseProblem(key) : null;
  if (problem) throw invalidAt('key', problem);
}

/** `invalid` at `at` unless the address is one that the profile's kind can send to. */
export function checkAddress(
  profile: DestinationProfile,
  address: string,
  at: 'url' | 'backupUrl',
): void {
  const scheme = schemeOf(address);
  if (!profile.schemes.some((s) => s === scheme)) {
    const list = profile.schemes.map((s) => `${s}://`).join(', ');
    throw invalidAt(at, {
      es: `«${profile.name}» solo acepta direcciones ${list}`,
      en: `“${profile.name}” only takes addresses ${list}`,
    });
  }
  if (!URL.canParse(address)) {
    throw invalidAt(at, {
      es: 'Esa dirección no se entiende. Cópiela otra vez desde la plataforma.',
      en: 'That address cannot be read. Copy it again from the platform.',
    });
  }
  const { pathname, port, username, password } = new URL(address);
  const byRtmp = profile.kind === 'rtmp' || profile.kind === 'vertical';
  if (byRtmp && (username || password)) {
    throw invalidAt(at, {
      es: 'Quite el usuario y la contraseña de la dirección: ahí los leería cualquiera con acceso a este equipo. Si el servidor los pide, escríbalos en la clave, por ejemplo clave?user=…&pass=…',
      en: 'Take the user and the password out of the address: there anybody with access to this machine could read them. If the server asks for them, put them into the key, such as key?user=…&pass=…',
    });
  }
  if (profile.kind === 'srt') {
    if (port === '' || port === '0') {
      throw invalidAt(at, {
        es: 'A la dirección le falta el puerto, por ejemplo srt://servidor:9000.',
        en: 'The address lacks the port, such as srt://server:9000.',
      });
    }
    if (pathname === '' || pathname === '/') return;
    throw invalidAt(at, {
      es: 'Una dirección SRT no lleva nada tras el puerto; lo que distingue a la señal va en «streamid».',
      en: 'An SRT address has nothing after the port; what tells the stream apart goes in “streamid”.',
    });
  }
  if (pathname !== '' && pathname !== '/') return;
  throw invalidAt(
    at,
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
