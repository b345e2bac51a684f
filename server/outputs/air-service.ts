// The air as control sees it: on and off, the order air follows, and the truth it reports.
import type { Kysely } from 'kysely';
import type { AirReport } from '../contract/air-link.ts';
import type { Handlers } from '../contract/commands.ts';
import type { DestinationProfile, EncoderProfile } from '../contract/profiles.ts';
import type { Alarms } from '../core/alarms.ts';
import { createAlarmLatch } from '../core/alarm-latch.ts';
import type { Audit } from '../core/audit.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { SecretBox } from '../core/secret-box.ts';
import { serialQueue } from '../core/serial-queue.ts';
import type { StateStore } from '../core/state-store.ts';
import type { Database } from '../store/schema.ts';
import { refusedAlarm } from './air-alarms.ts';
import { airHost, type AirLink } from './air-link-port.ts';
import { createAirOrders } from './air-orders.ts';
import { createAirWatch } from './air-watch.ts';
import { openDestinations } from './destination-store.ts';
import { createDestinationCommands, type DestinationCommand } from './destinations.ts';
import type { IngestKeys } from './ingest-keys.ts';
import { orderContent } from './order.ts';
import { createOrderSender } from './order-sender.ts';
import { createSettings } from './settings.ts';
import { createStreamSupervisor, type ProgramEncoder } from './stream-supervisor.ts';

/** The field feeds that may publish, with their keys in clear. */
export interface OrderFeeds {
  feeds(): readonly { readonly id: string; readonly key: string }[];
  onFeedsChange(listener: () => void): void;
}

export interface AirServicePorts {
  readonly store: StateStore;
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly audit: Audit;
  readonly alarms: Alarms;
  readonly log: Log;
  readonly box: SecretBox;
  readonly link: AirLink;
  readonly encoder: ProgramEncoder;
  readonly feeds: OrderFeeds;
  readonly keys: IngestKeys;
  readonly destinationProfile: (id: string) => DestinationProfile | undefined;
  /** The station's encoder profile. */
  readonly encoderProfile: () => EncoderProfile;
  readonly rtmpPort: number;
  /** Where OBS finds the ingest; by default the host air dialled in from. */
  readonly programHost?: string;
  readonly newId: (prefix: string) => string;
  /** In [0, 1). */
  readonly random: () => number;
}

export type AirCommand = 'air.goLive' | 'air.stop';

export interface AirService {
  readonly handlers: Handlers<AirCommand | DestinationCommand>;
  /** Where the web's monitor proxy reads the program as sent; holds a secret. Null while there is none. */
  monitorUrl(): string | null;
  /**
   * A person stops the server: the air and every video output are ordered to stop and OBS stops
   * streaming, so that the next start does not broadcast by itself. Radio, which is continuous,
   * keeps its order. Call it before anything is closed.
   */
  standDown(): Promise<void>;
  /** Lets go of everything; orders stand and air carries on with the last one. */
  close(): Promise<void>;
}

const liveKey = 'air.live';
const tickMs = 500;
/** How long standing down waits for OBS to stop its stream. */
const stopStreamMs = 2000;

/** Makes the service: reads what was ordered before, adopts an air that is already on the air. */
export async function createAirService(ports: AirServicePorts): Promise<AirService> {
  const { store, clock, link } = ports;
  const settings = createSettings(ports.db);
  const destinations = await openDestinations(ports.db, ports.box);
  const queue = serialQueue();
  const orderAlarm = createAlarmLatch(ports.alarms);
  let live = (await settings.read(liveKey)) === true;
  store.change((draft) => {
    draft.air.order = live ? 'live' : 'stop';
  });

  const watch = await createAirWatch({ ...ports, settings, live: () => live });
  const sender = await createOrderSender({
    ...ports,
    settings,
    content: () =>
      orderContent({
        live,
        encoder: ports.encoderProfile(),
        station: store.get().station,
        rtmpPort: ports.rtmpPort,
        ...ports.keys,
        backupKey: null,
        bypass: 'backup',
        forceSlate: false,
        captureSlate: false,
        feeds: ports.feeds.feeds(),
        outputs: destinations
          .list()
          .filter((d) => !d.unreadable)
          .map((d) => ({ ...d, run: d.ordered === 'start', backupUrl: null, folder: null })),
      }),
    onRefused: (answer) => orderAlarm.set('air-order', answer && refusedAlarm(answer)),
  });
  const supervisor = createStreamSupervisor({
    ...ports,
    observed() {
      const { air, switcher } = store.get();
      return {
        obsConnected: switcher.connection === 'connected',
        streaming: switcher.streaming,
        ingestUp: air.connected && air.ingest.state === 'up',
        source: air.source,
        arriving: air.program !== null,
      };
    },
    target: () => ({
      server: `rtmp://${ports.programHost ?? airHost(link.remoteAddress())}:${ports.rtmpPort}/program`,
      key: `main?k=${ports.keys.programKey}`,
    }),
  });
  if (live) supervisor.want('');

  const orders = createAirOrders({ clock, link, sender });

  const destinationHandlers = createDestinationCommands({
    ...ports,
    destinations,
    profile: ports.destinationProfile,
    encoder: ports.encoderProfile,
    air: orders,
    queue,
    latch: createAlarmLatch(ports.alarms),
  });

  const withAir = (on: boolean): string[] =>
    destinations
      .list()
      .filter((d) => d.withAir && !(on && d.unreadable))
      .map((d) => d.id);

  const videoRunning = (): string[] =>
    destinations
      .list()
      .filter((d) => d.kind === 'rtmp' && d.ordered === 'start')
      .map((d) => d.id);

  /** Everything that `which` names, ordered at once with the air itself; returns the ids. */
  function order(on: boolean, which: () => string[], why: string): Promise<string[]> {
    return queue.run(async () => {
      const ids = which();
      await destinations.order(ids, on ? 'start' : 'stop', { [liveKey]: on });
      live = on;
      store.change((draft) => {
        draft.air.order = on ? 'live' : 'stop';
        for (const id of ids) {
          const output = draft.outputs[id];
          if (output) output.order = on ? 'start' : 'stop';
        }
      });
      if (on) supervisor.want(why);
      else supervisor.release();
      return ids;
    });
  }

  let closed = false;
  link.onConnect(() => {
    if (closed) return;
    sender.connected().catch(() => undefined);
  });
  link.onReport((report: AirReport) => {
    if (closed) return;
    watch.report(report);
    sender.reported(report.orderRev);
    supervisor.check();
  });
  link.onDisconnect(() => {
    if (!closed) watch.lost();
  });
  ports.feeds.onFeedsChange(() => sender.changed());
  if (link.connected()) sender.connected().catch(() => undefined);
  const stopTick = clock.every(tickMs, () => {
    watch.tick();
    supervisor.check();
  });

  return {
    handlers: {
      ...destinationHandlers,
      'air.goLive': async (_input, context) => {
        await orders.ready();
        const started = await order(
          true,
          () => withAir(true),
          `Salida al aire por ${context.actor}.`,
        );
        await orders.deliver();
        return { started };
      },
      'air.stop': async () => {
        // Remembered even when air is away: it stops as soon as air is heard again.
        const stopped = await order(false, () => withAir(false), '');
        await orders.deliver();
        return { stopped };
      },
    },
    monitorUrl() {
      const monitor = watch.fresh()?.monitor;
      if (!monitor) return null;
      const token = encodeURIComponent(monitor.token);
      return `http://${airHost(link.remoteAddress())}:${monitor.port}/bus.flv?t=${token}`;
    },
    async standDown() {
      await order(false, videoRunning, '');
      await supervisor.idle(stopStreamMs);
    },
    async close() {
      closed = true;
      stopTick();
      supervisor.close();
      sender.close();
      await watch.close();
    },
  };
}
