// Remembers which folder each occurrence got, so that one that is interrupted or moved while it is on keeps it,
// and gives each transmission outside the grid its own.
import { z } from 'zod';
import type { StudioState } from '../contract/state.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { StateStore } from '../core/state-store.ts';
import { recordingFolder, type RecordingFolder } from './recording-folder.ts';
import type { Settings } from './settings.ts';

export interface RecordingFolders {
  /** The folder to record in now. */
  now(): RecordingFolder;
  /** Calls `listener` when it may have become another; returns the removal. */
  onChange(listener: () => void): () => void;
}

const memorySchema = z.object({
  last: z.object({
    name: z.string(),
    about: z.record(z.string(), z.unknown()),
    zone: z.string().optional(),
  }),
  /** Newest last. */
  names: z.array(z.tuple([z.string(), z.string()])),
});

const memoryKey = 'air.recordingFolders';
const maxNames = 50;
/** Outside the grid the date changes the folder: it is looked at this often, ms. */
const everyMs = 1000;

/** Whether the station is ordered on the air, and whether any recording is. */
export interface Ordered {
  readonly live: boolean;
  readonly recording: boolean;
}

/** Reads what the last run remembered: until the grid is there, recordings stay where they were. */
export async function createRecordingFolders(ports: {
  readonly store: Pick<StateStore, 'get' | 'subscribe'>;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  /** What is ordered now: each time one of them begins, so does a transmission. */
  readonly ordered: () => Ordered;
}): Promise<RecordingFolders> {
  const { store, clock, settings } = ports;
  const stored = memorySchema.safeParse(await settings.read(memoryKey));
  let last: RecordingFolder | null = stored.success ? stored.data.last : null;
  const names = new Map(stored.success ? stored.data.names : []);
  /** Of the transmission outside the grid that goes on; only an occurrence's has an id. */
  let outside = last?.about['occurrence'] === undefined ? last : null;
  let was = ports.ordered();

  function begins(): boolean {
    const before = was;
    was = ports.ordered();
    return was.recording && (!before.recording || (was.live && !before.live));
  }

  function look(state: StudioState): RecordingFolder {
    // Before the grid has spoken, an empty one only means that it is still being read.
    if (last && state.parts.grid === undefined) return last;
    const { grid, station } = state;
    const found = recordingFolder(grid, station.zone, clock.now());
    const begun = begins();
    if (!grid.now) {
      // At midnight too: a station that never ends would fill one folder for ever.
      if (begun || outside?.about['date'] !== found.about['date']) outside = found;
      return outside ?? found;
    }
    outside = null;
    // Another programme in the same place of the grid is another occurrence.
    const key = `${grid.now.id} ${grid.now.program}`;
    const name = names.get(key) ?? found.name;
    names.set(key, name);
    while (names.size > maxNames) names.delete(names.keys().next().value ?? '');
    return { ...found, name };
  }

  function now(): RecordingFolder {
    const found = look(store.get());
    if (same(found, last)) return found;
    last = found;
    settings.write(memoryKey, { last, names: [...names] }).catch((error: unknown) => {
      ports.log.error({ err: error }, 'the folder of recordings could not be remembered');
    });
    return found;
  }

  return {
    now,
    onChange(listener) {
      let told = now();
      let seen = store.get();
      const check = () => {
        seen = store.get();
        const found = now();
        if (same(found, told)) return;
        told = found;
        listener();
      };
      const checkGrid = () => {
        const { grid, parts } = store.get();
        if (grid !== seen.grid || parts.grid !== seen.parts.grid) check();
      };
      const stops = [store.subscribe(checkGrid), clock.every(everyMs, check)];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}

function same(a: RecordingFolder, b: RecordingFolder | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
