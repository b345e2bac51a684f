// The disk all recordings share: one job at a time and never in the way of the air, however slow the disk is.
import { join } from 'node:path';
import type { Cancel, Clock } from '../../core/clock.ts';
import { freeBytesAt } from '../../core/free-space.ts';
import type { Log } from '../../core/log.ts';
import { serialQueue } from '../../core/serial-queue.ts';
import { openRecordingFile, type RecordingFile } from './recording-file.ts';
import { changeManifest, type Manifest } from './recording-manifest.ts';
import { repairRecordings } from './recording-repair.ts';

export interface RecordingDisk {
  /**
   * A new file in a folder, made if need be, named by the clock of `zone` (null: UTC); rejects with
   * what the system says.
   */
  open(folder: string, startedAt: number, zone: string | null): Promise<RecordingFile>;
  /** Cuts off what is not whole and closes, or removes it; the bytes kept. */
  finish(folder: string, file: RecordingFile, keep: boolean): Promise<number>;
  sync(file: RecordingFile): Promise<void>;
  /**
   * Changes what is written beside the files of a folder. Resolves after the first try; one that
   * fails (a full disk) is tried again until it works.
   */
  note(folder: string, change: (before: Manifest) => Manifest): Promise<void>;
  /** Bytes free for recordings; rejects with what the system says. */
  free(): Promise<number>;
  close(): void;
}

export interface RecordingDiskPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** Folder that holds one folder per occurrence. */
  readonly root: string;
}

const againMs = 2000;
/** Changes of so many folders may wait for a disk that takes none; the oldest are let go. */
const maxFolders = 100;
/** A writer that lost its air still ends its file by itself in this time. */
const repairAfterMs = 5000;
const repairTries = 12;

/**
 * Everything goes through one queue, so that a disk that hangs holds one thread and nothing else.
 * Some seconds after the start it puts right what an earlier air left unfinished.
 */
export function createRecordingDisk({ clock, log, root }: RecordingDiskPorts): RecordingDisk {
  const queue = serialQueue(500);
  const waiting = new Map<string, (before: Manifest) => Manifest>();
  /** Files being written now, as `folder/file`: not for repair. */
  const writing = new Set<string>();
  let again: Cancel | null = null;
  let repair: Cancel | null = null;
  let closed = false;

  async function flush(): Promise<void> {
    const due = new Map(waiting);
    waiting.clear();
    for (const [folder, change] of due) {
      try {
        await changeManifest(join(root, folder), change);
      } catch (error) {
        log.warn({ err: error, folder }, 'the list of recordings could not be written');
        // Before what was asked for meanwhile.
        const later = waiting.get(folder);
        waiting.delete(folder);
        waiting.set(folder, later ? (before) => later(change(before)) : change);
      }
    }
    while (waiting.size > maxFolders) waiting.delete(waiting.keys().next().value ?? '');
    if (waiting.size > 0 && !closed) {
      again ??= clock.after(againMs, () => {
        again = null;
        void queue.run(flush).catch(() => undefined);
      });
    }
  }

  function planRepair(tries: number): void {
    repair = clock.after(repairAfterMs, () => {
      void queue
        .run(() => repairRecordings(root, writing, clock.now()))
        .then(({ repaired, unsettled }) => {
          if (repaired > 0) log.info({ repaired }, 'recordings left unfinished were put right');
          if (unsettled > 0 && tries > 1 && !closed) planRepair(tries - 1);
        })
        .catch((error: unknown) => log.warn({ err: error }, 'recordings could not be looked over'));
    });
  }
  planRepair(repairTries);

  return {
    open: (folder, startedAt, zone) =>
      queue.run(async () => {
        const file = await openRecordingFile(root, folder, startedAt, zone);
        writing.add(`${folder}/${file.name}`);
        return file;
      }),
    finish: (folder, file, keep) =>
      queue.run(() => file.finish(keep)).finally(() => writing.delete(`${folder}/${file.name}`)),
    sync: (file) => queue.run(() => file.sync()),
    async note(folder, change) {
      const before = waiting.get(folder);
      waiting.set(folder, before ? (m) => change(before(m)) : change);
      await queue.run(flush).catch(() => undefined);
    },
    free: () => queue.run(() => freeBytesAt(root)),
    close() {
      closed = true;
      again?.();
      repair?.();
    },
  };
}
