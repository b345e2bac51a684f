// Starts the real server as its user does, on free ports and a folder of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './ports.ts';
import { studioClient, type StudioClient } from './studio-client.ts';
import { until } from './until.ts';

export const rootDir = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const adminPassword = 'prueba-de-estudio';

export interface Studio {
  readonly port: number;
  readonly rtmpPort: number;
  readonly url: string;
  readonly dataDir: string;
  /** Pid of control; air and a managed OBS have their own. */
  readonly pid: number;
  /** Everything control printed so far. */
  output(): string;
  /** Signs in and opens the control socket. */
  client(user?: string, password?: string): Promise<StudioClient>;
  /** SIGKILLs control alone; resolves when it is gone. */
  crash(): Promise<void>;
  /** Sends control a signal that leaves the air alone (SIGUSR2, or SIGTERM with an external air); resolves when it is gone. */
  leave(signal: NodeJS.Signals): Promise<void>;
  /** Ends control (and with it air and a managed OBS) as Ctrl-C does, and removes the folder unless told to keep it. */
  stop(options?: { keepData?: boolean }): Promise<void>;
}

export interface StudioOptions {
  readonly env?: Record<string, string>;
  /** A folder of an earlier start, to start on it again. */
  readonly dataDir?: string;
  readonly port?: number;
  readonly rtmpPort?: number;
}

/** Starts control and waits until it serves. */
export async function startStudio(options: StudioOptions = {}): Promise<Studio> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'studio-'));
  const port = options.port ?? (await freePort());
  const rtmpPort = options.rtmpPort ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  let printed = '';
  const child: ChildProcess = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'server/main.ts'],
    {
      cwd: rootDir,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        STUDIO_PORT: String(port),
        STUDIO_HOST: '127.0.0.1',
        STUDIO_RTMP_PORT: String(rtmpPort),
        STUDIO_DATA: dataDir,
        STUDIO_ADMIN_PASSWORD: adminPassword,
        ...options.env,
      },
    },
  );
  child.stdout?.on('data', (d: Buffer) => (printed = (printed + d.toString()).slice(-200_000)));
  child.stderr?.on('data', (d: Buffer) => (printed = (printed + d.toString()).slice(-200_000)));
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await until(
    'control serves',
    async () => {
      if (child.exitCode !== null) throw new Error(`control ended: ${printed.slice(-2000)}`);
      return (await fetch(`${url}/readyz`)).ok;
    },
    30_000,
  );
  const clients = new Set<StudioClient>();
  return {
    port,
    rtmpPort,
    url,
    dataDir,
    pid: child.pid ?? 0,
    output: () => printed,
    async client(user = 'admin', password = adminPassword) {
      const client = await studioClient(url, user, password);
      clients.add(client);
      return client;
    },
    async crash() {
      child.kill('SIGKILL');
      await gone;
    },
    async leave(signal) {
      child.kill(signal);
      await gone;
      if (child.exitCode !== 0) throw new Error(`control ended badly: ${printed.slice(-2000)}`);
    },
    async stop(end = {}) {
      for (const client of clients) client.close();
      if (child.exitCode !== null || child.signalCode !== null) {
        // A crashed control leaves air and OBS running, as promised: the next one adopts and ends them.
        const next = await startStudio({ ...options, dataDir, port, rtmpPort });
        await next.stop(end);
        return;
      }
      child.kill('SIGTERM');
      await until(
        'control stopped',
        () => child.exitCode !== null || child.signalCode !== null,
        45_000,
      );
      if (!end.keepData) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
