// The two keys of the ingest that belong to the station itself: OBS publishes with one, OBS reads with the other.
import type { SecretBox } from '../core/secret-box.ts';
import type { Settings } from './settings.ts';

export interface IngestKeys {
  /** OBS publishes `/program/main?k=<programKey>`. */
  readonly programKey: string;
  /** Readers of field feeds use `?k=<playKey>`. */
  readonly playKey: string;
}

/**
 * The keys of this station, made once and kept sealed. Keys that cannot be opened any more (another
 * secret.key) are replaced: only our own OBS uses them, and it is told the new ones.
 */
export async function openIngestKeys(
  settings: Settings,
  box: SecretBox,
  newSecret: () => string,
): Promise<IngestKeys> {
  async function key(name: 'programKey' | 'playKey'): Promise<string> {
    const place = `air.${name}`;
    const sealed = await settings.read(place);
    if (typeof sealed === 'string') {
      try {
        return box.open(sealed, place);
      } catch {
        // Falls through to a new one.
      }
    }
    const made = newSecret();
    await settings.write(place, box.seal(made, place));
    return made;
  }
  return { programKey: await key('programKey'), playKey: await key('playKey') };
}
