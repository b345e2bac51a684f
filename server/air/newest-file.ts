// A file that ends up with the newest text it was given: written beside the loop, one write at a time,
// never half of one.
import { readdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeFileAtomic } from '../core/atomic-file.ts';
import type { Clock } from '../core/clock.ts';
import { replaceFile } from '../core/replace-file.ts';

/** Makes the text when its turn comes: what is replaced before is never made. */
export type MakeText = () => string;

export interface NewestFile {
  /** Resolves when this text or a newer one is on disk for good; rejects when the disk refuses. */
  write(text: MakeText): Promise<void>;
  /** The file goes at once, and stays away whatever was under way; resolves when that is sure. */
  remove(): Promise<void>;
  /** Resolves when nothing is under way any more; never rejects. */
  settled(): Promise<void>;
  /** What is not on disk yet is written here and now: for the moment the process ends. Never throws. */
  finish(): void;
}

/** The disk, where a test stands in for it. */
export type Replace = typeof replaceFile;

interface Job {
  /** Null: the file is to go. */
  readonly text: MakeText | null;
  readonly startedAt: number;
}

/** A write that takes longer than this hangs: the end of the process does not wait for that disk again. */
const hangMs = 1000;

/** Looks after `path`; what an earlier process left half written beside it is removed. */
export function createNewestFile(
  path: string,
  clock: Clock,
  replace: Replace = replaceFile,
): NewestFile {
  removeLeftovers(path);
  let waiting: MakeText | null | undefined;
  let present: Job | null = null;
  let next: Promise<void> = Promise.resolve();
  let last: Promise<void> = next;

  async function perform(): Promise<void> {
    const text = waiting ?? null;
    waiting = undefined;
    present = { text, startedAt: clock.mono() };
    try {
      await (text ? replace(path, text()) : rm(path, { force: true }));
    } finally {
      present = null;
    }
  }

  /** What comes before it has begun takes its place, and shares its outcome. */
  function want(text: MakeText | null): Promise<void> {
    const queued = waiting !== undefined;
    waiting = text;
    if (queued) return next;
    next = last.catch(nothing).then(perform);
    last = next;
    last.catch(nothing);
    return next;
  }

  return {
    write: want,
    remove() {
      const gone = want(null);
      // Not only when its turn comes: a person ended the transmission now.
      try {
        rmSync(path, { force: true });
      } catch {
        // The one in the queue fails as well, and tells.
      }
      return gone;
    },
    async settled() {
      for (let seen: Promise<void> | null = null; seen !== last;) {
        seen = last;
        await seen.catch(nothing);
      }
    },
    finish() {
      const left = waiting === undefined ? present?.text : waiting;
      if (left === undefined || (present && clock.mono() - present.startedAt > hangMs)) return;
      try {
        if (left) writeFileAtomic(path, left());
        else rmSync(path, { force: true });
      } catch {
        // Nobody is left to be told.
      }
    },
  };
}

function removeLeftovers(path: string): void {
  const prefix = `${basename(path)}.`;
  try {
    for (const name of readdirSync(dirname(path))) {
      if (name.startsWith(prefix) && name.endsWith('.tmp')) rmSync(join(dirname(path), name));
    }
  } catch {
    // They are in nobody's way.
  }
}

function nothing(): void {
  // Deliberately: whoever asked for it is told.
}
