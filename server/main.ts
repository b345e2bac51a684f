// Control's composition root: the only file that knows every adapter; opens in order, closes in reverse.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAccess } from './access/access.ts';
import { createAuditLog } from './access/audit-log.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { addresses, announceParts, greeting, reachableHost, type Print } from './console.ts';
import { createAlarmLatch } from './core/alarm-latch.ts';
import { createAlarms } from './core/alarms.ts';
import { createFileOnce } from './core/atomic-file.ts';
import { systemClock } from './core/clock.ts';
import { StudioError } from './core/errors.ts';
import { newId, newSecret } from './core/ids.ts';
import { initialState } from './core/initial-state.ts';
import { createLog } from './core/log.ts';
import { acquireProcessLock } from './core/process-lock.ts';
import { openSecretBox } from './core/secret-box.ts';
import { createStateStore } from './core/state-store.ts';
import { createField } from './field/units.ts';
import { createGrid } from './grid/runner.ts';
import { createHealthWatch } from './health/health-watch.ts';
import { loadLibrary } from './library/load.ts';
import {
  gridOffReason,
  libraryHandlers,
  problemWords,
  profilesPart,
  stationState,
} from './library/service.ts';
import { createAirProcess } from './outputs/air-process.ts';
import { createAirService } from './outputs/air-service.ts';
import { airHost } from './outputs/air-link-port.ts';
import { watchHours } from './outputs/hours.ts';
import { openIngestKeys } from './outputs/ingest-keys.ts';
import { createSettings } from './outputs/settings.ts';
import { createUplink } from './outputs/uplink/uplink.ts';
import { createUploadTest } from './outputs/uplink/upload-test.ts';
import { createSilenceAlarm } from './radio/silence-alarm.ts';
import { openStore } from './store/database.ts';
import { createObsClient } from './switcher/obs-client.ts';
import { createObsRuntime } from './switcher/obs-runtime.ts';
import { createSwitcher } from './switcher/service.ts';
import { createAirLink } from './web/air-link.ts';
import { publicRoutes } from './web/public-routes.ts';
import { createWeb } from './web/web.ts';

const rootDir = join(dirname(fileURLToPath(import.meta.url)), '..');
const print: Print = (line) => void process.stdout.write(`${line}\n`);

/**
 * How control ends. `stop`: with all that is its own, a managed air and OBS included, as Ctrl-C
 * promises. `handOver`: alone; air and OBS go on as they are, and the next start adopts them.
 */
type End = 'stop' | 'handOver';

/** Opens everything; `end` ends it in reverse. */
async function open(config: Config): Promise<{ end(how: End): Promise<void> }> {
  const log = createLog(config.logLevel, 'control');
  const clock = systemClock(config.clockOffsetMs);
  const random = Math.random;
  const closers: (() => unknown)[] = [];
  let ending: End = 'stop';
  const close = async (): Promise<void> => {
    for (const closer of closers.toReversed()) {
      try {
        await closer();
      } catch (error) {
        log.error({ err: error }, 'a part did not close well');
      }
    }
  };
  try {
    const store = await openStore(config.dataDir);
    closers.push(() => store.close());
    const lock = await acquireProcessLock('control', config.dataDir);
    closers.push(() => lock.close());

    const library = loadLibrary(rootDir);
    for (const problem of library.problems) print(`  ✗ ${problemWords(problem).es}`);
    const state = createStateStore(
      initialState(stationState(library, config.clockOffsetMs), config.rtmpPort, clock.now()),
    );
    state.change((draft) => {
      draft.parts.profiles = profilesPart(library, clock.now());
    });
    const alarms = createAlarms(state, clock);
    const audit = createAuditLog({ store, clock, log, alarms });
    const access = await createAccess({
      store,
      state,
      // Sessions live by the real clock: a rehearsal must not end them.
      clock: systemClock(),
      log,
      audit,
      adminPassword: config.adminPassword,
    });
    closers.push(() => access.close());
    const box = openSecretBox(join(config.dataDir, 'secret.key'));
    const settings = createSettings(store.db);
    const keys = await openIngestKeys(settings, box, newSecret);

    const client = createObsClient({ clock, log: log.child({ room: 'obs' }), random });
    closers.push(() => client.close());
    const switcher = createSwitcher({
      client,
      store: state,
      clock,
      log,
      audit,
      alarms,
      random,
      profile: library.obs,
      encoder: library.encoder,
      airSlate: { force: (by, reason) => air.forceSlate(by, reason) },
    });
    closers.push(() => switcher.close());

    const tokenFile = join(config.dataDir, 'air.token');
    createFileOnce(tokenFile, newSecret(32));
    const airLink = createAirLink({ token: readFileSync(tokenFile, 'utf8').trim(), clock, log });
    const common = { store: state, db: store.db, clock, audit, alarms, log, box, newId, random };
    const field = await createField({
      ...common,
      unitProfile: (id) => library.units.get(id),
      scene: {
        setMediaInput: async (url) => {
          if (library.obs) await switcher.setMediaInput(library.obs.fieldSource, url);
        },
        onConnected: (listener) => switcher.onConnected(listener),
      },
      memory: settings,
      rtmpPort: config.rtmpPort,
      publicHost: reachableHost,
      playKey: keys.playKey,
      playHost: () => airHost(airLink.remoteAddress()),
      newSecret,
    });
    closers.push(() => field.close());
    const air = await createAirService({
      ...common,
      link: airLink,
      encoder: switcher,
      stage: switcher,
      feeds: field,
      keys,
      destinationProfile: (id) => library.destinations.get(id),
      encoderProfile: () => library.encoder,
      rtmpPort: config.rtmpPort,
      publicHost: reachableHost,
    });
    closers.push(() => air.close());
    closers.push(airLink.onReport((report) => field.report(report)));
    const uplink = await createUplink({
      store: state,
      settings,
      clock,
      audit,
      latch: createAlarmLatch(alarms),
      log,
      profile: library.station.uplink,
      uploadTest: createUploadTest(clock),
      orderChanged: () => air.orderChanged(),
    });
    closers.push(() => uplink.close());
    const hours = watchHours({
      store: state,
      clock,
      latch: createAlarmLatch(alarms),
      profile: (id) => library.destinations.get(id),
    });
    closers.push(() => hours.close());
    const silence = createSilenceAlarm({ store: state, alarms, audit });
    closers.push(() => silence.close());
    const health = createHealthWatch({
      store: state,
      alarms,
      audit,
      clock,
      thresholds: library.station.health,
    });
    closers.push(() => health.close());

    const grid = createGrid({
      store: state,
      db: store.db,
      clock,
      zone: library.station.zone,
      schedule: library.schedule,
      off: gridOffReason(library),
      switcher,
      audit,
      alarms,
      log,
    });
    closers.push(() => grid.close());

    let ready = false;
    const web = createWeb({
      clock,
      log,
      state,
      audit,
      access,
      handlers: {
        ...switcher.handlers,
        ...air.handlers,
        ...uplink.handlers,
        ...field.handlers,
        ...grid.handlers,
        ...access.handlers,
        ...libraryHandlers(library),
        'alarm.acknowledge': async (input, context) => {
          alarms.acknowledge(input.id, context.actor);
          return {};
        },
      },
      airLink,
      signals: switcher,
      monitorUrl: () => air.monitorUrl(),
      publicRoutes: publicRoutes({ grid, station: library.station, clock }),
      pageDir: join(rootDir, 'control-ui', 'dist'),
      ready: () => ready && store.healthy(),
      version: '0.1.0',
    });
    closers.push(() => web.close());
    const served = await web.listen(config.host, config.port);
    const urls = addresses(config.host, served.port);
    for (const line of greeting(
      library.station.name,
      urls,
      access.setupToken(),
      config.clockOffsetMs,
    ))
      print(line);

    await grid.start();
    const obs = createObsRuntime({
      config,
      client,
      switcher,
      clock,
      log,
      audit,
      random,
      profile: library.obs,
      station: library.station,
      encoder: library.encoder,
    });
    closers.push(() => obs.close({ stop: ending === 'stop' }));
    void obs.start();
    const hush = announceParts(state, print);
    closers.push(hush);
    if (config.air === 'managed') {
      const airProcess = createAirProcess({
        clock,
        log,
        alarms,
        audit,
        random,
        link: airLink,
        dataDir: config.dataDir,
        recordingsDir: config.recordingsDir,
        rootDir,
        controlUrl: `http://${config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host}:${served.port}`,
        tokenFile,
        logLevel: config.logLevel,
        inherited: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
      });
      airProcess.start();
      closers.push(() => airProcess.close({ stopAir: ending === 'stop' }));
    }
    ready = true;
    return {
      async end(how) {
        ending = how;
        // What ends now is no news.
        hush();
        // The next start must not broadcast by itself what a person ended here; an air with a service
        // of its own is not ended here.
        if (how === 'stop' && config.air === 'managed') await air.standDown();
        else await air.handOver();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Says why the server cannot start, in words, and ends with status 1. */
function refuse(error: unknown): never {
  if (error instanceof ConfigError) {
    print('✗ Variables de entorno no válidas / invalid environment:');
    for (const line of error.lines) print(`    ${line}`);
  } else if (error instanceof StudioError) {
    print(`✗ ${error.words.es}\n  ${error.words.en}`);
  } else {
    print(`✗ ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  process.exit(1);
}

try {
  const config = readConfig(process.env, rootDir);
  const studio = await open(config);
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    // A service manager that restarts control must not end an air that has a service of its own.
    const alone = signal === 'SIGUSR2' || (signal === 'SIGTERM' && config.air === 'external');
    print(
      alone
        ? `\n${signal}: termina el control; el aire sigue… / control ends; the air goes on…`
        : `\n${signal}: cerrando en orden… / closing in order…`,
    );
    // Every part has its own deadline; this one only guards against a mistake in one of them.
    setTimeout(() => process.exit(1), 40_000).unref();
    void studio.end(alone ? 'handOver' : 'stop').then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const) {
    process.on(signal, stop);
  }
} catch (error) {
  refuse(error);
}
