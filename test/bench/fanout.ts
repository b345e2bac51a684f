// State fan-out: from a report of the equipment to the last of 10, 50 and 200 screens, beside bare socket.io.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { airContractVersion, type AirReport } from '../../server/contract/air-link.ts';
import type { StatePatch } from '../../server/contract/state.ts';
import { startStudio } from '../kit/studio.ts';
import { until } from '../kit/until.ts';
import { openCrowd } from './crowd.ts';
import { atEnd, opened } from './ends.ts';
import { figure, machineMs, ratio, spread, type Spread } from './figures.ts';
import { both, heading, table } from './print.ts';
import { startHelper } from './processes.ts';

const crowds = [10, 50, 200] as const;
/** What the project aims at, p95 in ms. */
const targets: Record<(typeof crowds)[number], string> = { 10: '1.2', 50: '4.5', 200: '18' };
const samples = 250;
const warmUp = 30;

/** Runs the part and prints it. */
export async function fanOut(): Promise<void> {
  heading('Estado a las pantallas', 'State fan-out');
  const env = { STUDIO_OBS: 'off', STUDIO_AIR: 'external' };
  const studio = await opened(startStudio({ env }), (s) => s.stop());
  const bare = startHelper<never, { port: number }>('./bare-socket.ts');
  atEnd(() => bare.close());
  let bareUrl = '';
  bare.onMessage(({ port }) => (bareUrl = `http://127.0.0.1:${port}`));
  const rows: string[][] = [];
  const found = new Map<number, Spread>();
  await until('bare socket.io listens', () => bareUrl);
  const client = await studio.client();
  const token = readFileSync(join(studio.dataDir, 'air.token'), 'utf8').trim();
  const auth = { token, contract: airContractVersion, airId: 'bench', pid: process.pid };
  const air = await dial(`${studio.url}/air`, auth);
  const bareAir = await dial(`${bareUrl}/air`, {});
  const patches = watchPatches(client.socket);
  for (const count of crowds) {
    const ours = await openCrowd(`${studio.url}/studio`, client.token, count);
    const theirs = await openCrowd(`${bareUrl}/studio`, '', count);
    const own: number[] = [];
    const floor: number[] = [];
    for (let i = -warmUp; i < samples; i += 1) {
      const report = someReport(i);
      const at = machineMs();
      air.emit('report', report);
      const patch = await patches.next(i);
      const last = await ours.last(patch.rev);
      const bareAt = machineMs();
      bareAir.emit('report', report, patch);
      const bareLast = await theirs.last(patch.rev);
      if (i < 0) continue;
      own.push(last - at);
      floor.push(bareLast - bareAt);
    }
    await Promise.all([ours.close(), theirs.close()]);
    const [a, b] = [spread(own), spread(floor)];
    found.set(count, a);
    rows.push([
      `última de ${count} / last of ${count}`,
      figure(b.p50),
      figure(a.p50),
      figure(b.p95),
      figure(a.p95),
      ratio(a.p95, b.p95),
      targets[count],
    ]);
  }
  table(['ms', 'socket.io p50', 'p50', 'socket.io p95', 'p95', 'p95 ×', 'meta/target p95'], rows);
  const worst = found.get(200);
  both(
    `Con 200 pantallas abiertas, la última muestra lo que pasó ${figure(worst?.p95 ?? 0)} ms después: nadie ve otra cosa que los demás.`,
    `With 200 screens open, the last shows what happened ${figure(worst?.p95 ?? 0)} ms later: nobody sees anything else than the others.`,
  );
  both(
    'Del informe del proceso de emisión a la última pantalla, con el cliente de la página; socket.io: el mismo mensaje y el mismo paquete sin el estudio.',
    "From the air process's report to the last screen, with the page's own client; socket.io: same message, same packet, no studio.",
  );
}

/** Connects as the air process does, and answers its orders. */
async function dial(url: string, auth: object): Promise<Socket> {
  const socket = io(url, { auth, transports: ['websocket'], forceNew: true });
  socket.on('order', (order: { rev: number }, ack: (answer: object) => void) =>
    ack({ ok: true, rev: order.rev }),
  );
  atEnd(() => socket.close());
  await until(`${url} connected`, () => socket.connected);
  return socket;
}

/** A report as a quiet air sends it; `cpuPercent` tells one from the next. */
function someReport(mark: number): AirReport {
  const now = Date.now();
  return {
    contract: airContractVersion,
    at: now,
    orderRev: null,
    source: 'off',
    sourceSince: null,
    liveSince: null,
    program: null,
    ingest: { state: 'up', rtmpPort: 1935, since: 0, restarts: 0, problem: null, refused: 0 },
    slate: 'rendered',
    feeding: null,
    encoderSlow: false,
    programLateMs: null,
    bypassLateMs: null,
    capture: 'idle',
    backup: null,
    health: null,
    outputs: {},
    feeds: {},
    monitor: null,
    ffmpegVersion: '5.1',
    cpuPercent: markOf(mark),
    memoryMb: 100,
  };
}

const markOf = (mark: number): number => 1000 + mark;

/** Finds the patch that each report led to. */
function watchPatches(socket: Socket): { next(mark: number): Promise<StatePatch> } {
  let newest: StatePatch | null = null;
  let wake: () => void = () => undefined;
  socket.on('patch', (patch: StatePatch) => {
    if (patch.ops.some((op) => op.path === '/air/cpuPercent')) {
      newest = patch;
      wake();
    }
  });
  const marks = (patch: StatePatch, mark: number): boolean =>
    patch.ops.some(
      (op) => op.path === '/air/cpuPercent' && op.op === 'replace' && op.value === markOf(mark),
    );
  return {
    async next(mark) {
      const end = performance.now() + 5000;
      while (!newest || !marks(newest, mark)) {
        if (performance.now() > end) throw new Error('a report changed nothing');
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 1000);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      return newest;
    },
  };
}
