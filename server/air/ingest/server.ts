// Runs the ingest's child process: spawns, feeds it orders, watches its heartbeat, restarts it when it dies.
import { fork, type ChildProcess } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { join } from 'node:path';
import { backoffMs } from '../../core/backoff.ts';
import type { Cancel, Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { redactText } from '../../core/redact.ts';
import { stopChild } from '../../core/stop-child.ts';
import { backupPath, feedPath, programPath, publishKey, type IngestSettings } from './guard.ts';
import {
  differs,
  initialView,
  withDeath,
  withReport,
  withSettings,
  type IngestReport,
  type IngestView,
} from './ingest-state.ts';
import { defaultLimits, type IngestLimits } from './limits.ts';
import type { FromChild, ToChild } from './messages.ts';

export interface Ingest {
  /** The whole wanted state; the first call starts the child. Sessions it no longer admits end at once. */
  apply(settings: IngestSettings): void;
  /** What is, now; cheap. Running figures are at most 250 ms old. */
  report(): IngestReport;
  /** Called at once when anything but a running figure changed; returns the removal. */
  onChange(listener: () => void): () => void;
  /** Loopback HTTP-FLV address of the program with the play key in it, for this child; ask again on each reconnect. Null while there is none. */
  programFlvUrl(): string | null;
  /** The same without the key in the address: send the headers. */
  programFlv(): FlvAddress | null;
  /** The same of the backup encoder (`backup`) or of a feed by its id; null also while nobody may publish it. */
  bypassFlv(name: string): FlvAddress | null;
  /** The child's process id, to weigh it; null while there is none. */
  pid(): number | null;
  /** Ends the child and every session in it. */
  close(): Promise<void>;
}

/** Where a stream is read, and the headers that let one in. Never logged. */
export interface FlvAddress {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface IngestPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** Air's data folder; the media server's own files would go into `ingest/` there. */
  readonly dataDir: string;
  /** In [0,1), for the jitter of restarts. */
  readonly random?: () => number;
  /** Address of the RTMP port; all addresses when left out. */
  readonly host?: string;
  /** Tighter or wider limits than the station's. */
  readonly limits?: Partial<IngestLimits>;
}

const restartPolicy = { firstMs: 200, maxMs: 5000 };
const healthyMs = 10_000;
const tickMs = 500;
/** Ticks without a message after which a child hangs: reports come every 250 ms. */
const hungTicks = 7;
/** A busy machine may take its time to load the code. */
const startTicks = 30;

/** Makes the ingest; nothing runs before the first `apply`. */
export function createIngest(ports: IngestPorts): Ingest {
  const { clock, log } = ports;
  const random = ports.random ?? Math.random;
  const limits = { ...defaultLimits, ...ports.limits };
  const listeners = new Set<() => void>();
  let view: IngestView = initialView(clock.now());
  let settings: IngestSettings | null = null;
  let child: ChildProcess | null = null;
  let greeted = false;
  let httpPort: number | null = null;
  let silentTicks = 0;
  let attempt = 0;
  let upSince: number | null = null;
  let closing = false;
  let cancelRestart: Cancel | null = null;
  let cancelTick: Cancel | null = null;

  function become(next: IngestView): void {
    const changed = differs(view.report, next.report);
    view = next;
    if (changed) for (const listener of listeners) listener();
  }

  function tell(message: ToChild): void {
    if (child?.connected && greeted) child.send(message, () => undefined);
  }

  function spawn(): void {
    greeted = false;
    silentTicks = 0;
    const compiled = getCompileCacheDir();
    const spawned = fork(new URL('./child.ts', import.meta.url), [], {
      // A small young generation: packets are freed at once instead of 40 MB later, at no cost in CPU.
      execArgv: [
        '--disable-warning=ExperimentalWarning',
        '--max-semi-space-size=2',
        '--max-old-space-size=256',
      ],
      // What was compiled for an earlier child need not be compiled again: it is back the sooner.
      env: compiled === undefined ? {} : { NODE_COMPILE_CACHE: compiled },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child = spawned;
    let gone = false;
    const died = (how: string): void => {
      if (gone) return;
      gone = true;
      if (child === spawned) lost(how);
    };
    spawned.on('message', (message: FromChild) => {
      if (child === spawned) heard(message);
    });
    spawned.once('error', (error) => died(error.message));
    spawned.once('exit', (code, signal) => died(signal ?? `exit ${code}`));
    for (const output of [spawned.stdout, spawned.stderr]) output?.on('data', said);
  }

  function said(data: Buffer): void {
    const text = data.toString('utf8', 0, 2000).trim();
    if (text) log.warn({ output: redactText(text, secrets()) }, 'the ingest wrote');
  }

  function secrets(): string[] {
    if (!settings) return [];
    const { programKey, playKey, backupKey } = settings;
    return [programKey, playKey, backupKey ?? '', ...settings.feeds.map((f) => f.key)].filter(
      Boolean,
    );
  }

  function heard(message: FromChild): void {
    silentTicks = 0;
    if (message.t === 'hello') {
      greeted = true;
      if (settings) {
        tell({
          t: 'start',
          storeDir: join(ports.dataDir, 'ingest'),
          host: ports.host ?? null,
          limits,
          settings,
        });
      }
      return;
    }
    httpPort = message.httpPort;
    const { refusals } = message;
    if (refusals.length > 0) log.warn({ refusals }, 'the ingest turned somebody away');
    const before = view.report;
    become(withReport(view, message, clock.now()));
    const { state, problem, rtmpPort } = view.report;
    if (state === 'up') upSince ??= clock.mono();
    else upSince = null;
    if (state !== before.state || problem !== before.problem) {
      log.info({ state, problem, rtmpPort, detail: message.detail }, 'ingest');
    }
  }

  function lost(how: string): void {
    child = null;
    greeted = false;
    httpPort = null;
    if (closing) return;
    if (upSince !== null && clock.mono() - upSince >= healthyMs) attempt = 0;
    upSince = null;
    const waitMs = backoffMs(restartPolicy, attempt, random);
    attempt += 1;
    log.error({ how, waitMs }, 'the ingest died; it starts again');
    cancelRestart = clock.after(waitMs, spawn);
    become(withDeath(view, clock.now()));
  }

  function tick(): void {
    if (!child) return;
    // Counting ticks, not time: a pause of this process must not look like silence of the child.
    silentTicks += 1;
    if (silentTicks < (greeted ? hungTicks : startTicks)) return;
    log.error({ ingestPid: child.pid }, 'the ingest hangs; it is killed');
    silentTicks = 0;
    child.kill('SIGKILL');
  }

  function flvAddress(path: string): string | null {
    if (!child || !settings || httpPort === null || publishKey(settings, path) === null)
      return null;
    return `http://127.0.0.1:${httpPort}/${path}.flv`;
  }

  function flv(path: string): FlvAddress | null {
    const url = flvAddress(path);
    return url && settings
      ? { url, headers: { authorization: `Bearer ${settings.playKey}` } }
      : null;
  }

  return {
    apply(next) {
      if (closing) return;
      const first = settings === null;
      settings = next;
      if (first) {
        cancelTick = clock.every(tickMs, tick);
        spawn();
      } else {
        tell({ t: 'apply', settings: next });
      }
      become(withSettings(view, next, clock.now()));
    },
    report: () => view.report,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    programFlvUrl() {
      const url = flvAddress(programPath);
      return url && settings ? `${url}?k=${encodeURIComponent(settings.playKey)}` : null;
    },
    programFlv: () => flv(programPath),
    bypassFlv: (name) => flv(name === 'backup' ? backupPath : feedPath(name)),
    pid: () => child?.pid ?? null,
    async close() {
      closing = true;
      cancelRestart?.();
      cancelTick?.();
      const last = child;
      if (!last) return;
      await stopChild(clock, last, [
        { act: (c) => c.connected && c.disconnect(), waitMs: 1500 },
        { act: (c) => c.kill('SIGTERM'), waitMs: 1000 },
      ]);
    },
  };
}
