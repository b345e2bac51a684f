// Owns the slates captured from OBS: one for each encoder and look, on disk and, in use, in memory.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { AirOrder } from '../../contract/air-link.ts';
import type { Log } from '../../core/log.ts';
import type { FlvTag } from './flv-tag.ts';
import type { Reel } from './reel.ts';
import { loadReel, removeLeftovers, removeOldest, saveReel } from './slate-files.ts';

export interface CapturedPorts {
  readonly log: Log;
  /** Folder of the slates; made when missing. */
  readonly dir: string;
  /** Another reel is ready. */
  readonly changed: () => void;
}

export interface Captured {
  /** The reel, if it is in memory; else looks for its file, and `changed` tells when it is there. */
  find(name: string): Reel | null;
  /** Whether there is none under this name, neither here nor, as far as one looked, on disk. */
  missing(name: string): boolean;
  /** Uses the reel from now on, and keeps it on disk as soon as that can be. */
  keep(name: string, reel: Reel): void;
  /** Resolves when nothing is being read or written. */
  idle(): Promise<void>;
}

/** At most 24 MB each, commonly three. */
const keepInMemory = 3;
const keepFiles = 6;
const fileName = /^captured-[0-9a-f]{24}\.flv$/;

/** The name of the slate of this encoder (AVC and AAC header, tag data) in this look. */
export function capturedName(
  video: FlvTag,
  audio: FlvTag,
  look: Readonly<AirOrder['slate']>,
): string {
  const words = Object.entries(look).toSorted(([a], [b]) => (a < b ? -1 : 1));
  // `seen`: those of before were kept without being looked at, and are not used.
  const parts = [video.body.toString('base64'), audio.body.toString('base64'), words, 'seen'];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}

/** Makes the store; a file that is damaged counts as missing. */
export function createCaptured(ports: CapturedPorts): Captured {
  const { log, dir } = ports;
  /** Newest use last; null: looked for, and not there. */
  const known = new Map<string, Reel | 'looking' | null>();
  let work: Promise<void> = removeLeftovers(dir, 'part-').catch(() => undefined);

  const path = (name: string): string => join(dir, `captured-${name}.flv`);

  function remember(name: string, state: Reel | 'looking' | null): void {
    known.delete(name);
    known.set(name, state);
    for (const oldest of known.keys()) {
      if (known.size <= keepInMemory) break;
      known.delete(oldest);
    }
  }

  /** One file at a time: two captures of one encoder must not race for its name. */
  function queue(task: () => Promise<void>): void {
    work = work.then(task);
  }

  async function load(name: string): Promise<void> {
    let reel: Reel | null = null;
    try {
      reel = await loadReel(path(name));
    } catch (error) {
      const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (!absent) log.warn({ err: error, name }, 'a captured slate cannot be used');
    }
    // A capture made meanwhile is newer than any file.
    if (known.get(name) !== 'looking') return;
    remember(name, reel);
    ports.changed();
  }

  async function save(name: string, reel: Reel): Promise<void> {
    try {
      await saveReel(path(name), reel);
      await removeOldest(dir, fileName, keepFiles);
    } catch (error) {
      log.error({ err: error, name }, 'the captured slate could not be kept on disk');
    }
  }

  return {
    find(name) {
      const state = known.get(name);
      if (state === undefined) {
        remember(name, 'looking');
        queue(() => load(name));
        return null;
      }
      remember(name, state);
      return state === 'looking' ? null : state;
    },
    missing: (name) => known.get(name) === null,
    keep(name, reel) {
      remember(name, reel);
      queue(() => save(name, reel));
      ports.changed();
    },
    idle: () => work,
  };
}
