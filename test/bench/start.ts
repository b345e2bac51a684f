// Start-up to the first served page, beside Node and Express alone; and what the page weighs on the wire.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { startBrowser } from '../kit/browser.ts';
import { freePort } from '../kit/ports.ts';
import { adminPassword, rootDir } from '../kit/studio.ts';
import { until } from '../kit/until.ts';
import { atEnd, opened } from './ends.ts';
import { figure, ratio, spread } from './figures.ts';
import { both, heading, table } from './print.ts';

const runs = 5;
const targetKb = 250;

/** Runs the part and prints it. */
export async function start(): Promise<void> {
  heading('Arranque y página', 'Start-up and page');
  requireSetup();
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-start-'));
  atEnd(() => rmSync(dataDir, { recursive: true, force: true }));
  const browser = await opened(startBrowser(), (b) => b.close());
  const studio = (command: string, ...args: string[]): Promise<Started> =>
    startServer(command, args, dataDir);
  // The first start makes the database and builds the page; people wait for the later ones.
  await (await studio('npm', 'start')).stop();
  const times = {
    node: [] as number[],
    express: [] as number[],
    setup: [] as number[],
    npm: [] as number[],
  };
  for (let i = 0; i < runs; i += 1) {
    times.node.push(await runNothing());
    times.express.push(await timed(() => startBare()));
    times.setup.push(await timed(() => studio(process.execPath, 'server/setup/start.mjs')));
    times.npm.push(await timed(() => studio('npm', 'start')));
  }
  showTimes(times);
  const served = await studio(process.execPath, 'server/setup/start.mjs');
  await showSize(browser, served.url);
  await served.stop();
}

/** A start that had to install packages first would not be the one to measure, nor be safe to interrupt. */
function requireSetup(): void {
  const lock = createHash('sha256')
    .update(readFileSync(join(rootDir, 'package-lock.json')))
    .digest('hex');
  const stamp = join(rootDir, 'node_modules', '.cache', 'studio', 'npm');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
    throw new Error('The packages installed are not those of the lock file: run npm run bench.');
  }
}

interface Started {
  /** Address of the page. */
  readonly url: string;
  /** From the command to its first served page, ms. */
  readonly ms: number;
  stop(): Promise<void>;
}

async function timed(begin: () => Promise<Started>): Promise<number> {
  const started = await begin();
  await started.stop();
  return started.ms;
}

async function startServer(
  command: string,
  args: readonly string[],
  dataDir: string,
): Promise<Started> {
  const [port, rtmpPort] = [await freePort(), await freePort()];
  return launch(command, args, port, {
    STUDIO_PORT: String(port),
    STUDIO_HOST: '127.0.0.1',
    STUDIO_RTMP_PORT: String(rtmpPort),
    STUDIO_DATA: dataDir,
    STUDIO_ADMIN_PASSWORD: adminPassword,
    STUDIO_OBS: 'off',
  });
}

async function startBare(): Promise<Started> {
  const port = await freePort();
  const file = join(import.meta.dirname, 'bare-web.ts');
  return launch(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', file, String(port)],
    port,
    {},
  );
}

async function launch(
  command: string,
  args: readonly string[],
  port: number,
  env: Record<string, string>,
): Promise<Started> {
  const began = performance.now();
  const child = spawn(command, [...args], {
    cwd: rootDir,
    stdio: 'ignore',
    // A group of its own: npm does not always pass a signal on to what it runs.
    detached: true,
    env: {
      ...process.env,
      PATH: [join(rootDir, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
      ...env,
    },
  });
  let ended = false;
  child.once('exit', () => (ended = true));
  const url = `http://127.0.0.1:${port}/`;
  const tell = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // All of it is gone already.
    }
  };
  const stop = async (): Promise<void> => {
    if (ended) return;
    tell('SIGTERM');
    await until('it stopped', async () => ended && !(await bytesOf(url).catch(() => null)), 40_000);
  };
  atEnd(stop);
  await until(
    `${command} ${args.join(' ')} serves`,
    async () => ended || (await bytesOf(url)) !== null,
    120_000,
    10,
  );
  if (ended) throw new Error(`${command} ${args.join(' ')} ended with ${child.exitCode}`);
  return { url, ms: performance.now() - began, stop };
}

/** Node with nothing to do, from command to end, ms. */
async function runNothing(): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
  return performance.now() - began;
}

function showTimes(times: Record<'node' | 'express' | 'setup' | 'npm', number[]>): void {
  const express = spread(times.express);
  const row = (name: string, samples: readonly number[]): string[] => {
    const { p50 } = spread(samples);
    return [name, figure(p50), figure(Math.max(...samples)), ratio(p50, express.p50)];
  };
  table(
    ['ms hasta la primera página / to the first page', 'p50', 'máx', '× Express'],
    [
      row('piso: node -e 0 (hasta su fin / to its end)', times.node),
      row('piso / floor: Express', times.express),
      row('el estudio / the studio: node server/setup/start.mjs', times.setup),
      row('npm start (meta/target ≈ 2000)', times.npm),
    ],
  );
  const seconds = spread(times.npm).p50 / 1000;
  both(
    `Quien reinicia el servidor tiene la página otra vez en ${figure(seconds)} s; lo que esté al aire no depende de ello.`,
    `Whoever restarts the server has the page again in ${figure(seconds)} s; what is on the air does not depend on it.`,
  );
}

interface Weight {
  readonly requests: number;
  /** Encoded body sizes, kB: as the browser got them, with gzip, and without compression. */
  readonly wire: number;
  readonly gzip: number;
  readonly plain: number;
}

async function showSize(browser: Browser, url: string): Promise<void> {
  const page = await (await browser.newContext({ locale: 'es-CO' })).newPage();
  const seen: { url: string; wire: number }[] = [];
  const measuring: Promise<unknown>[] = [];
  page.on('requestfinished', (request) => {
    // The socket and the pictures of what is on the air are not the page.
    if (request.method() !== 'GET' || /\/(api|socket\.io|monitor)\//.test(request.url())) return;
    measuring.push(
      request
        .sizes()
        .then((sizes) => seen.push({ url: request.url(), wire: sizes.responseBodySize })),
    );
  });
  await page.goto(url, { waitUntil: 'networkidle' });
  await page.getByTestId('sign-in-user').waitFor();
  await Promise.all(measuring);
  const first = await weigh(seen);
  await page.getByTestId('sign-in-user').fill('admin');
  await page.getByTestId('sign-in-password').fill(adminPassword);
  await page.getByTestId('sign-in-submit').click();
  await page.getByTestId('on-air').waitFor();
  await page.waitForLoadState('networkidle');
  await Promise.all(measuring);
  const whole = await weigh(seen);
  await page.context().close();
  const row = (name: string, w: Weight): string[] => [
    name,
    String(w.requests),
    figure(w.wire),
    figure(w.gzip),
    figure(w.plain),
    ratio(w.gzip, w.plain),
  ];
  table(
    [
      'kB por la red / over the wire',
      'archivos/files',
      'Chromium',
      'gzip',
      'sin comprimir/plain',
      'gzip ×',
    ],
    [
      row(`primera carga (meta/target ≤ ${targetKb} gzip) / first load`, first),
      row('con Al aire abierto / with the desk open', whole),
    ],
  );
  const seconds = (first.gzip * 8) / 1000;
  both(
    `Por un celular con 1 Mb/s la página llega en ${figure(seconds)} s la primera vez; después solo lo que haya cambiado.`,
    `Over a phone with 1 Mb/s the page arrives in ${figure(seconds)} s the first time; afterwards only what changed.`,
  );
}

async function weigh(seen: readonly { url: string; wire: number }[]): Promise<Weight> {
  let [wire, gzip, plain] = [0, 0, 0];
  for (const one of seen) {
    wire += one.wire;
    gzip += (await bytesOf(one.url, 'gzip')) ?? 0;
    plain += (await bytesOf(one.url, 'identity')) ?? 0;
  }
  return { requests: seen.length, wire: wire / 1000, gzip: gzip / 1000, plain: plain / 1000 };
}

/** Size of an answer's body as sent; null unless it is a 200. */
function bytesOf(url: string, encoding = 'identity'): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const request = get(
      url,
      { agent: false, headers: { 'accept-encoding': encoding } },
      (answer) => {
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => (bytes += chunk.length));
        answer.on('end', () => resolve(answer.statusCode === 200 ? bytes : null));
        answer.on('error', reject);
      },
    );
    request.setTimeout(2000, () => request.destroy(new Error('no answer')));
    request.on('error', reject);
  });
}
