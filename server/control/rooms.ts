// The rooms of control, each given the small ports of the others that it needs.
import { reachableHost } from '../console.ts';
import { createAlarmLatch } from '../core/alarm-latch.ts';
import { newId, newSecret } from '../core/ids.ts';
import { createField, type Field } from '../field/units.ts';
import { createGrid, type Grid } from '../grid/runner.ts';
import { createHealthWatch } from '../health/health-watch.ts';
import type { Library } from '../library/load.ts';
import { gridOffReason } from '../library/service.ts';
import { airHost } from '../outputs/air-link-port.ts';
import type { AirService } from '../outputs/air-service-ports.ts';
import { createAirService } from '../outputs/air-service.ts';
import { watchHours } from '../outputs/hours.ts';
import { createUplink, type Uplink } from '../outputs/uplink/uplink.ts';
import { createUploadTest } from '../outputs/uplink/upload-test.ts';
import { createSilenceAlarm } from '../radio/silence-alarm.ts';
import { createObsClient } from '../switcher/obs-client.ts';
import type { ObsClient } from '../switcher/obs-port.ts';
import { openProgramMemory } from '../switcher/program-memory.ts';
import type { Switcher } from '../switcher/service-ports.ts';
import { createSwitcher } from '../switcher/service.ts';
import type { AirLink } from '../web/air-link.ts';
import type { Ground } from './ground.ts';

export interface Rooms {
  readonly client: ObsClient;
  readonly switcher: Switcher;
  readonly field: Field;
  readonly air: AirService;
  readonly uplink: Uplink;
  /** Follows the clock only after its `start`. */
  readonly grid: Grid;
}

/** Opens them all, in the order of what they need. */
export async function openRooms(ground: Ground, link: AirLink): Promise<Rooms> {
  const { clock, log, random, closers } = ground;
  const client = createObsClient({ clock, log: log.child({ room: 'obs' }), random });
  closers.add(() => client.close());
  const switcher = createSwitcher({
    ...ground,
    client,
    profile: ground.library.obs,
    encoder: ground.library.encoder,
    memory: await openProgramMemory(ground.settings, log),
    airSlate: {
      force: (by, reason) => air.forceSlate(by, reason),
      on: () => ground.store.get().air.forced !== null,
      async release(by) {
        const context = { actor: by, roles: [], host: '' };
        await air.handlers['air.slate']({ on: false }, context);
      },
    },
  });
  closers.add(() => switcher.close());
  const field = await openField(ground, switcher, link);
  const air: AirService = await openAir(ground, switcher, field, link);
  const uplink = await openUplink(ground, air);
  openWatches(ground);
  const grid = openGrid(ground, switcher);
  return { client, switcher, field, air, uplink, grid };
}

/** What crews are told: the station's public name, else how whoever asks reached this machine. */
function outsideHost({ station }: Library): (host: string) => string {
  return (host) => station.publicHost ?? reachableHost(host);
}

async function openField(ground: Ground, switcher: Switcher, link: AirLink): Promise<Field> {
  const { library, settings } = ground;
  const field = await createField({
    ...ground,
    db: ground.database.db,
    newId,
    unitProfile: (id) => library.units.get(id),
    scene: {
      setMediaInput: async (url) => {
        if (library.obs) await switcher.setMediaInput(library.obs.fieldSource, url);
      },
      onConnected: (listener) => switcher.onConnected(listener),
    },
    memory: settings,
    rtmpPort: ground.config.rtmpPort,
    publicHost: outsideHost(library),
    playKey: ground.keys.playKey,
    playHost: () => airHost(link.remoteAddress()),
    newSecret,
  });
  ground.closers.add(() => field.close());
  return field;
}

async function openAir(
  ground: Ground,
  switcher: Switcher,
  field: Field,
  link: AirLink,
): Promise<AirService> {
  const { library, closers } = ground;
  const air = await createAirService({
    ...ground,
    db: ground.database.db,
    newId,
    link,
    encoder: switcher,
    stage: switcher,
    feeds: field,
    destinationProfile: (id) => library.destinations.get(id),
    encoderProfile: () => library.encoder,
    rtmpPort: ground.config.rtmpPort,
    publicHost: outsideHost(library),
  });
  closers.add(() => air.close());
  closers.add(link.onReport((report) => field.report(report)));
  return air;
}

async function openUplink(ground: Ground, air: AirService): Promise<Uplink> {
  const uplink = await createUplink({
    ...ground,
    latch: createAlarmLatch(ground.alarms),
    profile: ground.library.station.uplink,
    uploadTest: createUploadTest(ground.clock),
    orderChanged: () => air.orderChanged(),
  });
  ground.closers.add(() => uplink.close());
  return uplink;
}

/** What looks at the state alone and raises alarms. */
function openWatches(ground: Ground): void {
  const { library, closers } = ground;
  const hours = watchHours({
    ...ground,
    latch: createAlarmLatch(ground.alarms),
    profile: (id) => library.destinations.get(id),
  });
  closers.add(() => hours.close());
  const silence = createSilenceAlarm(ground);
  closers.add(() => silence.close());
  const health = createHealthWatch({ ...ground, thresholds: library.station.health });
  closers.add(() => health.close());
}

function openGrid(ground: Ground, switcher: Switcher): Grid {
  const { library } = ground;
  const grid = createGrid({
    ...ground,
    db: ground.database.db,
    zone: library.station.zone,
    schedule: library.schedule,
    off: gridOffReason(library),
    switcher,
  });
  ground.closers.add(() => grid.close());
  return grid;
}
