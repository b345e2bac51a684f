// Names of recordings on disk: which folder names are accepted, and how files are called.
import { Temporal } from 'temporal-polyfill';

/** ext4 and NTFS take 255 bytes; this leaves room for a path inside a share. */
const maxFolderBytes = 200;
const forbidden = /[<>:"/\\|?*]/;
/** Names Windows keeps for devices, whatever follows the dot. */
const devices = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i;

/**
 * Why `name` cannot be a folder inside the recordings' folder, for the log and the screen; null when
 * it can. One plain component, readable on Windows shares too: it never leads anywhere else.
 */
export function folderProblem(name: string): string | null {
  if (name.trim() === '') return 'the folder has no name';
  if (Buffer.byteLength(name) > maxFolderBytes) return 'the name of the folder is too long';
  if (/\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}/u.test(name)) {
    return 'the name of the folder has characters that cannot be seen';
  }
  if (forbidden.test(name)) return 'the name of the folder has one of < > : " / \\ | ? *';
  if (/^[. ]|[. ]$/.test(name)) return 'the name of the folder starts or ends in a dot or a space';
  if (devices.test(name)) return 'the name of the folder is one Windows keeps for itself';
  return null;
}

/**
 * The file that starts at `startedAt` (epoch ms) by the clock on the wall of `zone` (IANA), e.g.
 * `2026-11-21 20-16-28.mp4`; in UTC, `2026-11-22T01-16-28Z.mp4`, where no zone is known. From the
 * second `attempt` (0 = first) on with a number that sorts behind. In an hour that clocks show twice
 * a name can be taken too; there the list beside the files keeps their order.
 */
export function fileName(startedAt: number, attempt: number, zone: string | null): string {
  const second = localSecond(startedAt, zone) ?? `${utcSecond(startedAt)}Z`;
  return `${second.replaceAll(':', '-')}${attempt === 0 ? '' : `_${attempt + 1}`}.mp4`;
}

function utcSecond(at: number): string {
  return new Date(at).toISOString().slice(0, 19);
}

/** Null where this system does not know the zone. */
function localSecond(at: number, zone: string | null): string | null {
  if (zone === null) return null;
  try {
    const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(zone);
    return local.toPlainDateTime().toString({ smallestUnit: 'second' }).replace('T', ' ');
  } catch {
    return null;
  }
}

/** Whether `name` is one that `fileName` gives, local or UTC. */
export function isFileName(name: string): boolean {
  return /^\d{4}-\d\d-\d\d( \d\d-\d\d-\d\d|T\d\d-\d\d-\d\dZ)([_-]\d{1,4})?\.mp4$/.test(name);
}
