// What OBS cannot tell the next run of control: who put its program on and when, what the slate replaced, and the preview kept here.
import { z } from 'zod';
import type { SwitcherState } from '../contract/switcher.ts';
import type { Log } from '../core/log.ts';

/** Where it is kept; a resolved write is on the disk. */
export interface MemoryStore {
  read(key: string): Promise<unknown>;
  write(key: string, value: unknown): Promise<void>;
}

const remembered = z.object({
  /** The scene on air. */
  program: z.string().nullable(),
  /** A login name, `grid`, `obs`, or null when it was found there. */
  by: z.string().nullable(),
  /** Epoch ms at which it went on air. */
  since: z.number().nullable(),
  /** The scene in preview. */
  preview: z.string().nullable(),
  /** The scene that the slate scene replaced; an earlier release kept none. */
  beforeSlate: z.string().nullable().default(null),
});
export type Remembered = z.infer<typeof remembered>;

export interface ProgramMemory {
  /** What an earlier run left; true only of an OBS that still has that program. */
  readonly found: Remembered;
  /** Keeps what the state shows while OBS is there; writes only what is new, the newest of many. */
  keep(state: SwitcherState): void;
  /** Leaves nothing to the next run, and keeps nothing any more. */
  forget(): void;
  /** Resolves once the last of it is on the disk. */
  settled(): Promise<void>;
}

const key = 'switcher.program';
const nothing: Remembered = {
  program: null,
  by: null,
  since: null,
  preview: null,
  beforeSlate: null,
};

/** Reads what an earlier run left; a value that is not understood counts as nothing. */
export async function openProgramMemory(store: MemoryStore, log: Log): Promise<ProgramMemory> {
  const found = remembered.catch(nothing).parse(await store.read(key));
  let newest = found;
  let forgotten = false;
  let writing: Promise<void> | null = null;

  async function write(): Promise<void> {
    let written: Remembered | null = null;
    while (written !== newest) {
      // The screens first: while something is put on the disk, nothing else moves.
      await new Promise<void>((resolve) => void setImmediate(resolve));
      written = newest;
      try {
        await store.write(key, written);
      } catch (error) {
        log.error({ err: error }, 'the author of the program could not be stored');
      }
    }
    writing = null;
  }

  function put(next: Remembered): void {
    newest = next;
    writing ??= write();
  }

  return {
    found,
    keep({ program, programBy: by, programSince: since, preview, beforeSlate }) {
      if (forgotten || program === null) return;
      const next = { program, by, since, preview, beforeSlate };
      if (!same(next, newest)) put(next);
    },
    forget() {
      forgotten = true;
      put(nothing);
    },
    settled: () => writing ?? Promise.resolve(),
  };
}

function same(a: Remembered, b: Remembered): boolean {
  return (
    a.program === b.program &&
    a.by === b.by &&
    a.since === b.since &&
    a.preview === b.preview &&
    a.beforeSlate === b.beforeSlate
  );
}
