// The starter of air against real processes: a small one that behaves as told, and air itself.
import { createServer, type Server as HttpServer } from 'node:http';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Server } from 'socket.io';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AirReport } from '../../server/contract/air-link.ts';
import { createAlarms } from '../../server/core/alarms.ts';
import type { Act } from '../../server/core/audit.ts';
import { systemClock, type Clock } from '../../server/core/clock.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { silentLog } from '../../server/core/log.ts';
import { createStateStore } from '../../server/core/state-store.ts';
import { createAirProcess, type AirProcess } from '../../server/outputs/air-process.ts';
import { writeAirPid } from '../../server/outputs/air-files.ts';
import { identify, isRunning } from '../../server/outputs/process-identity.ts';
import { createAirLink, type AirLinkAdapter } from '../../server/web/air-link.ts';
import { alarmsUp } from '../service/outputs-bench.ts';
import { station } from '../service/outputs-samples.ts';
import { until } from '../kit/until.ts';

const rootDir = resolve(import.meta.dirname, '../..');
const clock = systemClock();
/** Writes down what it was given, and ends (or refuses to) on SIGTERM. */
const stubborn = `
import { writeFileSync } from 'node:fs';
process.on('SIGTERM', () => { console.log('told to end'); if (process.env.STUDIO_LOG_LEVEL !== 'debug') process.exit(0); });
writeFileSync(process.env.STUDIO_DATA + '/started.json', JSON.stringify({ pid: process.pid, env: process.env, argv: process.argv }));
console.log('started');
setInterval(() => {}, 1000);
`;

let dir: string;
let entry: string;
let acts: Act[];
let state: ReturnType<typeof createStateStore>;
let started: number[];
const running: AirProcess[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'studio-air-'));
  mkdirSync(join(dir, 'data'));
  entry = join(dir, 'air.mjs');
  writeFileSync(entry, stubborn);
  writeFileSync(join(dir, 'data', 'air.token'), 'a-token-of-sixteen-or-more', { mode: 0o600 });
  acts = [];
  started = [];
  state = createStateStore(initialState(station, 1935, clock.now()));
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.close({ stopAir: false });
  for (const pid of started) {
    const identity = identify(pid);
    if (identity) process.kill(pid, 'SIGKILL');
  }
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
});

interface Given {
  readonly clock?: Clock;
  readonly link?: {
    connected(): boolean;
    shutdown(): Promise<void>;
    onDisconnect?: (listener: () => void) => void;
  };
  readonly entry?: string | null;
  readonly logLevel?: 'info' | 'debug' | 'error';
  readonly controlUrl?: string;
}
function starter(given: Given = {}): AirProcess {
  const air = createAirProcess({
    clock: given.clock ?? clock,
    log: silentLog,
    alarms: createAlarms(state, clock),
    audit: { record: (act) => void acts.push(act) },
    random: () => 0.5,
    link: given.link ?? { connected: () => false, shutdown: async () => undefined },
    dataDir: join(dir, 'data'),
    rootDir,
    controlUrl: given.controlUrl ?? 'http://127.0.0.1:9',
    tokenFile: join(dir, 'data', 'air.token'),
    logLevel: given.logLevel ?? 'info',
    inherited: { PATH: process.env['PATH'], HOME: undefined },
    ...(given.entry === null ? {} : { entry: given.entry ?? entry }),
  });
  running.push(air);
  return air;
}
const startedFile = (): { pid: number; env: Record<string, string>; argv: string[] } =>
  JSON.parse(readFileSync(join(dir, 'data', 'started.json'), 'utf8'));
async function up(air: AirProcess, other?: number): Promise<number> {
  const pid = await until(
    'air started',
    () => {
      const now = air.pid();
      return now !== null && now !== other && startedFile().pid === now ? now : null;
    },
    20_000,
  );
  started.push(pid);
  return pid;
}

describe('a process of its own', () => {
  it('is given only what it needs, its own session, and a private log', async () => {
    process.env['SECRET_OF_CONTROL'] = 'must not be inherited';
    process.env['STUDIO_ADMIN_PASSWORD'] = 'must not be inherited';
    const air = starter();
    air.start();
    const pid = await up(air);
    delete process.env['SECRET_OF_CONTROL'];
    delete process.env['STUDIO_ADMIN_PASSWORD'];
    const { env, argv } = startedFile();
    const given = Object.keys(env).filter((name) => !name.startsWith('__'));
    const own = /^(PATH|NODE_COMPILE_CACHE|STUDIO_(AIR_\w+|DATA|RECORDINGS|LOG_LEVEL))$/;
    expect(given.filter((name) => !own.test(name))).toEqual([]);
    expect(given).toContain('STUDIO_AIR_TOKEN_FILE');
    expect(argv.join(' ')).not.toContain('a-token-of');
    // Fields after the command in parentheses: state, parent, process group, session.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, , group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    expect([group, session]).toEqual([String(pid), String(pid)]);
    const log = join(dir, 'data', 'logs', 'air.log');
    await until('a line in the log', () => readFileSync(log, 'utf8').includes('started'));
    expect(statSync(log).mode & 0o777).toBe(0o600);
    await air.close({ stopAir: true });
    expect(identify(pid)).toBeNull();
  });

  it('outlives the control that started it and is adopted by the next', async () => {
    const first = starter();
    first.start();
    const pid = await up(first);
    await first.close({ stopAir: false });
    expect(identify(pid)).not.toBeNull();
    const second = starter();
    second.start();
    expect(second.pid()).toBe(pid);
    expect(acts.map((a) => a.action)).toEqual(['air.adopt']);
    await second.close({ stopAir: true });
    expect(identify(pid)).toBeNull();
  });

  it('is started again when it dies, with the act on record', async () => {
    const air = starter();
    air.start();
    const pid = await up(air);
    process.kill(pid, 'SIGKILL');
    const next = await up(air, pid);
    expect(next).not.toBe(pid);
    expect(acts.map((a) => [a.actor, a.action, a.detail])).toEqual([
      ['supervisor', 'air.restart', { pid }],
    ]);
    await air.close({ stopAir: true });
  });

  it('starts its successor at its death, without waiting for anybody to look', async () => {
    // Nobody looks from time to time here: what happens, happens at the death itself.
    const air = starter({ clock: { ...clock, every: () => () => undefined } });
    air.start();
    const pid = await up(air);
    process.kill(pid, 'SIGKILL');
    const next = await up(air, pid);
    // One that this control adopted is no child of its own: its line tells.
    await air.close({ stopAir: false });
    const dropped: (() => void)[] = [];
    const heir = starter({
      clock: { ...clock, every: () => () => undefined },
      link: {
        connected: () => false,
        shutdown: async () => undefined,
        onDisconnect: (listener) => void dropped.push(listener),
      },
    });
    heir.start();
    expect(heir.pid()).toBe(next);
    process.kill(next, 'SIGKILL');
    // The kernel takes its time on a busy machine, and the line only drops with the process.
    await until('it is dead', () => identify(next) === null);
    for (const listener of dropped) listener();
    await up(heir, next);
    await heir.close({ stopAir: true });
  });

  it('is not mistaken for a later process with its number', async () => {
    // This very process has the number, but began at another time.
    writeAirPid(join(dir, 'data'), { pid: process.pid, startTime: '1' });
    expect(isRunning({ pid: process.pid, startTime: '1' })).toBe(false);
    const air = starter();
    air.start();
    const pid = await up(air);
    expect(pid).not.toBe(process.pid);
    expect(acts).toEqual([]);
    await air.close({ stopAir: true });
  });

  it('that falls as it starts is tried again with patience, and people are told where to look', async () => {
    writeFileSync(entry, "console.error('no can do'); process.exit(1);");
    const air = starter();
    air.start();
    await until('the alarm', () => alarmsUp(state).includes('air-crashing'), 20_000);
    expect(state.get().alarms['air-crashing']!.advice).toContain(join('logs', 'air.log'));
    const restarts = acts.filter((a) => a.action === 'air.restart').length;
    expect(restarts).toBeGreaterThanOrEqual(3);
    expect(restarts).toBeLessThanOrEqual(6);
  });

  it('is asked by the link first, and killed only if nothing else ends it', async () => {
    let asked = 0;
    let pid = 0;
    const air = starter({
      logLevel: 'debug',
      link: {
        connected: () => pid !== 0,
        async shutdown() {
          asked += 1;
          process.kill(pid, 'SIGKILL');
        },
      },
    });
    air.start();
    pid = await up(air);
    await air.close({ stopAir: true });
    expect(asked).toBe(1);
    expect(identify(pid)).toBeNull();
    expect(readFileSync(join(dir, 'data', 'logs', 'air.log'), 'utf8')).not.toContain('told to end');
  });
});

describe('air itself', () => {
  let http: HttpServer;
  let io: Server;
  let link: AirLinkAdapter;
  let url: string;
  beforeEach(async () => {
    http = createServer();
    io = new Server(http);
    link = createAirLink({ token: 'a-token-of-sixteen-or-more', clock, log: silentLog });
    link.attach(io.of('/air'));
    await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    await io.close();
    http.close();
  });

  it('dials in, reports, comes back after a kill, is adopted, and ends when asked', async () => {
    const reports: AirReport[] = [];
    let drops = 0;
    link.onReport((r) => void reports.push(r));
    link.onDisconnect(() => (drops += 1));
    const air = starter({ link, controlUrl: url, entry: null, logLevel: 'error' });
    air.start();
    await until('air dialled in', () => link.connected(), 30_000);
    const pid = air.pid()!;
    started.push(pid);
    await until('a report', () => reports.length > 0);

    process.kill(pid, 'SIGKILL');
    // Counted, not looked for: the next air dials in soon after the line dropped.
    await until(
      'the line dropped and another air dialled in',
      () => drops === 1 && link.connected() && air.pid() !== pid,
      30_000,
    );
    const next = air.pid()!;
    started.push(next);

    await air.close({ stopAir: false });
    const second = starter({ link, controlUrl: url, entry: null, logLevel: 'error' });
    second.start();
    expect(second.pid()).toBe(next);
    await second.close({ stopAir: true });
    expect(identify(next)).toBeNull();
    await until('its line is gone too', () => !link.connected());
  });
});
