// The keys of the ingest that belong to the station itself: OBS publishes with one, OBS reads with another, a backup encoder publishes with the third.
import type { SecretBox } from '../core/secret-box.ts';
import type { Settings } from './settings.ts';

export interface IngestKeys {
  /** OBS publishes `/program/main?k=<programKey>`. */
  readonly programKey: string;
  /** Readers of field feeds use `?k=<playKey>`. */
  readonly playKey: string;
  /** A backup encoder publishes `/program/backup?k=<backupKey>`; null until somebody asked for it. */
  readonly backupKey: string | null;
  /** Makes the backup encoder's key if there is none, or another one with `rotate`; durable when resolved. */
  needBackupKey(rotate: boolean): Promise<string>;
}

type Name = 'programKey' | 'playKey' | 'backupKey';

/**
 * The keys of this station, made once and kept sealed. Keys that cannot be opened any more (another
 * secret.key) are replaced: only our own OBS uses them, and it is told the new ones. The backup
 * encoder's is only made when it is asked for.
 */
export async function openIngestKeys(
  settings: Settings,
  box: SecretBox,
  newSecret: () => string,
): Promise<IngestKeys> {
  const place = (name: Name): string => `air.${name}`;

  async function kept(name: Name): Promise<string | null> {
    const sealed = await settings.read(place(name));
    if (typeof sealed !== 'string') return null;
    try {
      return box.open(sealed, place(name));
    } catch {
      return null;
    }
  }

  async function made(name: Name): Promise<string> {
    const secret = newSecret();
    await settings.write(place(name), box.seal(secret, place(name)));
    return secret;
  }

  const programKey = (await kept('programKey')) ?? (await made('programKey'));
  const playKey = (await kept('playKey')) ?? (await made('playKey'));
  let backupKey = await kept('backupKey');
  return {
    programKey,
    playKey,
    get backupKey() {
      return backupKey;
    },
    async needBackupKey(rotate) {
      if (backupKey === null || rotate) backupKey = await made('backupKey');
      return backupKey;
    },
  };
}
