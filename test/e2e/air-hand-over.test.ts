// Control goes and comes back while the air goes on: handed over, by a service manager, and air itself killed.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newSecret } from '../../server/core/ids.ts';
import { openSecretBox } from '../../server/core/secret-box.ts';
import { openIngestKeys } from '../../server/outputs/ingest-keys.ts';
import { createSettings } from '../../server/outputs/settings.ts';
import { openStore } from '../../server/store/database.ts';
import { packetFacts } from '../kit/media-probe.ts';
import { startNginxRtmp, type NginxRtmp } from '../kit/nginx-rtmp.ts';
import { paced } from '../kit/slowness.ts';
import type { StudioClient } from '../kit/studio-client.ts';
import { rootDir, startStudio, type Studio } from '../kit/studio.ts';
import { until } from '../kit/until.ts';

let studio: Studio;
let client: StudioClient;
let nginx: NginxRtmp;
let obs: ChildProcess | null = null;
let id = '';
let limit: Awaited<ReturnType<typeof paced>>;

/** Publishes the program as OBS does, with the station's own key. */
async function publish(): Promise<ChildProcess> {
  const store = await openStore(studio.dataDir);
  const box = openSecretBox(join(studio.dataDir, 'secret.key'));
  const { programKey } = await openIngestKeys(createSettings(store.db), box, newSecret);
  await store.close();
  const address = `rtmp://127.0.0.1:${studio.rtmpPort}/program/main?k=${programKey}`;
  return spawn(
    'ffmpeg',
    // prettier-ignore
    ['-nostdin', '-v', 'error', '-re', '-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=30', '-f', 'lavfi', '-i', 'sine=440:sample_rate=48000',
      '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-b:v', '800k', '-g', '30', '-pix_fmt', 'yuv420p',
      '-c:a', 'aac', '-ac', '2', '-f', 'flv', address],
    { stdio: 'ignore' },
  );
}
const airPid = (): number =>
  (JSON.parse(readFileSync(join(studio.dataDir, 'air.pid'), 'utf8')) as { pid: number }).pid;
async function grows(what: string): Promise<void> {
  const before = nginx.recordedBytes();
  await until(what, () => nginx.recordedBytes() > before + 100_000, 15_000);
}
/** The program goes out as before; a starved machine may have had the slate on for a moment. */
const adopted = () =>
  client.see(
    'adopted',
    ({ air, outputs }) =>
      air.connected && air.source === 'live' && outputs[id]?.state === 'live' && air,
    20_000,
  );
async function startAgain(env: Record<string, string> = {}): Promise<void> {
  const { dataDir, port, rtmpPort } = studio;
  studio = await startStudio({ dataDir, port, rtmpPort, env: { STUDIO_OBS: 'off', ...env } });
  client = await studio.client();
}

/** Since when the program has been on the air, ms. */
let since: number | null;
beforeAll(async () => {
  limit = await paced();
  nginx = await startNginxRtmp();
  studio = await startStudio({ env: { STUDIO_OBS: 'off' } });
  client = await studio.client();
  await client.see('ingest up', (s) => s.air.ingest.state === 'up', 30_000);
  obs = await publish();
  const made = await client.command('output.create', {
    name: 'Plataforma',
    profile: 'rtmp-custom',
    url: nginx.url,
    key: 'k',
    // Started once the program is on, so that its recording holds nothing but what is looked at here.
    withAir: false,
  });
  id = made.id;
  await client.see('the program arrives', (s) => s.air.program, 20_000);
  await client.command('air.goLive', {});
  await client.see('the program is on', (s) => s.air.source === 'live', 20_000);
  await client.command('output.start', { id });
  await client.see('live', (s) => s.outputs[id]?.state === 'live', 20_000);
  since = client.state().air.sourceSince;
});
afterAll(async () => {
  obs?.kill('SIGKILL');
  await studio?.stop();
  await nginx?.close();
});

test('handed over, the air goes on alone and the next start adopts it', async () => {
  const onAirSince = client.state().air.since;
  const air = airPid();
  client.close();
  const ended = studio.leave('SIGCONT');
  await promisify(execFile)(process.execPath, ['server/setup/hand-over.mjs'], {
    cwd: rootDir,
    env: { PATH: process.env['PATH'], STUDIO_DATA: studio.dataDir },
  });
  await ended;
  await grows('the platform receives without control');
  await startAgain();
  expect(await adopted()).toMatchObject({ order: 'live', onAir: true, since: onAirSince });
  expect(airPid()).toBe(air);
  expect(nginx.recordings()).toHaveLength(1);
});

test('with an air of its own service, SIGTERM on control leaves the air and its orders alone', async () => {
  const air = airPid();
  client.close();
  await studio.leave('SIGUSR2');
  await startAgain({ STUDIO_AIR: 'external' });
  await client.see('the air dials in', (s) => s.air.connected && s.air.onAir, 20_000);
  client.close();
  await studio.leave('SIGTERM');
  await grows('the platform receives');
  await startAgain();
  expect(await adopted()).toMatchObject({ order: 'live', onAir: true });
  expect(airPid()).toBe(air);
  const [file, ...others] = nginx.recordings();
  expect(others).toEqual([]);
  const facts = await packetFacts(file ?? '');
  expect(facts.nonMonotonic).toBe(0);
  // The encoder may have stumbled on a starved machine: then the slate took its time to come.
  const covered = client.state().air.sourceSince !== since;
  expect(facts.maxVideoGapMs).toBeLessThan(await limit(covered ? 700 : 150));
});

test('air killed: it starts again at once and the platform has the slate before the program is back', async () => {
  const air = airPid();
  const published = nginx.requests.length;
  const killed = performance.now();
  process.kill(air, 'SIGKILL');
  await until('another air', () => airPid() !== air, 5000, 5);
  const spawned = performance.now() - killed;
  await until('published again', () => nginx.requests.length > published, 15_000, 5);
  const republished = performance.now() - killed;
  console.info(`air: spawned ${Math.round(spawned)} ms, published ${Math.round(republished)} ms`);
  await client.see(
    'live on the slate, and an ingest to publish to',
    ({ air: is, outputs }) =>
      is.connected &&
      is.source === 'slate' &&
      is.order === 'live' &&
      is.ingest.state === 'up' &&
      outputs[id]?.state === 'live',
    15_000,
  );
  obs?.kill('SIGKILL');
  obs = await publish();
  await client.see('the program is back', (s) => s.air.source === 'live', 15_000);
  expect(nginx.recordings()).toHaveLength(2);
});
