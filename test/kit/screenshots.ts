// `npm run screenshots`: runs the whole studio against stand-ins for the platforms and photographs the page.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSignedIn, startBrowser } from './browser.ts';
import { startIcecast } from './icecast.ts';
import { startNginxRtmp } from './nginx-rtmp.ts';
import { adminPassword, rootDir, startStudio } from './studio.ts';
import { until } from './until.ts';

const folder = process.argv[2] ?? join(rootDir, 'control-ui', 'docs');
mkdirSync(folder, { recursive: true });
const scratch = mkdtempSync(join(tmpdir(), 'screenshots-'));

const [facebook, youtube, icecast, browser] = await Promise.all([
  startNginxRtmp(),
  startNginxRtmp(),
  startIcecast(),
  startBrowser(),
]);
const studio = await startStudio({ env: { STUDIO_OBS: 'managed' } });
const client = await studio.client();
let phone: ReturnType<typeof spawn> | null = null;
try {
  await client.see('OBS', (s) => s.switcher.connection === 'connected', 60_000);
  await client.see('ingest', (s) => s.air.ingest.state === 'up', 30_000);
  const create = (name: string, profile: string, url: string, key: string) =>
    client.command('output.create', { name, profile, url, key });
  await create('Facebook', 'facebook-live', facebook.url, 'fb-key');
  await create('YouTube', 'youtube', youtube.url, 'yt-key');
  await create('Radio AM', 'radio-am', icecast.mountUrl, icecast.sourcePassword);
  const { destinations } = await client.command('library.list', {});
  for (const kind of ['recording', 'hls'] as const) {
    const profile = destinations.find((p) => p.kind === kind);
    if (profile) {
      await client.command('output.create', { name: profile.name, profile: profile.id });
    }
  }
  await client.command('uplink.set', { kbps: 20_000 });
  const unit = await client.command('field.createUnit', { name: 'Móvil 1', profile: 'phone' });
  const feed = unit.feeds[0];
  if (feed) {
    // Encoded beforehand: what is left of the machine is for OBS and the browsers.
    const clip = join(scratch, 'phone.flv');
    // prettier-ignore
    execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=1280x720:r=30',
      '-f', 'lavfi', '-i', 'sine=330', '-t', '20', '-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', '4000k',
      '-minrate', '4000k', '-maxrate', '4000k', '-bufsize', '2000k', '-x264-params', 'nal-hrd=cbr', '-g', '30',
      '-pix_fmt', 'yuv420p', '-c:a', 'aac', clip]);
    phone = spawn(
      'ffmpeg',
      // prettier-ignore
      ['-nostdin', '-v', 'error', '-re', '-stream_loop', '-1', '-i', clip, '-c', 'copy',
        '-f', 'flv', `${feed.rtmp.url}/${feed.rtmp.key}`],
      { stdio: 'ignore' },
    );
  }
  await client.command('air.goLive', {});
  const local = new Date(Date.now() - 12 * 60_000).toLocaleString('sv-SE', {
    timeZone: client.state().station.zone,
  });
  const [date = '', time = ''] = local.split(' ');
  await client.command('grid.override', {
    action: 'insert',
    program: 'zona-tributaria',
    date,
    start: time.slice(0, 5),
    durationMinutes: 30,
    scene: 'Estudio',
    reason: 'demostración',
  });
  await client.see('grid took Estudio', (s) => s.switcher.program === 'Estudio', 20_000);
  await client.see(
    'everything live',
    (s) => s.air.source === 'live' && Object.values(s.outputs).every((o) => o.state === 'live'),
    60_000,
  );
  await client.command('switcher.preview', { scene: 'Entrevista' });
  // What happened on the way up is over: the picture is of a station on the air. A browser without a
  // graphics card takes what OBS needs: it comes when all is calm, and is photographed at once.
  await client
    .see(
      'nothing is wrong',
      (s) =>
        s.switcher.problem === null && Object.values(s.alarms).every((a) => a.clearedAt !== null),
      45_000,
    )
    .catch(() => console.log('This machine is too slow for a picture without alarms.'));
  for (const id of Object.keys(client.state().alarms)) {
    await client.ask('alarm.acknowledge', { id });
  }
  const page = await openSignedIn(browser, studio.url, 'admin', adminPassword);
  await until(
    'the page plays the program and shows every scene',
    () =>
      page.evaluate(
        () =>
          (document.querySelector('video')?.currentTime ?? 0) > 3 &&
          document.querySelectorAll('[data-testid^="scene-"] img').length >= 6,
      ),
    60_000,
  );
  await page.screenshot({ path: join(folder, 'al-aire.png') });
  const small = await openSignedIn(browser, studio.url, 'admin', adminPassword, {
    width: 360,
    height: 640,
  });
  await page.getByTestId('continuity').click();
  await page.getByRole('dialog').screenshot({ path: join(folder, 'si-obs-se-pierde.png') });
  await page.keyboard.press('Escape');
  await page.getByTestId('uplink-edit').click();
  await page.getByTestId('uplink-declared').waitFor();
  await page.getByRole('dialog').screenshot({ path: join(folder, 'subida.png') });
  await page.keyboard.press('Escape');
  await small.screenshot({ path: join(folder, 'al-aire-360.png') });

  facebook.freeze();
  phone?.kill('SIGKILL');
  await client.command('switcher.cut', { scene: 'Campo', expectProgram: 'Estudio' });
  await client.see(
    'Facebook in trouble',
    (s) => Object.values(s.outputs).some((o) => o.problem !== null && o.state !== 'live'),
    60_000,
  );
  await page.screenshot({ path: join(folder, 'roto.png') });
  await small.screenshot({ path: join(folder, 'roto-360.png') });
  facebook.thaw();

  await client.command('air.slate', { on: true });
  await client.see('the slate, by a person', (s) => s.air.forced && s.air.feeding === 'slate');
  for (const [shown, file] of [
    [page, 'cortinilla.png'],
    [small, 'cortinilla-360.png'],
  ] as const) {
    await shown.getByTestId('panic-off').waitFor();
    await shown.screenshot({ path: join(folder, file) });
  }

  const guide = await browser.newPage({
    viewport: { width: 1280, height: 900 },
    locale: 'es-CO',
  });
  await guide.goto(`${studio.url}/programacion`);
  await guide.screenshot({ path: join(folder, 'programacion.png') });
  console.log(`Pictures in ${folder}`);
} finally {
  phone?.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
  await browser.close();
  await studio.stop();
  await Promise.all([facebook.close(), youtube.close(), icecast.close()]);
}
