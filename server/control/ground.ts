// What every room of control stands on: the database, the lock, the profiles, the state, people and secrets.
import { join } from 'node:path';
import { createAccess, type Access } from '../access/access.ts';
import { createAuditLog } from '../access/audit-log.ts';
import type { Config } from '../config.ts';
import { createAlarmLatch } from '../core/alarm-latch.ts';
import { createAlarms, type Alarms } from '../core/alarms.ts';
import type { Audit } from '../core/audit.ts';
import { systemClock, type Clock } from '../core/clock.ts';
import type { Closers } from '../core/closers.ts';
import { newSecret } from '../core/ids.ts';
import { initialState } from '../core/initial-state.ts';
import type { Log } from '../core/log.ts';
import { acquireProcessLock } from '../core/process-lock.ts';
import { openSecretBox, type SecretBox } from '../core/secret-box.ts';
import { createStateStore, type StateStore } from '../core/state-store.ts';
import { loadLibrary, type Library } from '../library/load.ts';
import { problemWords, profilesPart, stationState } from '../library/service.ts';
import { openIngestKeys, type IngestKeys } from '../outputs/ingest-keys.ts';
import { createSettings, type Settings } from '../outputs/settings.ts';
import { watchDataDisk } from '../store/data-disk.ts';
import { openStore, type Store } from '../store/database.ts';
import type { Print } from '../console.ts';

export interface Ground {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly closers: Closers;
  readonly database: Store;
  readonly library: Library;
  readonly store: StateStore;
  readonly alarms: Alarms;
  readonly audit: Audit;
  readonly access: Access;
  readonly box: SecretBox;
  readonly settings: Settings;
  readonly keys: IngestKeys;
}

/** Opens it; throws StudioError in words when the folder is taken or the database does not open. */
export async function openGround(
  config: Config,
  log: Log,
  closers: Closers,
  print: Print,
): Promise<Ground> {
  const clock = systemClock(config.clockOffsetMs);
  const database = await openStore(config.dataDir);
  closers.add(() => database.close());
  const lock = await acquireProcessLock('control', config.dataDir);
  closers.add(() => lock.close());

  const library = loadLibrary(config.rootDir);
  for (const problem of library.problems) print(`  ✗ ${problemWords(problem).es}`);
  const station = stationState(library, config.clockOffsetMs);
  const store = createStateStore(initialState(station, config.rtmpPort, clock.now()));
  store.change((draft) => {
    draft.parts.profiles = profilesPart(library, clock.now());
  });
  const alarms = createAlarms(store, clock);
  const disk = watchDataDisk({
    clock,
    log,
    latch: createAlarmLatch(alarms),
    folder: config.dataDir,
    reserve: database.reserve,
  });
  closers.add(() => disk.close());
  const audit = createAuditLog({ store: database, clock, log, alarms });
  const access = await createAccess({
    store: database,
    state: store,
    // Sessions live by the real clock: a rehearsal must not end them.
    clock: systemClock(),
    log,
    audit,
    adminPassword: config.adminPassword,
  });
  closers.add(() => access.close());
  const box = openSecretBox(join(config.dataDir, 'secret.key'));
  const settings = createSettings(database.db);
  const keys = await openIngestKeys(settings, box, newSecret);
  return {
    config,
    log,
    clock,
    random: Math.random,
    closers,
    database,
    library,
    store,
    alarms,
    audit,
    access,
    box,
    settings,
    keys,
  };
}
