// Starts the air process when none runs, adopts the one that does, and ends it only when asked to.
import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import type { Alarms } from '../core/alarms.ts';
import { createAlarmLatch } from '../core/alarm-latch.ts';
import type { Audit } from '../core/audit.ts';
import { backoffMs } from '../core/backoff.ts';
import type { Cancel, Clock } from '../core/clock.ts';
import { withDeadline } from '../core/deadline.ts';
import type { Log, LogLevel } from '../core/log.ts';
import type { AirLink } from './air-link-port.ts';
import { airLogFile, openAirLog, readAirPid, removeAirPid, writeAirPid } from './air-files.ts';
import { crashingAlarm, silentAlarm } from './air-process-alarms.ts';
import { identify, isRunning, signal, type ProcessIdentity } from './process-identity.ts';

export interface AirProcessPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly alarms: Alarms;
  readonly audit: Audit;
  readonly random: () => number;
  readonly link: Pick<AirLink, 'connected' | 'shutdown'> & Partial<Pick<AirLink, 'onDisconnect'>>;
  readonly dataDir: string;
  /** Where air keeps recordings; by default in the data folder. */
  readonly recordingsDir?: string;
  /** The project's folder: the child's working directory. */
  readonly rootDir: string;
  /** Where air dials control, e.g. `http://127.0.0.1:8080`. */
  readonly controlUrl: string;
  readonly tokenFile: string;
  readonly logLevel: LogLevel;
  /** PATH and HOME of this process; air gets nothing else of its environment. */
  readonly inherited: { readonly PATH: string | undefined; readonly HOME: string | undefined };
  /** Air's entry file; `server/air/main.ts` by default. */
  readonly entry?: string;
}

export interface AirProcess {
  /** Adopts or starts an air, and keeps one running from then on. */
  start(): void;
  /** Process number of the air in charge, if it is known. */
  pid(): number | null;
  /** Lets go of the air; with `stopAir` ends it, by the link first and by signals if it must. */
  close(options: { stopAir: boolean }): Promise<void>;
}

const retry = { firstMs: 250, maxMs: 10_000 };
const pollMs = 250;
/** A dropped line is the first sign of a dead air; the process itself is gone some ms later. */
const soonMs = [5, 20, 50, 100] as const;
/** An air that stays up this long starts its backoff anew. */
const healthyMs = 30_000;
/** How long an air may live without dialling in before people are told. */
const silentMs = 10_000;
/** An air that is asked to end gives its own children 15 s at most. */
const orderlyMs = 16_000;

/**
 * An air that is alive but does not dial in is *kept*: it may be feeding every destination, and only
 * the link be wrong. Control never replaces it by itself; an alarm says so after ten seconds, and
 * stopping the server (Ctrl-C) ends it by signals.
 */
export function createAirProcess(ports: AirProcessPorts): AirProcess {
  const { clock, log, link, dataDir } = ports;
  const latch = createAlarmLatch(ports.alarms);
  let air: ProcessIdentity | null = null;
  let upSince = 0;
  let heardAt = 0;
  let attempt = 0;
  let notBefore = 0;
  let closing = false;
  let stopPoll: Cancel | null = null;
  /** The wait for the next try; one that is due at once does not wait for the next poll. */
  let cancelRetry: Cancel | null = null;

  function begin(identity: ProcessIdentity): void {
    air = identity;
    upSince = clock.mono();
    heardAt = upSince;
  }

  function launch(): void {
    const entry = ports.entry ?? join(ports.rootDir, 'server', 'air', 'main.ts');
    const output = openAirLog(dataDir);
    try {
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry], {
        cwd: ports.rootDir,
        detached: true,
        stdio: ['ignore', output, output],
        env: environment(ports),
      });
      child.on('error', (error) => log.error({ err: error }, 'air could not be started'));
      // Reaped at once, so that it does not look alive as a zombie; its successor starts at once too.
      child.on('exit', (code, by) => {
        log.warn({ airPid: child.pid, code, by }, 'air ended');
        poll();
      });
      child.unref();
      const identity = child.pid === undefined ? null : identify(child.pid);
      if (!identity) return;
      writeAirPid(dataDir, identity);
      begin(identity);
      log.info({ airPid: identity.pid }, 'air started');
    } finally {
      closeSync(output);
    }
  }

  function poll(): void {
    if (closing) return;
    const now = clock.mono();
    if (air && isRunning(air)) {
      if (link.connected()) heardAt = now;
      latch.set('air-silent', now - heardAt > silentMs ? silentAlarm(air.pid) : null);
      if (now - upSince > healthyMs) attempt = 0;
      if (now - upSince > silentMs) latch.set('air-crashing', null);
      return;
    }
    if (air) {
      const { pid } = air;
      air = null;
      latch.set('air-silent', null);
      wait(now);
      // On record once the next one is on its way: the disk takes its time.
      clock.after(0, () =>
        ports.audit.record({
          actor: 'supervisor',
          action: 'air.restart',
          reason: 'El proceso de emisión terminó sin que se le pidiera; se levanta otra vez.',
          ok: true,
          detail: { pid },
        }),
      );
    }
    // An air that somebody else started and that dialled in is as good as ours.
    if (now < notBefore || link.connected()) return;
    if (attempt >= 3) latch.set('air-crashing', crashingAlarm(airLogFile(dataDir)));
    try {
      launch();
    } catch (error) {
      log.error({ err: error }, 'air could not be started');
    }
    if (!air) wait(now);
  }

  /** The first death is made good at once; only those that repeat are waited for. */
  function wait(now: number): void {
    const ms = attempt === 0 ? 0 : backoffMs(retry, attempt - 1, ports.random);
    notBefore = now + ms;
    attempt += 1;
    cancelRetry?.();
    cancelRetry = ms === 0 ? null : clock.after(ms, poll);
  }

  async function end(target: ProcessIdentity): Promise<void> {
    const told = link.connected();
    if (told) {
      link
        .shutdown()
        .catch((error: unknown) => log.warn({ err: error }, 'air was not told to stop'));
      if (await gone(target, orderlyMs)) return;
    }
    for (const [name, ms] of [
      ['SIGTERM', told ? 2000 : orderlyMs],
      ['SIGKILL', 2000],
    ] as const) {
      if (!signal(target, name)) return;
      log.warn({ airPid: target.pid, signal: name }, 'air is ended by a signal');
      if (await gone(target, ms)) return;
    }
  }

  async function gone(target: ProcessIdentity, ms: number): Promise<boolean> {
    const until = clock.mono() + ms;
    while (isRunning(target)) {
      if (clock.mono() >= until) return false;
      await new Promise<void>((resolve) => clock.after(50, resolve));
    }
    return true;
  }

  return {
    start() {
      const before = readAirPid(dataDir);
      if (before && isRunning(before)) {
        begin(before);
        log.info({ airPid: before.pid }, 'an air from before is running: adopted');
        ports.audit.record({
          actor: 'supervisor',
          action: 'air.adopt',
          reason: 'Ya había un proceso de emisión en marcha; se adopta.',
          ok: true,
          detail: { pid: before.pid },
        });
      }
      poll();
      stopPoll = clock.every(pollMs, poll);
      link.onDisconnect?.(() => {
        for (const ms of closing ? [] : soonMs) clock.after(ms, poll);
      });
    },
    pid: () => air?.pid ?? null,
    async close({ stopAir }) {
      if (closing) return;
      closing = true;
      stopPoll?.();
      cancelRetry?.();
      if (!stopAir) return;
      const target = air;
      if (target) {
        await end(target);
        if (!isRunning(target)) removeAirPid(dataDir);
      } else if (link.connected()) {
        await withDeadline(clock, orderlyMs, lateWords, link.shutdown()).catch((error: unknown) =>
          log.warn({ err: error }, 'air did not stop in time'),
        );
      }
    },
  };
}

const lateWords = {
  es: 'El proceso de emisión no terminó a tiempo.',
  en: 'The air process did not end in time.',
};

function environment(ports: AirProcessPorts): Record<string, string> {
  const { PATH, HOME } = ports.inherited;
  return {
    STUDIO_DATA: ports.dataDir,
    ...(ports.recordingsDir === undefined ? {} : { STUDIO_RECORDINGS: ports.recordingsDir }),
    STUDIO_AIR_CONTROL_URL: ports.controlUrl,
    STUDIO_AIR_TOKEN_FILE: ports.tokenFile,
    STUDIO_LOG_LEVEL: ports.logLevel,
    // Compiled once: after a death the next one is up in about half the time.
    NODE_COMPILE_CACHE: join(ports.dataDir, 'cache', 'node'),
    ...(PATH === undefined ? {} : { PATH }),
    ...(HOME === undefined ? {} : { HOME }),
  };
}
