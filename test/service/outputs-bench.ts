// What every service of control stands on in tests: a real temporary database and the real core, on a clock moved by hand.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAlarms, type Alarms } from '../../server/core/alarms.ts';
import type { Act } from '../../server/core/audit.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { openSecretBox, type SecretBox } from '../../server/core/secret-box.ts';
import { createStateStore, type StateStore } from '../../server/core/state-store.ts';
import { openStore, type Store } from '../../server/store/database.ts';
import { handClock, type HandClock } from './hand-clock.ts';
import { station } from './outputs-samples.ts';

/** What a service is made of, and another run on the same data. */
export interface Bench {
  readonly dir: string;
  readonly clock: HandClock;
  readonly database: Store;
  readonly box: SecretBox;
  readonly store: StateStore;
  readonly alarms: Alarms;
  readonly acts: Act[];
  /** Another run of control on the same data: the database opened again, a fresh state. */
  again(): Promise<Bench>;
  close(): Promise<void>;
}

/** What every service here stands on: a real temporary database and the real core. */
export async function bench(
  dir = mkdtempSync(join(tmpdir(), 'studio-')),
  clock = handClock(),
): Promise<Bench> {
  const database = await openStore(dir);
  const store = createStateStore(initialState(station, 1935, clock.now()));
  return {
    dir,
    clock,
    database,
    box: openSecretBox(join(dir, 'secret.key')),
    store,
    alarms: createAlarms(store, clock),
    acts: [],
    async again() {
      await database.close();
      return bench(dir, clock);
    },
    async close() {
      await database.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The alarms that are up, by id, sorted. */
export function alarmsUp(store: StateStore): string[] {
  return Object.values(store.get().alarms)
    .filter((a) => a.clearedAt === null)
    .map((a) => a.id)
    .toSorted();
}
