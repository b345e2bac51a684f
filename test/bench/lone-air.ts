// The air process as it is shipped, given one order by a control that then goes away.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, type Socket } from 'socket.io';
import {
  airContractVersion,
  airOrder,
  airReport,
  type AirOrder,
  type AirOutputOrder,
  type AirReport,
  type OrderAnswer,
} from '../../server/contract/air-link.ts';
import { encoderProfile } from '../../server/contract/profiles.ts';
import { newSecret } from '../../server/core/ids.ts';
import { freePort } from '../kit/ports.ts';
import { rootDir } from '../kit/studio.ts';
import { until } from '../kit/until.ts';
import { atEnd } from './ends.ts';
import type { EncoderTarget } from './encoder-process.ts';

export interface LoneAir {
  readonly pid: number;
  /** Where an encoder publishes the program. */
  readonly program: EncoderTarget;
  /** The newest report; null before the first and stale once control is gone. */
  report(): AirReport | null;
  /** Control goes, as a crash takes it: air carries on alone. */
  leaveAlone(): Promise<void>;
}

/** What an output here has to say; the rest has its default. */
export type LoneOutput = Pick<AirOutputOrder, 'id' | 'kind' | 'url'> & Partial<AirOutputOrder>;

/** Starts air with a folder of its own, live to `outputs`, its slate ready and its ingest up. */
export async function startLoneAir(outputs: readonly LoneOutput[]): Promise<LoneAir> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-air-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const token = newSecret();
  writeFileSync(join(folder, 'air.token'), token, { mode: 0o600 });
  const control = await startControl();
  atEnd(() => control.close());
  const air = await startProcess(folder, control.port);
  await until('air dialled in', () => control.report(), 30_000);
  const rtmpPort = await freePort();
  const programKey = newSecret();
  await control.send(orderOf({ rtmpPort, programKey, outputs }));
  await until('the ingest is up', () => control.report()?.ingest.state === 'up', 60_000);
  await until('the slate is ready', () => control.report()?.slate === 'rendered', 90_000);
  return {
    pid: air,
    program: { port: rtmpPort, app: 'program', name: `main?k=${programKey}` },
    report: () => control.report(),
    leaveAlone: () => control.close(),
  };
}

interface OrderFacts {
  readonly rtmpPort: number;
  readonly programKey: string;
  readonly outputs: readonly LoneOutput[];
}

function orderOf({ rtmpPort, programKey, outputs }: OrderFacts): AirOrder {
  const profile = readFileSync(join(rootDir, 'profiles/encoders/1080p30.json'), 'utf8');
  return airOrder.parse({
    contract: airContractVersion,
    rev: 1,
    issuedAt: Date.now(),
    live: true,
    encoder: encoderProfile.parse(JSON.parse(profile)),
    slate: {
      name: 'Medición',
      text: 'Ya regresamos',
      background: '#1b1f3a',
      foreground: '#ffd166',
    },
    ingest: { rtmpPort, programKey, playKey: newSecret(), feeds: [] },
    outputs: outputs.map((output) => ({ run: true, key: null, settings: null, ...output })),
  });
}

interface Control {
  readonly port: number;
  report(): AirReport | null;
  send(order: AirOrder): Promise<void>;
  close(): Promise<void>;
}

async function startControl(): Promise<Control> {
  const http = createServer();
  const io = new Server(http);
  let report: AirReport | null = null;
  let socket: Socket | null = null;
  let closed: Promise<void> | null = null;
  io.of('/air').on('connection', (dialled) => {
    socket = dialled;
    dialled.on('report', (raw: unknown) => (report = airReport.parse(raw)));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    port: (http.address() as AddressInfo).port,
    report: () => report,
    async send(order) {
      const answer = (await socket?.timeout(10_000).emitWithAck('order', order)) as OrderAnswer;
      if (!answer.ok) throw new Error(`air refused the order: ${answer.message}`);
    },
    close: () => (closed ??= io.close()),
  };
}

/** Its process number. It ends in order with the measurement, or is killed after 10 s. */
async function startProcess(folder: string, controlPort: number): Promise<number> {
  mkdirSync(join(folder, 'cache'));
  const logFile = openSync(join(folder, 'air.log'), 'a');
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'server/air/main.ts'],
    {
      cwd: rootDir,
      stdio: ['ignore', logFile, logFile],
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        STUDIO_AIR_CONTROL_URL: `http://127.0.0.1:${controlPort}`,
        STUDIO_DATA: folder,
        NODE_COMPILE_CACHE: join(folder, 'cache'),
      },
    },
  );
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  atEnd(async () => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    child.kill('SIGTERM');
    await gone;
    clearTimeout(timer);
  });
  if (child.pid === undefined) throw new Error('air could not be started');
  return child.pid;
}
