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
import { identify, isRunning, signal, type ProcessIdentity } from './process-identity.ts';

export interface AirProcessPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly alarms: Alarms;
  readonly audit: Audit;
  readonly random: () => number;
  readonly link: Pick<AirLink, 'connected' | 'shutdown'>;
  readonly dataDir: string;
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
      // Reaped at once, so that it does not look alive as a zombie.
      child.on('exit', (code, by) => log.warn({ pid: child.pid, code, by }, 'air ended'));
      child.unref();
      const identity = child.pid === undefined ? null : identify(child.pid);
      if (!identity) return;
      writeAirPid(dataDir, identity);
      begin(identity);
      log.info({ pid: identity.pid }, 'air started');
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
      ports.audit.record({
        actor: 'supervisor',
        action: 'air.restart',
        reason: 'El proceso de emisión terminó sin que se le pidiera; se levanta otra vez.',
        ok: true,
        detail: { pid: air.pid },
      });
      air = null;
      latch.set('air-silent', null);
      wait(now);
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

  function wait(now: number): void {
    notBefore = now + backoffMs(retry, attempt, ports.random);
    attempt += 1;
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
      log.warn({ pid: target.pid, signal: name }, 'air is ended by a signal');
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
        log.info({ pid: before.pid }, 'an air from before is running: adopted');
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
    },
    pid: () => air?.pid ?? null,
    async close({ stopAir }) {
      if (closing) return;
      closing = true;
      stopPoll?.();
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
    STUDIO_AIR_CONTROL_URL: ports.controlUrl,
    STUDIO_AIR_TOKEN_FILE: ports.tokenFile,
    STUDIO_LOG_LEVEL: ports.logLevel,
    ...(PATH === undefined ? {} : { PATH }),
    ...(HOME === undefined ? {} : { HOME }),
  };
}

function silentAlarm(pid: number) {
  return {
    severity: 'critical',
    what: {
      es: 'El proceso de emisión está vivo pero no se comunica con el servidor.',
      en: 'The air process is alive but does not talk to the server.',
    },
    advice: {
      es: `Se deja como está para no cortar lo que esté al aire (proceso ${pid}). Si nada está al aire, reinicie el servidor con Ctrl-C y npm start.`,
      en: `It is left alone so as not to cut what is on the air (process ${pid}). If nothing is on the air, restart the server with Ctrl-C and npm start.`,
    },
  } as const;
}

function crashingAlarm(file: string) {
  return {
    severity: 'critical',
    what: {
      es: 'El proceso de emisión se cae al arrancar.',
      en: 'The air process falls as it starts.',
    },
    advice: {
      es: `Se sigue intentando. La causa está al final de ${file}.`,
      en: `It keeps trying. The cause is at the end of ${file}.`,
    },
  } as const;
}
