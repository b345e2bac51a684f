// One file of a recording on disk: made without ever taking an old one's place, closed with only what is whole.
import { constants } from 'node:fs';
import { lstat, mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutputCause } from '../../contract/outputs.ts';
import { syncFolder } from '../../core/replace-file.ts';
import { wholeFragments } from './recording-fragments.ts';
import { fileName } from './recording-names.ts';

export interface RecordingFile {
  /** Name within its folder. */
  readonly name: string;
  /** Given to the writer as it is: no path, and nothing it could write over. */
  readonly fd: number;
  /** What was written so far survives a power cut. */
  sync(): Promise<void>;
  /** Cuts off what is half a fragment and closes; an empty or unwanted one is removed. Bytes kept. */
  finish(keep: boolean): Promise<number>;
}

const maxAttempts = 1000;
const folderMode = 0o750;
const fileMode = 0o640;
const maxEmptyBytes = 64e6;

/**
 * A new file in the folder `folder` of `root`, named after `startedAt` (epoch ms) as a clock of `zone`
 * shows it (null: UTC); makes the folders.
 * Throws what the system says; `diskVerdict` puts it in words.
 */
export async function openRecordingFile(
  root: string,
  folder: string,
  startedAt: number,
  zone: string | null,
): Promise<RecordingFile> {
  await mkdir(root, { recursive: true, mode: folderMode });
  const path = join(root, folder);
  await mkdir(path, { mode: folderMode }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  // A link set there by somebody would lead out of the recordings.
  if (!(await lstat(path)).isDirectory()) throw new Error(`${path} is not a folder`);
  const { handle, name } = await create(path, startedAt, zone);
  await syncFolder(path).catch(() => undefined);
  return {
    name,
    fd: handle.fd,
    sync: () => handle.datasync(),
    async finish(keep) {
      try {
        const bytes = keep ? await cutToWhole(handle) : 0;
        if (bytes === 0) await rm(join(path, name), { force: true });
        return bytes;
      } finally {
        await handle.close();
      }
    },
  };
}

async function create(
  path: string,
  startedAt: number,
  zone: string | null,
): Promise<{ handle: FileHandle; name: string }> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
  for (let attempt = 0; ; attempt += 1) {
    const name = fileName(startedAt, attempt, zone);
    try {
      return { handle: await open(join(path, name), flags, fileMode), name };
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || attempt >= maxAttempts) throw error;
    }
  }
}

/** Shortens an open file to its last whole fragment; the bytes it then has, 0 when nothing is in it. */
export async function cutToWhole(handle: FileHandle): Promise<number> {
  const { size } = await handle.stat();
  const whole = await wholeFragments(async (position, length) => {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
    return buffer.subarray(0, bytesRead);
  }, size);
  // A first fragment is a second long: more than that without one is not ours to throw away.
  if (!whole.media) return size > maxEmptyBytes ? size : 0;
  if (whole.bytes < size) await handle.truncate(whole.bytes);
  await handle.datasync();
  return whole.bytes;
}

/** Why a recording cannot be written, from what the system or ffmpeg said. */
export function diskVerdict(error: unknown): { cause: OutputCause; detail: string } {
  const detail = error instanceof Error ? error.message : String(error);
  const full = ['ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '');
  return { cause: full ? 'diskFull' : 'folder', detail: detail.slice(0, 300) };
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | null)?.code;
}
