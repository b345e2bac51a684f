// The air process itself: alone on its folder, on the air through control's absence and its own death.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, type Socket } from 'socket.io';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keptMs } from '../../server/air/link.ts';
import { airReport, type AirReport, type OrderAnswer } from '../../server/contract/air-link.ts';
import { captureFlv } from '../kit/flv-capture.ts';
import { packetFacts } from '../kit/media-probe.ts';
import { freePort } from '../kit/ports.ts';
import { until } from '../kit/until.ts';
import { order } from '../service/air-fakes.ts';

const main = join(import.meta.dirname, '../../server/air/main.ts');
const linkToken = 'link-token-for-tests-1';

interface Control {
  readonly port: number;
  readonly reports: AirReport[];
  readonly pids: number[];
  send(given: unknown): Promise<OrderAnswer>;
  shutdown(): Promise<void>;
  close(): Promise<void>;
}

let folder: string;
let rtmpPort: number;
const children: ChildProcess[] = [];
const controls: Control[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bus-air-'));
  writeFileSync(join(folder, 'air.token'), linkToken);
  rtmpPort = await freePort();
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
    }
  }
  for (const control of controls.splice(0)) await control.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** On a port that nothing else is given while it is away: it is opened again. */
async function startControl(port?: number): Promise<Control> {
  const at = port ?? (await freePort());
  const http = createServer();
  const io = new Server(http);
  const reports: AirReport[] = [];
  const pids: number[] = [];
  let socket: Socket | null = null;
  io.of('/air').on('connection', (dialled) => {
    const auth = dialled.handshake.auth as { token: string; pid: number };
    expect(auth.token).toBe(linkToken);
    socket = dialled;
    pids.push(auth.pid);
    dialled.on('report', (report: unknown) => reports.push(airReport.parse(report)));
  });
  await new Promise<void>((resolve) => http.listen(at, '127.0.0.1', resolve));
  const control: Control = {
    port: at,
    reports,
    pids,
    send: async (given) =>
      (await socket?.timeout(20_000).emitWithAck('order', given)) as OrderAnswer,
    shutdown: async () => {
      await socket?.timeout(20_000).emitWithAck('shutdown');
    },
    close: () => io.close(),
  };
  controls.push(control);
  return control;
}

interface AirProcess {
  readonly child: ChildProcess;
  said(): string;
  exit(): Promise<number | null>;
}
function startAir(controlPort: number): AirProcess {
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      STUDIO_AIR_CONTROL_URL: `http://127.0.0.1:${controlPort}`,
      STUDIO_DATA: folder,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let text = '';
  for (const out of [child.stdout, child.stderr]) {
    out?.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
  }
  // `exit` may come before the last of what it said.
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, said: () => text, exit: () => exited };
}

const liveOrder = (rev: number): ReturnType<typeof order> =>
  order({
    rev,
    live: true,
    ingest: { ...order().ingest, rtmpPort },
    outputs: [],
  });

it('obeys, lasts without control, resumes after its own death, and ends when it is told to', async () => {
  const control = await startControl();
  const air = startAir(control.port);
  await until('air reports', () => control.reports.length > 0, 20_000);
  expect(control.reports[0]).toMatchObject({ orderRev: null, source: 'off' });
  expect(await control.send(liveOrder(5))).toEqual({ ok: true, rev: 5 });
  const live = await until(
    'the slate goes out',
    () => control.reports.findLast((r) => r.source === 'slate' && r.slate === 'rendered'),
    60_000,
  );
  expect(live).toMatchObject({ orderRev: 5, sourceSince: expect.any(Number) as number });
  await until('ffmpeg was found', () => control.reports.at(-1)?.ffmpegVersion, 20_000);
  await until('the ingest is up', () => control.reports.at(-1)?.ingest.state === 'up', 30_000);
  const monitor = live.monitor;
  if (!monitor) throw new Error('no monitor');
  expect(monitor.token).not.toBe(linkToken);

  // Control goes away as a crash would take it: the bus goes on.
  await control.close();
  const file = join(folder, 'monitor.flv');
  await captureFlv(`http://127.0.0.1:${monitor.port}/bus.flv?t=${monitor.token}`, file, 3000);
  expect(await packetFacts(file)).toMatchObject({ startsOnKey: true, nonMonotonic: 0 });
  expect(air.child.exitCode).toBeNull();

  // Air dies, and starts again with control still away.
  air.child.kill('SIGKILL');
  await air.exit();
  const again = startAir(control.port);
  await until('it is up', () => again.said().includes('air is up'), 20_000);
  const back = await startControl(control.port);
  await until('it found control', () => back.reports.length > 0, 20_000);
  await until('the slate is out', () => back.reports.at(-1)?.source === 'slate', 20_000);
  expect(back.reports[0]).toMatchObject({ orderRev: 5 });
  expect(back.pids).toEqual([again.child.pid]);

  await back.shutdown();
  expect(await again.exit()).toBe(0);
  expect(existsSync(join(folder, 'air-order'))).toBe(false);
  for (const secret of ['program-secret', 'play-secret', linkToken, monitor.token]) {
    expect(air.said() + again.said()).not.toContain(secret);
  }
});

it('resumes after SIGTERM, which keeps the order', async () => {
  const control = await startControl();
  const air = startAir(control.port);
  await until('air reports', () => control.reports.length > 0, 20_000);
  await control.send(liveOrder(9));
  air.child.kill('SIGTERM');
  expect(await air.exit()).toBe(0);
  expect(readFileSync(join(folder, 'air-order'), 'utf8')).toMatch(/^v1\./);
  const again = startAir(control.port);
  await until(
    'it resumed',
    () => control.reports.at(-1)?.orderRev === 9 && control.pids.at(-1) === again.child.pid,
    20_000,
  );
});

it('resumes the newest order it answered, killed at that very moment', async () => {
  const control = await startControl();
  const air = startAir(control.port);
  await until('air reports', () => control.reports.length > 0, 20_000);
  let rev = 0;
  // Air does not wait for a disk that others keep busy: then another burst is the one.
  let tookMs = Infinity;
  for (let bursts = 0; tookMs > keptMs - 50 && bursts < 20; bursts += 1) {
    const begun = performance.now();
    // Faster than any disk keeps them one by one.
    const burst = Array.from({ length: 20 }, () => control.send(liveOrder((rev += 1))));
    expect(await burst.at(-1)).toEqual({ ok: true, rev });
    tookMs = performance.now() - begun;
  }
  const writing = (): boolean => readdirSync(folder).some((name) => name.endsWith('.tmp'));
  // A disk that is never that fast: killed once it has kept it.
  if (tookMs > keptMs - 50) await until('nothing is being written', () => !writing(), 20_000);
  air.child.kill('SIGKILL');
  await air.exit();
  control.reports.length = 0;
  const again = startAir(control.port);
  await until('it is back', () => control.pids.at(-1) === again.child.pid, 20_000);
  await until('it reports', () => control.reports.at(-1)?.orderRev === rev, 20_000);
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

it('refuses to be the second on one data folder, and says which process is the first', async () => {
  const control = await startControl();
  const first = startAir(control.port);
  await until('the first is up', () => first.said().includes('air is up'), 20_000);
  // The first has a second to say who it is: on a busy machine another one asks again.
  await until('the first is named', async () => {
    const second = startAir(control.port);
    expect(await second.exit()).toBe(3);
    return second.said().includes(String(first.child.pid));
  });
  first.child.kill('SIGKILL');
  await first.exit();
  const third = startAir(control.port);
  await until('the third is up', () => third.said().includes('air is up'), 20_000);
});

it('names a bad environment and ends with 2', async () => {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'], STUDIO_DATA: folder, STUDIO_LOG_LEVEL: 'loud' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(2);
  expect(text).toContain('STUDIO_LOG_LEVEL');
});
