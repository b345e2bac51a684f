// Control and the terminal it was started from: losing that ends no transmission, and nobody fails of a line unsaid.
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { freePort } from '../kit/ports.ts';
import { rootDir, startStudio, type Studio } from '../kit/studio.ts';
import { until } from '../kit/until.ts';

const env = { STUDIO_OBS: 'off' };
let studio: Studio | null = null;
let folder = '';
/** It takes no byte: `no space left on device`. */
const full = openSync('/dev/full', 'w');
afterEach(async () => {
  await studio?.stop();
  studio = null;
  if (folder !== '') rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const airPid = (dir: string): number =>
  (JSON.parse(readFileSync(join(dir, 'air.pid'), 'utf8')) as { pid: number }).pid;

test('a terminal that closes hands over: the air goes on, and the next start adopts it', async () => {
  studio = await startStudio({ env });
  const client = await studio.client();
  await client.see('air is there', (s) => s.air.connected, 30_000);
  await client.command('air.goLive', {});
  const { dataDir, port, rtmpPort } = studio;
  const air = airPid(dataDir);
  await studio.leave('SIGHUP');
  expect(process.kill(air, 0)).toBe(true);
  studio = await startStudio({ env, dataDir, port, rtmpPort });
  const again = await studio.client();
  await again.see('adopted', (s) => s.air.connected && s.air.order === 'live', 20_000);
  expect(airPid(dataDir)).toBe(air);
});

test('where nothing can be written, neither its words nor its log, control serves and ends in order', async () => {
  folder = mkdtempSync(join(tmpdir(), 'studio-'));
  const port = await freePort();
  const control = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'server/main.ts'],
    {
      cwd: rootDir,
      stdio: ['ignore', full, full],
      env: {
        ...env,
        PATH: process.env['PATH'],
        STUDIO_AIR: 'external',
        STUDIO_DATA: folder,
        STUDIO_HOST: '127.0.0.1',
        STUDIO_PORT: String(port),
        STUDIO_RTMP_PORT: String(await freePort()),
        STUDIO_LOG_LEVEL: 'debug',
      },
    },
  );
  const gone = new Promise<number | null>((resolve) => control.once('exit', resolve));
  await until(
    'control serves',
    async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok,
    30_000,
  );
  // Something to write down.
  await fetch(`http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`);
  control.kill('SIGTERM');
  expect(await gone).toBe(0);
});

test('a log that takes nothing costs nobody a step', async () => {
  const script = `
    import { createLog } from '${rootDir}/server/core/log.ts';
    const log = createLog('info', 'prueba');
    for (let i = 0; i < 20_000; i += 1) log.warn({ i, filler: 'x'.repeat(200) }, 'no room');
    console.log('went on', process.memoryUsage().rss < 300e6);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', full],
  });
  let said = '';
  child.stdout?.on('data', (piece: Buffer) => (said += piece.toString()));
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  expect(said).toBe('went on true\n');
  closeSync(full);
});
