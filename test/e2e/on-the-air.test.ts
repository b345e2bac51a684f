// The whole chain on real parts: OBS, field phone, grid, two platforms, radio, the page, and a crash of control.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SwitcherState } from '../../server/contract/switcher.ts';
import { recordedMs, recordMore } from '../kit/air-evidence.ts';
import { openSignedIn, startBrowser } from '../kit/browser.ts';
import { clearGrid } from '../kit/clear-grid.ts';
import { startIcecast, type Icecast } from '../kit/icecast.ts';
import {
  captureHttp,
  colorAt,
  colorsOf,
  decodeErrors,
  packetFacts,
  soundFacts,
  streamsOf,
} from '../kit/media-probe.ts';
import { startNginxRtmp, type NginxRtmp } from '../kit/nginx-rtmp.ts';
import { paced } from '../kit/slowness.ts';
import { cutProgram, type StudioClient } from '../kit/studio-client.ts';
import { adminPassword, startStudio, type Studio } from '../kit/studio.ts';
import { until } from '../kit/until.ts';

describe('on the air from one command', () => {
  let studio: Studio;
  let client: StudioClient;
  let facebook: NginxRtmp;
  let youtube: NginxRtmp;
  let icecast: Icecast;
  let browser: Browser;
  let page: Page;
  let folder: string;
  let phone: ChildProcess | null = null;
  const ids = { facebook: '', youtube: '', radio: '' };
  /** Stretches a limit by the slowest pace since the show began. */
  let stretched: (ms: number) => Promise<number>;
  const recordings = (): string[] => [facebook, youtube].map((p) => p.recordings()[0] ?? '');
  /** Resolves once the newest that YouTube recorded is this scene: OBS may stumble, and the slate go out. */
  const arrived = (scene: string): Promise<unknown> =>
    until(
      `${scene} is recorded`,
      async () => {
        const [, file = ''] = recordings();
        const newest = ((recordedMs(file) ?? 0) - 500) / 1000;
        return sceneOf(await colorAt(file, newest, corner)) === scene;
      },
      30_000,
      250,
    );

  /** Presses it as an operator does: again after a while where OBS did not answer in time. */
  const press = (testId: string, done: (switcher: SwitcherState) => boolean): Promise<unknown> => {
    let pressedAt = -Infinity;
    return until(
      `${testId} does it`,
      async () => {
        if (done(client.state().switcher)) return true;
        if (performance.now() - pressedAt < 4000) return false;
        await page.getByTestId(testId).click({ timeout: 10_000 });
        pressedAt = performance.now();
        return false;
      },
      15_000,
    );
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'e2e-'));
    [facebook, youtube, icecast, browser] = await Promise.all([
      startNginxRtmp(),
      startNginxRtmp(),
      startIcecast(),
      startBrowser(),
    ]);
    studio = await startStudio({ env: { STUDIO_OBS: 'managed' } });
    client = await studio.client();
    await client.see('OBS connected', (s) => s.switcher.connection === 'connected', 60_000);
    await client.see('ingest up', (s) => s.air.ingest.state === 'up', 30_000);
    await clearGrid(client);
    stretched = await paced();
  });

  afterAll(async () => {
    phone?.kill('SIGKILL');
    await browser?.close();
    await studio?.stop();
    await Promise.all([facebook?.close(), youtube?.close(), icecast?.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  test('an operator signs in by the page', async () => {
    page = await openSignedIn(browser, studio.url, 'admin', adminPassword);
    await until('program name on the page', async () => {
      const shown = await page.getByTestId('program-name').textContent();
      return shown?.includes(client.state().switcher.program ?? '?');
    });
  });

  test('goes live to two platforms and the radio by the page', async () => {
    const add = (name: string, profile: string, url: string, key: string) =>
      client.command('output.create', { name, profile, url, key, withAir: true });
    ids.facebook = (await add('Facebook', 'facebook-live', facebook.url, 'FB-1?s_bl=1&s_ps=1')).id;
    ids.youtube = (await add('YouTube', 'youtube', youtube.url, 'abcd-efgh-ijkl')).id;
    ids.radio = (await add('Radio AM', 'radio-am', icecast.mountUrl, icecast.sourcePassword)).id;
    await goLiveByPage(page);
    await client.see('on air live', (s) => s.air.onAir && s.air.source === 'live', 30_000);
    for (const id of Object.values(ids)) {
      await client.see(`${id} live`, (s) => s.outputs[id]?.state === 'live', 30_000);
    }
    expect(JSON.stringify(client.state())).not.toContain('abcd-efgh-ijkl');
    expect(studio.output()).not.toContain('abcd-efgh-ijkl');
  });

  test('takes a scene by the page and both recordings grow', async () => {
    await cutProgram(client, 'Estudio');
    await arrived('Estudio');
    await press('scene-Entrevista', (s) => s.preview === 'Entrevista');
    await press('take', (s) => s.program === 'Entrevista');
    expect(client.state().switcher.programBy).toBe('admin');
    await arrived('Entrevista');
    await recordMore(recordings(), 3000);
    await stretched(0);
  });

  test('the mount plays mono audio with nothing above the low-pass', async () => {
    const file = join(folder, 'radio.mp3');
    await captureHttp(icecast.listenUrl, file, 8000, 24_000);
    const [audio] = await streamsOf(file, 'mp3');
    expect(audio?.codec).toBe('mp3');
    expect(audio?.channels).toBe(1);
    const lowpass = Number(client.state().outputs[ids.radio]?.settings?.['lowpassHz']);
    const sound = await soundFacts(file, lowpass * 1.15, 'mp3');
    expect(sound.aboveDb).toBeLessThan(-45);
    expect(sound.peakDbfs).toBeLessThan(0);
  });

  test("a slot's start takes its scene, announced, with reason and actor on record", async () => {
    // Time enough for the announcement to be seen before the start.
    const at = new Date(Date.now() + Math.min(15_000, await stretched(6000)));
    const [date, time] = localParts(at, client.state().station.zone);
    await client.command('grid.override', {
      action: 'insert',
      program: 'zona-tributaria',
      date,
      start: time,
      durationMinutes: 30,
      scene: 'Cortinilla',
      reason: 'prueba',
    });
    await client.see('announced', (s) => s.grid.announced?.scene === 'Cortinilla', 10_000);
    await client.see('taken by the grid', (s) => s.switcher.program === 'Cortinilla', 40_000);
    expect(client.state().switcher.programBy).toBe('grid');
    // The screens know first; how late it was and its evidence follow.
    await client.see('how late it was', (s) => s.grid.late !== null);
    const acts = await until('the act is on record', async () => {
      const { entries } = await client.command('audit.list', {});
      const own = entries.filter((e) => e.actor === 'grid');
      return own.some((e) => e.ok) && own;
    });
    expect(acts.find((e) => e.ok)?.reason).toContain('Zona Tributaria');
    // A starved OBS may leave a try without an answer: that is on record, and costs its time and a pause.
    const limit = 1500 + acts.filter((e) => !e.ok).length * 2700;
    expect(client.state().grid.late).toBeLessThan(await stretched(limit));
    await arrived('Cortinilla');
  });

  test('hold keeps what is on; release gives it back', async () => {
    await client.command('grid.hold', { reason: 'rueda de prensa' });
    expect(client.state().grid.mode).toBe('manual');
    await cutProgram(client, 'Entrevista');
    await client.command('grid.release', {});
    await client.see('grid joins', (s) => s.switcher.program === 'Cortinilla', 10_000);
    expect(client.state().grid.mode).toBe('automatic');
  });

  test('a field phone appears, shows in Campo, and its loss shows', async () => {
    const unit = await client.command('field.createUnit', { name: 'Móvil 1', profile: 'phone' });
    const feed = unit.feeds[0];
    if (!feed) throw new Error('no feed');
    const wrong = pushField(feed.rtmp.url, `${feed.id}?k=equivocada`);
    await until('wrong key refused', () => wrong.exitCode !== null && wrong.exitCode !== 0, 15_000);
    phone = pushField(feed.rtmp.url, feed.rtmp.key);
    await client.see('unit live', (s) => s.field.units[unit.id]?.state === 'live', 20_000);
    const seen = await client.see(
      'facts of the stream',
      (s) => {
        const u = s.field.units[unit.id];
        return u && u.bitrateKbps > 0 && u.feeds[0]?.stream?.width === 640 ? u : null;
      },
      10_000,
    );
    expect(seen?.feeds[0]?.stream?.videoCodec).toMatch(/h264|avc/i);
    await client.see('shown in Campo', (s) => s.field.units[unit.id]?.inScene === feed.id, 10_000);
    await page.getByTestId(`unit-${unit.id}`).waitFor();
    phone.kill('SIGKILL');
    const lostAt = performance.now();
    await client.see('unit lost', (s) => s.field.units[unit.id]?.state === 'lost');
    const took = performance.now() - lostAt;
    expect(took).toBeLessThan(await stretched(1500));
    await client.command('field.removeUnit', { id: unit.id });
    await client.see('unit gone', (s) => s.field.units[unit.id] === undefined);
  });

  test('kill -9 of control: recordings grow on, and the next start adopts them', async () => {
    const since = client.state().air.since;
    const sessions = [facebook.recordings().length, youtube.recordings().length];
    client.close();
    await studio.crash();
    await recordMore(recordings(), 5000);
    studio = await startStudio({
      env: { STUDIO_OBS: 'managed' },
      dataDir: studio.dataDir,
      port: studio.port,
      rtmpPort: studio.rtmpPort,
    });
    client = await studio.client();
    for (const id of Object.values(ids)) {
      await client.see(`${id} adopted`, (s) => s.outputs[id]?.state === 'live', 10_000);
    }
    await client.see('OBS adopted', (s) => s.switcher.streaming === 'on', 15_000);
    await client.see('still live', (s) => s.air.onAir && s.air.source === 'live');
    expect(client.state().air.since).toBe(since);
    expect([facebook.recordings().length, youtube.recordings().length]).toEqual(sessions);
  });

  test('what the platforms recorded decodes, cuts on key frames and holds the switch', async () => {
    await client.command('air.stop', {});
    await client.see('off the air', (s) => !s.air.onAir, 20_000);
    const whole = async (platform: NginxRtmp): Promise<void> => {
      const files = platform.recordings();
      expect(files).toHaveLength(1);
      const file = files[0] ?? '';
      await platform.whole(file);
      const codecs = (await streamsOf(file)).map((s) => s.codec).toSorted();
      expect(codecs).toEqual(['aac', 'h264']);
      const facts = await packetFacts(file);
      expect(facts.nonMonotonic).toBe(0);
      expect(facts.maxVideoGapMs).toBeLessThan(await stretched(1200));
      const spacings = facts.keySpacingsMs.toSorted((x, y) => x - y);
      expect(spacings[Math.floor(spacings.length / 2)]).toBeLessThanOrEqual(2200);
      // Pictures that OBS could not draw in time stretch a group; platforms take up to 4 s.
      expect(spacings.at(-1)).toBeLessThanOrEqual(await stretched(4000));
      expect(await decodeErrors(file)).toBeLessThanOrEqual(1);
    };
    await Promise.all([facebook, youtube].map(whole));
    const file = youtube.recordings()[0] ?? '';
    const seen: string[] = [];
    for (const color of await colorsOf(file, 4, corner)) {
      const scene = sceneOf(color);
      if (scene && seen.at(-1) !== scene) seen.push(scene);
    }
    // The take by the page, then the grid's: in the order they were made.
    const estudio = seen.indexOf('Estudio');
    expect(estudio).toBeGreaterThanOrEqual(0);
    expect(seen.indexOf('Entrevista')).toBeGreaterThan(estudio);
    expect(seen.indexOf('Cortinilla')).toBeGreaterThan(seen.indexOf('Entrevista'));
  });
});

/** Lower left: the plain background of every scene of the station's profile. */
const corner = { x: 0.01, y: 0.93, width: 0.04, height: 0.05 };
const backgrounds = {
  Estudio: [0x1f, 0x4f, 0xa3],
  Entrevista: [0x0f, 0x7a, 0x6c],
  Cortinilla: [0x37, 0x50, 0x6b],
} as const;

/** The scene whose background this is; null in a mix and for the others. */
function sceneOf({ r, g, b }: { r: number; g: number; b: number }): string | null {
  const near = Object.entries(backgrounds).find(
    ([, [R, G, B]]) => Math.abs(r - R) + Math.abs(g - G) + Math.abs(b - B) < 30,
  );
  return near?.[0] ?? null;
}

async function goLiveByPage(page: Page): Promise<void> {
  await page.getByTestId('go-live').click();
  await page.getByTestId('go-live-confirm').waitFor();
  await page.getByTestId('go-live-confirm').click();
}

function pushField(url: string, key: string): ChildProcess {
  return spawn(
    'ffmpeg',
    // prettier-ignore
    ['-nostdin', '-v', 'error', '-re', '-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=30', '-f', 'lavfi', '-i', 'sine=440',
      '-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', '800k', '-g', '30', '-pix_fmt', 'yuv420p', '-c:a', 'aac',
      '-f', 'flv', `${url}/${key}`],
    { stdio: 'ignore' },
  );
}

/** Local date and time (with seconds) of an instant in a zone. */
function localParts(at: Date, zone: string): [string, string] {
  const text = at.toLocaleString('sv-SE', { timeZone: zone });
  const [date = '', time = ''] = text.split(' ');
  return [date, time];
}
