// Checks what a person wrote for a destination against its profile and gives the destination's own form.
import type { OutputSettings } from '../contract/outputs.ts';
import type { DestinationProfile } from '../contract/profiles.ts';
import { sameHost, splitPassword, splitPasted, splitSrt } from './address.ts';
import { checkAddress, checkKey, refuseShown } from './destination-checks.ts';
import { invalidAt, joinSettings } from './destination-settings.ts';
import { isNetworked } from './uplink/need.ts';

/** What the person gave; what is left out keeps its old value (or the profile's). */
export interface DestinationInput {
  readonly url?: string | undefined;
  readonly key?: string | undefined;
  readonly settings?: OutputSettings | undefined;
  /** null: none, even where the profile has one. */
  readonly backupUrl?: string | null | undefined;
}

/** The parts of a destination that follow from its profile and the input. */
export interface CheckedInput {
  /** Empty for kinds that send nowhere. */
  readonly url: string;
  readonly key: string | null;
  readonly settings: OutputSettings | null;
  readonly backupUrl: string | null;
}

/** An address taken apart: what was pasted in it besides where it goes. */
interface Pasted {
  readonly url: string;
  readonly key: string | null;
  readonly settings: OutputSettings;
}

/** The input joined with what was there before; throws `invalid` with the path of what is wrong. */
export function checkInput(
  profile: DestinationProfile,
  input: DestinationInput,
  old: CheckedInput | null,
): CheckedInput {
  if (!isNetworked(profile.kind)) return checkLocal(profile, input, old);
  const given = input.url ?? old?.url ?? profile.defaultUrl;
  if (!given) {
    throw invalidAt('url', {
      es: `Falta la dirección: «${profile.name}» no tiene una por defecto.`,
      en: `The address is missing: “${profile.name}” has no default one.`,
    });
  }
  refuseShown(input.url, 'url');
  refuseShown(input.key, 'key');
  refuseShown(input.backupUrl, 'backupUrl');
  const pasted = takeApart(profile, given, input.url !== undefined && input.key === undefined);
  checkAddress(profile, pasted.url, 'url');
  const key = input.key ?? pasted.key ?? old?.key ?? null;
  checkKey(profile, key);
  const settings = joinSettings(
    profile.kind,
    [profile.settings, old?.settings, pasted.settings],
    input.settings,
  );
  const backupUrl = backupOf(profile, input, old, { url: pasted.url, key });
  return { url: pasted.url, key, settings, backupUrl };
}

/** A recording or a web player: settings alone. */
function checkLocal(
  profile: DestinationProfile,
  input: DestinationInput,
  old: CheckedInput | null,
): CheckedInput {
  for (const path of ['url', 'key', 'backupUrl'] as const) {
    if (input[path] === undefined || input[path] === null) continue;
    throw invalidAt(path, {
      es: `«${profile.name}» no envía a ninguna parte: no lleva dirección ni clave.`,
      en: `“${profile.name}” sends nowhere: it has no address or key.`,
    });
  }
  const settings = joinSettings(profile.kind, [profile.settings, old?.settings], input.settings);
  return { url: '', key: null, settings, backupUrl: null };
}

/** `whole`: no key was given beside the address, so that one pasted in it is meant. */
function takeApart(profile: DestinationProfile, address: string, whole: boolean): Pasted {
  if (profile.kind === 'srt') {
    const { url, passphrase, streamId, latencyMs, mode } = splitSrt(address);
    if (mode !== null) {
      throw invalidAt('url', {
        es: `Esta salida llama al receptor; la dirección pide el modo «${mode}». Pida un receptor que escuche (listener).`,
        en: `This output calls the receiver; the address asks for mode “${mode}”. Ask for a receiver that listens.`,
      });
    }
    return {
      url,
      key: whole ? passphrase : null,
      settings: {
        ...(streamId === null ? {} : { streamId }),
        ...(latencyMs === null ? {} : { latencyMs }),
      },
    };
  }
  if (!whole) return { url: address, key: null, settings: {} };
  if (profile.kind === 'icecast') return { ...splitPassword(address), settings: {} };
  const pasted = profile.keyRequired ? splitPasted(address) : { url: address, key: null };
  return { ...pasted, settings: {} };
}

/**
 * The backup address. The profile's own serves only beside the profile's own address: the key of a
 * person who sends elsewhere must not go to the platform.
 */
function backupOf(
  profile: DestinationProfile,
  input: DestinationInput,
  old: CheckedInput | null,
  main: Pick<CheckedInput, 'url' | 'key'>,
): string | null {
  const usual = profile.defaultUrl !== null && sameHost(main.url, profile.defaultUrl);
  const fallback = usual ? profile.backupUrl : null;
  if (input.backupUrl === undefined) {
    if (old === null) return fallback;
    return old.backupUrl === profile.backupUrl ? fallback && old.backupUrl : old.backupUrl;
  }
  if (input.backupUrl === null) return null;
  // One key serves both: the one pasted in here is taken off, and must be the same.
  const { url: backup, key } = takeApart(profile, input.backupUrl, true);
  checkAddress(profile, backup, 'backupUrl');
  if (key !== null && main.key !== null && bare(key) !== bare(main.key)) {
    throw invalidAt('backupUrl', {
      es: 'La dirección de respaldo trae otra clave. Se usa la misma para las dos: revise de cuál es la dirección.',
      en: 'The backup address carries another key. Both use the same one: check whose address it is.',
    });
  }
  if (backup === main.url) {
    throw invalidAt('backupUrl', {
      es: 'La dirección de respaldo es la misma que la principal. Escriba otra o déjela vacía.',
      en: 'The backup address is the same as the main one. Enter another or leave it empty.',
    });
  }
  return backup;
}

/** A stream key without the query that platforms add to it. */
function bare(key: string): string {
  return key.split('?')[0] ?? key;
}
