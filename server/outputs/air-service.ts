// The air as control sees it: on and off, the order air follows, and the truth it reports.
import type { AirReport } from '../contract/air-link.ts';
import { createAlarmLatch } from '../core/alarm-latch.ts';
import { StudioError } from '../core/errors.ts';
import { serialQueue } from '../core/serial-queue.ts';
import { refusedAlarm, tooOldAlarm } from './air-alarms.ts';
import { createAirChoices } from './air-choices.ts';
import { airHost } from './air-link-port.ts';
import { createAirOrders } from './air-orders.ts';
import type { AirService, AirServicePorts } from './air-service-ports.ts';
import { createAirWatch } from './air-watch.ts';
import { openDestinations, type Destination } from './destination-store.ts';
import { createDestinationCommands } from './destinations.ts';
import { orderContent } from './order.ts';
import { createOrderSender } from './order-sender.ts';
import { createRecordingAlarms } from './recording-alarms.ts';
import { createRecordingFolders } from './recording-folders.ts';
import { createSettings } from './settings.ts';
import { createSlateDirector } from './slate-director.ts';
import { programSource } from './stream-step.ts';
import { createStreamSupervisor } from './stream-supervisor.ts';

const liveKey = 'air.live';
const tickMs = 500;
/** How long standing down waits for OBS to stop its stream. */
const stopStreamMs = 2000;
/** How long OBS's scene may take to be given back at the end. */
const giveBackMs = 1500;
const forcedWords = {
  es: 'Se puso «Ya regresamos» del servidor.',
  en: 'The own slate was put on.',
};
const handOverWords = { es: 'El control entrega el aire.', en: 'Control hands the air over.' };
const offAirWords = {
  es: 'Nada está al aire: no hay qué cubrir con «Ya regresamos».',
  en: 'Nothing is on the air: there is nothing to cover with the slate.',
};

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

  const director = await createSlateDirector({
    ...ports,
    settings,
    contract: () => link.contract(),
    alwaysEncode: () => ports.encoderProfile().alwaysEncode,
    changed: () => sender.changed(),
  });
  const watch = await createAirWatch({ ...ports, settings, live: () => live });
  const folders = await createRecordingFolders({
    ...ports,
    settings,
    ordered: () => ({
      live,
      recording: destinations.list().some((d) => d.kind === 'recording' && d.ordered === 'start'),
    }),
  });
  const sender = await createOrderSender({
    ...ports,
    settings,
    content: () =>
      orderContent({
        live,
        encoder: ports.encoderProfile(),
        station: store.get().station,
        rtmpPort: ports.rtmpPort,
        programKey: ports.keys.programKey,
        playKey: ports.keys.playKey,
        backupKey: ports.keys.backupKey,
        bypass: store.get().air.bypass,
        forceSlate: store.get().air.forced !== null,
        slatePicture: director.slatePicture,
        feeds: ports.feeds.feeds(),
        outputs: destinations
          .list()
          .filter((d) => !d.unreadable)
          .map((d) => ({
            ...d,
            run: mayRun(d) && !director.holding,
            folder: d.kind === 'recording' ? folders.now() : null,
          })),
      }),
    onRefused: (answer) => orderAlarm.set('air-order', answer && refusedAlarm(answer)),
    onLeft(ids) {
      const names = ids.map((id) => destinations.get(id)?.name ?? id);
      orderAlarm.set('air-contract', names.length > 0 ? tooOldAlarm(names) : null);
    },
  });
  const supervisor = createStreamSupervisor({
    ...ports,
    observed() {
      const { air, switcher } = store.get();
      return {
        obsConnected: switcher.connection === 'connected',
        streaming: switcher.streaming,
        ingestUp: air.connected && air.ingest.state === 'up',
        source: programSource(air),
        arriving: air.program !== null,
      };
    },
    target: () => ({
      server: `rtmp://${airHost(link.remoteAddress())}:${ports.rtmpPort}/program`,
      key: `main?k=${ports.keys.programKey}`,
    }),
  });
  if (live) supervisor.want('');

  /** Ordered to run, and not stopped for want of uplink. */
  function mayRun({ id, ordered }: Destination): boolean {
    return ordered === 'start' && store.get().outputs[id]?.shed !== true;
  }

  const orders = createAirOrders({ clock, link, sender });
  const choices = await createAirChoices({
    ...ports,
    settings,
    queue,
    orders,
    publicHost: ports.publicHost ?? ((host) => host),
    feedIds: () => ports.feeds.feeds().map((f) => f.id),
    connected: () => link.connected(),
    onForced: () => director.cancel(forcedWords),
  });
  choices.feedsChanged();

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
      .filter((d) => d.kind !== 'icecast' && d.ordered === 'start')
      .map((d) => d.id);

  /** Everything that `which` names, ordered at once with the air itself; returns the ids. */
  function order(on: boolean, which: () => string[], why: string): Promise<string[]> {
    return queue.run(async () => {
      const ids = which();
      const running = live || destinations.list().some((d) => d.ordered === 'start');
      await destinations.order(ids, on ? 'start' : 'stop', {
        [liveKey]: on,
        ...(on ? {} : choices.clearedByStop),
      });
      live = on;
      if (on) director.goLive(running);
      else {
        choices.stopped();
        director.cancel(null);
      }
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
    director.report(report);
    watch.report(report);
    sender.reported(report.orderRev);
    supervisor.check();
  });
  link.onDisconnect(() => {
    if (!closed) watch.lost();
  });
  ports.feeds.onFeedsChange(() => {
    choices.feedsChanged();
    sender.changed();
  });
  if (link.connected()) sender.connected().catch(() => undefined);
  // The next occurrence is recorded in its own folder.
  const stopFolders = folders.onChange(() => {
    if (destinations.list().some((d) => d.kind === 'recording')) sender.changed();
  });
  const recordingAlarms = createRecordingAlarms(ports);
  const stopTick = clock.every(tickMs, () => {
    watch.tick();
    director.check();
    supervisor.check();
  });

  return {
    handlers: {
      ...destinationHandlers,
      ...choices.handlers,
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
    orderChanged: () => sender.changed(),
    forceSlate(by, reason) {
      const { order: ordered, onAir } = store.get().air;
      if (ordered === 'live' || onAir) return choices.force(by, reason);
      return Promise.reject(new StudioError('conflict', offAirWords));
    },
    async handOver() {
      director.cancel(handOverWords);
      await director.idle(giveBackMs);
      if (link.connected()) await orders.deliver().catch(() => undefined);
    },
    async standDown() {
      await order(false, videoRunning, '');
      await Promise.all([supervisor.idle(stopStreamMs), director.idle(giveBackMs)]);
    },
    async close() {
      closed = true;
      stopTick();
      stopFolders();
      recordingAlarms.close();
      director.close();
      supervisor.close();
      sender.close();
      await watch.close();
    },
  };
}
