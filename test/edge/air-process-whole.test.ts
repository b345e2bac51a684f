// Control's rooms with the real air between them: keys, orders and reports as both sides understand them.
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type Server as HttpServer } from 'node:http';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { Server } from 'socket.io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandContext } from '../../server/contract/commands.ts';
import { systemClock } from '../../server/core/clock.ts';
import { newId, newSecret } from '../../server/core/ids.ts';
import { silentLog } from '../../server/core/log.ts';
import { createField, type Field } from '../../server/field/units.ts';
import { createAirProcess, type AirProcess } from '../../server/outputs/air-process.ts';
import type { AirService } from '../../server/outputs/air-service-ports.ts';
import { createAirService } from '../../server/outputs/air-service.ts';
import { openIngestKeys } from '../../server/outputs/ingest-keys.ts';
import { createSettings } from '../../server/outputs/settings.ts';
import { createAirLink, type AirLinkAdapter } from '../../server/web/air-link.ts';
import { startNginxRtmp, type NginxRtmp } from '../kit/nginx-rtmp.ts';
import { freePort } from '../kit/ports.ts';
import { paced } from '../kit/slowness.ts';
import { until } from '../kit/until.ts';
import type { HandClock } from '../service/hand-clock.ts';
import { bench, type Bench } from '../service/outputs-bench.ts';
import { fakeEncoder, fakeStage, type FakeEncoder } from '../service/outputs-fakes.ts';
import { destinationProfiles, encoder720 } from '../service/outputs-samples.ts';

const ana: CommandContext = { actor: 'ana', roles: ['operator'], host: '127.0.0.1' };
/** The real clock: nobody moves it by hand here. */
const clock: HandClock = { ...systemClock(), advance: async () => undefined };
const random = Math.random;
const fed: ChildProcess[] = [];
const urls: (string | null)[] = [];

let b: Bench;
let http: HttpServer;
let io: Server;
let link: AirLinkAdapter;
let starter: AirProcess;
let air: AirService;
let field: Field;
let encoder: FakeEncoder;
let nginx: NginxRtmp;

/** Pushes a moving picture and a tone to an address, as OBS or a phone does. */
function push(address: string): ChildProcess {
  const video = 'testsrc2=size=320x180:rate=30';
  const child = spawn(
    'ffmpeg',
    ['-hide_banner', '-loglevel', 'error', '-re', '-f', 'lavfi', '-i', video]
      .concat(['-f', 'lavfi', '-i', 'sine=440:sample_rate=48000', '-c:v', 'libx264'])
      .concat(['-preset', 'ultrafast', '-tune', 'zerolatency', '-b:v', '600k', '-g', '30'])
      .concat(['-pix_fmt', 'yuv420p', '-c:a', 'aac', '-ac', '2', '-f', 'flv', address]),
    { stdio: 'ignore' },
  );
  fed.push(child);
  return child;
}
const ended = (child: ChildProcess): Promise<unknown> =>
  until('it ended', () => child.exitCode !== null || child.signalCode !== null, 30_000);

beforeAll(async () => {
  b = await bench(undefined, clock);
  nginx = await startNginxRtmp();
  const rtmpPort = await freePort();
  const token = newSecret();
  const tokenFile = join(b.dir, 'air.token');
  writeFileSync(tokenFile, token, { mode: 0o600 });
  http = createServer();
  io = new Server(http);
  link = createAirLink({ token, clock, log: silentLog });
  link.attach(io.of('/air'));
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  encoder = fakeEncoder(b.store);
  const settings = createSettings(b.database.db);
  const keys = await openIngestKeys(settings, b.box, newSecret);
  const common = {
    ...b,
    db: b.database.db,
    audit: { record: (act: (typeof b.acts)[number]) => void b.acts.push(act) },
    log: silentLog,
    random,
    newId,
    rtmpPort,
  };
  field = await createField({
    ...common,
    unitProfile: (id) => ({
      id,
      name: id,
      feeds: [{ label: 'Cámara' }],
      expectedKbps: 700,
      degradedBelow: 0.5,
      hint: { es: 'x', en: 'x' },
    }),
    scene: {
      setMediaInput: async (url) => void urls.push(url),
      onConnected: () => () => undefined,
    },
    memory: settings,
    playKey: keys.playKey,
    playHost: () => '127.0.0.1',
    newSecret,
  });
  air = await createAirService({
    ...common,
    link,
    encoder,
    stage: fakeStage(b.store),
    feeds: field,
    keys,
    destinationProfile: (id) => destinationProfiles[id],
    encoderProfile: () => ({ ...encoder720, width: 320, height: 180, videoKbps: 600 }),
  });
  link.onReport((report) => field.report(report));
  starter = createAirProcess({
    ...common,
    link,
    dataDir: b.dir,
    rootDir: resolve(import.meta.dirname, '../..'),
    controlUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    tokenFile,
    logLevel: 'error',
    inherited: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
  });
  starter.start();
  await until('the ingest is up', () => b.store.get().air.ingest.state === 'up', 60_000);
});
afterAll(async () => {
  for (const child of fed) child.kill('SIGKILL');
  await starter?.close({ stopAir: true });
  await air?.close();
  field?.close();
  await io?.close();
  await nginx?.close();
  await b?.close();
});

describe('with the real air', () => {
  it('says what it found of every part', () => {
    const { parts } = b.store.get();
    expect([parts.air!.state, parts.ffmpeg!.state, parts.ingest!.state]).toEqual([
      'ok',
      'ok',
      'ok',
    ]);
    expect(parts.ffmpeg!.text).toMatch(/^ffmpeg \d/);
  });

  it('a unit pushes with its credentials, shows, plays for OBS with the play key, and is lost', async () => {
    const { id, feeds } = await field.handlers['field.createUnit'](
      { name: 'Móvil', profile: 'phone' },
      ana,
    );
    const { rtmp } = feeds[0]!;
    const wrong = push(`${rtmp.url}/${rtmp.key}x`);
    await ended(wrong);
    expect(b.store.get().field.units[id]!.state).toBe('off');
    const phone = push(`${rtmp.url}/${rtmp.key}`);
    const unit = await until(
      'the unit is live',
      () => {
        const now = b.store.get().field.units[id]!;
        return (
          now.state === 'live' &&
          now.feeds[0]!.stream?.width === 320 &&
          now.bitrateKbps > 100 &&
          now.inScene !== null &&
          now
        );
      },
      30_000,
    );
    expect(unit.feeds[0]!.stream).toMatchObject({ height: 180 });
    expect(unit.feeds[0]!.notice).toBeUndefined();
    expect(unit.inScene).toBe(feeds[0]!.id);
    const url = await until('the scene plays it', () => urls.at(-1));
    const player = spawn('ffprobe', [
      '-v',
      'error',
      '-show_entries',
      'stream=codec_name',
      '-of',
      'csv=p=0',
      url,
    ]);
    fed.push(player);
    let probed = '';
    player.stdout.on('data', (text: Buffer) => (probed += text.toString()));
    // `exit` may come before the last of what it said.
    await new Promise((done) => player.once('close', done));
    expect(probed.trim().split('\n').toSorted()).toEqual(['aac', 'h264']);

    const limit = await paced();
    phone.kill('SIGKILL');
    const killed = performance.now();
    await until('the loss shows', () => b.store.get().field.units[id]!.state === 'lost', 5000, 10);
    const lost = performance.now() - killed;
    expect(lost).toBeLessThan(await limit(1000));
    await until('the scene is cleared', () => urls.at(-1) === null);
    await field.handlers['field.removeUnit']({ id }, ana);
  });

  it('goes live on the slate, takes the program, tells a bad destination apart, and stops', async () => {
    const good = await air.handlers['output.create'](
      { name: 'Buena', profile: 'custom', url: nginx.url, key: 'good', withAir: true },
      ana,
    );
    const bad = await air.handlers['output.create'](
      {
        name: 'Mala',
        profile: 'custom',
        url: `rtmp://127.0.0.1:${await freePort()}/live`,
        key: 'k',
        withAir: true,
      },
      ana,
    );
    b.store.change((d) => {
      d.switcher.connection = 'connected';
    });
    await until('the slate is ready', () => b.store.get().air.slate !== 'none', 30_000);
    const limit = await paced();
    const began = performance.now();
    await air.handlers['air.goLive']({}, ana);
    const took = performance.now() - began;
    expect(took).toBeLessThan(await limit(2000));
    await until(
      'the good one is live on the slate',
      () => b.store.get().outputs[good.id]!.state === 'live',
      20_000,
    );
    expect(b.store.get().air).toMatchObject({ onAir: true, source: 'slate', order: 'live' });
    const { since } = b.store.get().air;
    await until(
      'the bad one says why',
      () => b.store.get().outputs[bad.id]!.problem?.cause === 'refused',
      20_000,
    );
    await until(
      'and alarms',
      () => b.store.get().alarms[`output-${bad.id}`]?.clearedAt === null,
      10_000,
    );

    const { server, key } = await until('OBS is told where to send', () => encoder.targets.at(-1));
    const obs = push(`${server}/${key}`);
    await until('the program is live', () => b.store.get().air.source === 'live', 20_000);
    const bytes = nginx.recordedBytes();
    await until('it grows', () => nginx.recordedBytes() > bytes, 10_000);
    obs.kill('SIGKILL');
    await until('the slate again', () => b.store.get().air.source === 'slate', 5000);
    await until('its alarm', () => b.store.get().alarms['air-slate']?.clearedAt === null);
    expect(b.store.get().air.since).toBe(since);
    await until('both are on record', () =>
      ['air.slate', 'air.program'].every((action) => b.acts.some((a) => a.action === action)),
    );

    await air.handlers['air.stop']({}, ana);
    await until(
      'all is off',
      () => {
        const { air: now, outputs } = b.store.get();
        return (
          !now.onAir &&
          now.since === null &&
          Object.values(outputs).every((o) => o.state === 'idle')
        );
      },
      20_000,
    );
    expect(nginx.recordings()).toHaveLength(1);
    expect(JSON.stringify([b.store.get(), b.acts])).not.toContain(key.split('=')[1]);
  });
});
