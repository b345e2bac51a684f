// Composition root of the air process: media that goes on whatever happens to control.
//
// Environment: STUDIO_AIR_CONTROL_URL, STUDIO_AIR_TOKEN_FILE, STUDIO_DATA, STUDIO_RECORDINGS,
// STUDIO_LOG_LEVEL.
// Exit codes: 0 asked to end (SIGTERM, SIGINT, control's shutdown) · 1 unsafe to go on, start it
// again · 2 bad environment · 3 another air has this data folder.
// SIGTERM and SIGINT keep the order on disk, so that a restart resumes it; control's shutdown
// forgets it, because there a person ended the transmission.
import { mkdirSync, readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { join, resolve } from 'node:path';
import { StudioError } from '../core/errors.ts';
import { systemClock } from '../core/clock.ts';
import { newId, newSecret } from '../core/ids.ts';
import { createLog, type Log } from '../core/log.ts';
import { openSecretBox } from '../core/secret-box.ts';
import { createAir } from './air.ts';
import { createBus } from './bus/bus.ts';
import { createMonitorServer } from './bus/monitor-http.ts';
import { renderSlate } from './bus/slate-render.ts';
import { farthestFrom } from './bus/look-alike.ts';
import { createSlate } from './bus/slate.ts';
import { readAirConfig, type AirConfig } from './air-config.ts';
import { guardProcess } from './crash-guard.ts';
import { createEncodedBus } from './encode/encoded-bus.ts';
import { findFfmpegVersion } from './ffmpeg-version.ts';
import { createHealth } from './health/health.ts';
import { createHlsRooms } from './hls/rooms.ts';
import { createIngest } from './ingest/server.ts';
import { createLink, type Link } from './link.ts';
import { acquireProcessLock } from '../core/process-lock.ts';
import { createOrderFile } from './order-file.ts';
import { createOutputs } from './outputs/outputs.ts';
import { createProcessStats } from './process-stats.ts';

/** What a resumed order is given before anything else is started. */
const resumeMs = 500;
/** Past this a stop is a hang; workers end by themselves when their stdin closes. */
const stopMs = 15_000;
/** When everything a start needs has been compiled. */
const cacheMs = 5000;

async function start(config: AirConfig, log: Log): Promise<void> {
  const clock = systemClock();
  const random = Math.random;
  const lock = await acquireProcessLock('air', config.dataDir);
  const box = openSecretBox(join(config.dataDir, 'secret.key'));
  const slate = createSlate({
    clock,
    log: log.child({ room: 'slate' }),
    random,
    dir: join(config.dataDir, 'slates'),
    render: (wish, path, signal) => renderSlate(wish, path, { clock, signal }),
    farthest: (png, reel) => farthestFrom(png, reel, { clock }),
  });
  const ingest = createIngest({
    clock,
    log: log.child({ room: 'ingest' }),
    dataDir: config.dataDir,
    random,
  });
  const plainBus = createBus({
    clock,
    log: log.child({ room: 'bus' }),
    random,
    program: () => ingest.programFlv(),
    bypass: (name) => ingest.bypassFlv(name),
    slate,
  });
  const bus = createEncodedBus({
    bus: plainBus,
    slate,
    clock,
    log: log.child({ room: 'encoder' }),
    random,
  });
  const hls = createHlsRooms({ clock, log: log.child({ room: 'hls' }) });
  const outputs = createOutputs({
    tap: bus.tap,
    clock,
    log: log.child({ room: 'outputs' }),
    random,
    recordingsDir: config.recordingsDir,
    hls,
  });
  const token = newSecret();
  const monitor = await createMonitorServer({
    clock,
    log,
    tap: bus.tap,
    token,
    hls,
    host: monitorHost(config.controlUrl),
  });
  const orderFile = createOrderFile(join(config.dataDir, 'air-order'), box, log, clock);
  // Also where a burst of errors ends this process: the next one resumes what was ordered last.
  process.on('exit', () => orderFile.finish());
  const stats = createProcessStats(clock, process.pid);
  let ffmpegVersion: string | null = null;
  const air = createAir({
    clock,
    log,
    orderFile,
    ingest,
    slate,
    bus,
    outputs,
    health: createHealth({ tap: bus.tap, clock, log: log.child({ room: 'health' }), random }),
    monitor: () => ({ port: monitor.port, token }),
    stats: () => stats.get(),
    ffmpegVersion: () => ffmpegVersion,
  });

  let stopping = false;
  let link: Link | null = null;
  const stop = async (why: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info({ why }, 'air ends');
    clock.after(stopMs, () => process.exit(1));
    await air.close().catch((error: unknown) => log.error({ err: error }, 'while ending'));
    link?.close();
    stats.close();
    hls.close();
    await monitor.close();
    lock.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => void stop(signal));
  }
  // The air first; control is only told once there is something true to tell.
  air.resume();
  log.info({ monitor: monitor.port }, 'air is up');
  // In the middle of a show the machine's first half second belongs to the platforms.
  if (air.rev() !== null) await new Promise<void>((done) => clock.after(resumeMs, done));
  ffmpegVersion = await findFfmpegVersion();
  if (!ffmpegVersion) log.error({}, 'ffmpeg was not found: neither slate nor destinations');
  if (stopping) return;
  link = createLink({
    clock,
    log: log.child({ room: 'link' }),
    random,
    controlUrl: config.controlUrl,
    airId: newId('air'),
    pid: process.pid,
    token: () => readToken(config.tokenFile),
    presentRev: () => air.rev(),
    accept: (order) => air.accept(order),
    report: () => air.report(),
    shutdown() {
      air.forget();
      void stop('control');
    },
  });
  air.onChange(() => link?.changed());
  // Now, not at the exit: who is killed never gets there. Nothing where no cache folder is set.
  clock.after(cacheMs, flushCompileCache);
}

/** Control reads us where it runs itself: on this machine nobody else has to reach us. */
function monitorHost(controlUrl: string): string {
  const { hostname } = new URL(controlUrl);
  const here = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  return here ? '127.0.0.1' : '0.0.0.0';
}

function readToken(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim() || null;
  } catch {
    return null;
  }
}

/** Ends with a message for the console when air cannot start at all. */
async function main(): Promise<void> {
  let config: AirConfig;
  try {
    config = readAirConfig(process.env, resolve(import.meta.dirname, '../..'));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
  const log = createLog(config.logLevel, 'air');
  guardProcess(process, systemClock(), log);
  try {
    mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
    await start(config, log);
  } catch (error) {
    const taken = error instanceof StudioError && error.code === 'conflict';
    if (taken) console.error(`${error.words.es}\n${error.words.en}`);
    else log.error({ err: error }, 'air could not start');
    process.exit(taken ? 3 : 1);
  }
}

await main();
