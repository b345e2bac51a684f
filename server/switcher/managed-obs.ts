// A headless OBS of our own: adopted if it still runs, started if not, started again when it dies or hangs.
import { backoffMs } from '../core/backoff.ts';
import type { Cancel, Clock } from '../core/clock.ts';
import type { Audit } from '../core/audit.ts';
import type { Log } from '../core/log.ts';
import { freePort, launchObs } from './launch-obs.ts';
import type { ObsFiles, RunRecord } from './obs-files.ts';
import type { ObsTarget } from './obs-port.ts';
import { endProcess, isAlive } from './processes.ts';

export interface ManagedObsPorts {
  readonly files: ObsFiles;
  readonly clock: Clock;
  readonly log: Log;
  readonly audit: Audit;
  /** In [0,1). */
  readonly random: () => number;
  /** IANA zone that the clocks in the pictures show. */
  readonly zone: string;
  /** True while the client talks to it. */
  readonly healthy: () => boolean;
  /** Scene on air when OBS was last seen, to open with after it died; null for its own. */
  readonly lastProgram: () => string | null;
  /** Where to connect now; called at each start. */
  readonly onTarget: (target: ObsTarget) => void;
  /** It could not be started, died, or did not answer in its time: from now on that is a fault. */
  readonly onTrouble: () => void;
}

export interface ManagedObs {
  /** Adopts or starts it, and keeps it running from then on. */
  start(): Promise<void>;
  /** The process in charge now; null between two. */
  run(): RunRecord | null;
  /** `stop` ends OBS too; without it OBS goes on alone and the next start adopts it. */
  close(options: { stop: boolean }): Promise<void>;
}

const lookMs = 250;
/** Alive but silent for this long is hung. */
const hungMs = 10_000;
/** Its first answer may take longer on a busy machine. */
const firstAnswerMs = 45_000;
const restart = { firstMs: 300, maxMs: 15_000 };
const healthyAgainMs = 60_000;

/** True when a managed OBS left by an earlier server still runs. */
export function findRunning(files: ObsFiles): RunRecord | null {
  const record = files.readRun();
  return record && isAlive(record.obs) ? record : null;
}

/** Nothing runs until `start`. */
export function createManagedObs(ports: ManagedObsPorts): ManagedObs {
  const { files, clock, log } = ports;
  let run: RunRecord | null = null;
  let closed = false;
  let attempt = 0;
  let since = 0;
  /** Monotonic ms of the last sign of life over the websocket in this run; null until the first. */
  let heardAt: number | null = null;
  let stopLooking: Cancel | null = null;
  let cancelRestart: Cancel | null = null;
  let work: Promise<void> = Promise.resolve();

  async function open(): Promise<void> {
    const left = findRunning(files);
    if (left) {
      run = left;
      log.info({ obsPid: left.obs.pid, port: left.port }, 'adopted the OBS that was running');
    } else {
      const old = files.readRun();
      // A screen without its OBS is of no use to anybody.
      if (old && isAlive(old.xvfb)) await endProcess(clock, old.xvfb, 'SIGTERM', 3000);
      const port = await freePort(old?.port ?? null);
      files.prepare(port, ports.lastProgram());
      run = await launchObs(clock, files, port, ports.zone);
      log.info({ obsPid: run.obs.pid, port }, 'started OBS');
    }
    since = clock.mono();
    heardAt = null;
    ports.onTarget({ url: `ws://127.0.0.1:${run.port}`, password: files.password() });
  }

  function look(): void {
    const now = clock.mono();
    if (closed || !run) return;
    if (!isAlive(run.obs)) {
      again('OBS terminó / OBS ended', run);
      return;
    }
    if (ports.healthy()) {
      heardAt = now;
      if (now - since > healthyAgainMs) attempt = 0;
      return;
    }
    const silent = heardAt === null ? now - since > firstAnswerMs : now - heardAt > hungMs;
    if (silent) again('OBS dejó de responder / OBS stopped answering', run);
  }

  function again(reason: string, dead: RunRecord): void {
    run = null;
    ports.onTrouble();
    const delay = backoffMs(restart, attempt, ports.random);
    attempt += 1;
    log.warn({ reason, delay }, 'restarting OBS');
    ports.audit.record({
      actor: 'supervisor',
      action: 'switcher.restartObs',
      reason,
      ok: true,
      detail: { attempt },
    });
    work = work.then(async () => {
      // A hung one does not hear a request to close.
      await endProcess(clock, dead.obs, 'SIGKILL', 0);
      await endProcess(clock, dead.xvfb, 'SIGTERM', 3000);
    });
    cancelRestart = clock.after(delay, () => {
      work = work.then(tryOpen);
    });
  }

  async function tryOpen(): Promise<void> {
    if (closed) return;
    try {
      await open();
    } catch (error) {
      const delay = backoffMs(restart, attempt, ports.random);
      attempt += 1;
      log.error({ err: error, delay }, 'OBS could not be started');
      ports.onTrouble();
      cancelRestart = clock.after(delay, () => {
        work = work.then(tryOpen);
      });
    }
  }

  return {
    async start() {
      work = work.then(tryOpen);
      await work;
      stopLooking = clock.every(lookMs, look);
    },
    run: () => run,
    async close({ stop }) {
      closed = true;
      stopLooking?.();
      cancelRestart?.();
      await work;
      const last = run;
      run = null;
      if (!stop || !last) return;
      // Interrupted, OBS saves its scenes and ends its stream properly.
      await endProcess(clock, last.obs, 'SIGINT', 8000);
      await endProcess(clock, last.xvfb, 'SIGTERM', 3000);
    },
  };
}
