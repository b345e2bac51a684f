// Names of recordings on disk: which folder names are accepted, and how files are called.

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
 * The file that starts at `startedAt` (epoch ms), e.g. `2026-11-21T15-00-00Z.mp4`: UTC, so that no
 * clock change gives two files one name; from the second `attempt` (0 = first) on with a number.
 */
export function fileName(startedAt: number, attempt: number): string {
  const second = new Date(startedAt).toISOString().slice(0, 19).replaceAll(':', '-');
  return `${second}Z${attempt === 0 ? '' : `-${attempt + 1}`}.mp4`;
}

/** Whether `name` is one that `fileName` gives. */
export function isFileName(name: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ(-\d{1,4})?\.mp4$/.test(name);
}
