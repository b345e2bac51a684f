// The switcher with its own client, on connections the test plays.
import { createAlarms } from '../../server/core/alarms.ts';
import type { Act } from '../../server/core/audit.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { silentLog } from '../../server/core/log.ts';
import { createStateStore, type StateStore } from '../../server/core/state-store.ts';
import { createObsClient } from '../../server/switcher/obs-client.ts';
import type { ObsClient } from '../../server/switcher/obs-port.ts';
import type { AirSlate } from '../../server/switcher/panic.ts';
import type { ProgramMemory } from '../../server/switcher/program-memory.ts';
import type { Switcher } from '../../server/switcher/service-ports.ts';
import { createSwitcher } from '../../server/switcher/service.ts';
import { station } from './outputs-samples.ts';
import { settle, type HandClock, type PlayedSocket } from './switcher-fakes.ts';

export interface SwitcherBench {
  readonly store: StateStore;
  readonly client: ObsClient;
  readonly switcher: Switcher;
  readonly acts: Act[];
  /** Connects, and waits until everything was read. */
  connect(): Promise<void>;
}

/** Not connected yet; `open` makes each connection. */
export function switcherBench(given: {
  readonly clock: HandClock;
  readonly open: () => PlayedSocket;
  readonly memory?: ProgramMemory;
  readonly airSlate?: AirSlate;
}): SwitcherBench {
  const { clock, open, memory, airSlate } = given;
  const store = createStateStore(initialState(station, 1935, 0));
  const acts: Act[] = [];
  const random = (): number => 0.5;
  const client = createObsClient({ clock, log: silentLog, random, open });
  const switcher = createSwitcher({
    client,
    store,
    clock,
    log: silentLog,
    audit: { record: (act) => void acts.push(act) },
    alarms: createAlarms(store, clock),
    random,
    profile: { slateScene: 'Ya regresamos', lowerThird: 'Rótulo' },
    encoder: null,
    ...(memory && { memory }),
    ...(airSlate && { airSlate }),
  });
  return {
    store,
    client,
    switcher,
    acts,
    async connect() {
      client.configure({ url: 'ws://obs', password: 'x' });
      await settle();
      await clock.advance(200);
    },
  };
}
