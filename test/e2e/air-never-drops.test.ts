// Every fault of the air's promises on the real chain, live to two platforms and a recording: what the
// platforms recorded is the evidence. One show, because that is how faults come.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encoderProfile } from '../../server/contract/profiles.ts';
import { openSecretBox } from '../../server/core/secret-box.ts';
import { openIngestKeys } from '../../server/outputs/ingest-keys.ts';
import { createSettings } from '../../server/outputs/settings.ts';
import { openStore } from '../../server/store/database.ts';
import { gapWithin, look, recordedMs, syncShiftMs, videoTimes } from '../kit/air-evidence.ts';
import { complaints, packetFacts } from '../kit/media-probe.ts';
import { startNginxRtmp, type NginxRtmp } from '../kit/nginx-rtmp.ts';
import { startFaultyObs, type FaultyObs } from '../kit/obs-faults.ts';
import { childrenOf, processesOf } from '../kit/processes.ts';
import { mountSmallDisk, type SmallDisk } from '../kit/small-disk.ts';
import { besiege, mark, type Siege } from '../kit/siege.ts';
import { slowness } from '../kit/slowness.ts';
import type { StudioClient } from '../kit/studio-client.ts';
import { startStudio, type Studio, type StudioOptions } from '../kit/studio.ts';
import { until } from '../kit/until.ts';

const encoder = encoderProfile.parse(
  JSON.parse(
    readFileSync(resolve(import.meta.dirname, '../../profiles/encoders/720p30.json'), 'utf8'),
  ),
);
const secrets = {
  facebook: 'FB-77-clave?s_bl=1&s_ps=1',
  youtube: 'yt77-clave-secreta',
  frozen: 'congelada-77-clave',
  refused: 'rechazada-77-clave',
  rejected: 'negada-77-clave',
};
const faultMs = 10_000;
/** Longer than this on the air, and a loss is not flapping: the settle time is short again. */
const steadyMs = 10_200;
const settleMs = 1000;
const keyMs = encoder.keyframeSeconds * 1000;

describe('the air never drops', () => {
  let folder: string;
  let obs: FaultyObs;
  let studio: Studio;
  let client: StudioClient;
  let facebook: NginxRtmp;
  let youtube: NginxRtmp;
  let frozen: NginxRtmp;
  let rejecting: NginxRtmp;
  let disk: SmallDisk | null = null;
  let lets = false;
  let siege: Siege;
  let playKey = '';
  const ids: Record<string, string> = {};
  /** Where the recordings stood at a moment, ms. */
  const quiet: { what: string; from: number[]; to: number[] }[] = [];

  const options = (): StudioOptions => ({
    env: {
      STUDIO_OBS: 'attach',
      STUDIO_OBS_URL: obs.url,
      STUDIO_OBS_PASSWORD: obs.password,
      STUDIO_LOG_LEVEL: 'debug',
      STUDIO_RECORDINGS: recordings(),
    },
  });
  const recordings = (): string => disk?.path ?? join(folder, 'grabaciones');
  const stands = (): number[] =>
    [facebook, youtube].map((p) => recordedMs(p.recordings()[0] ?? '') ?? 0);
  const pass = (ms: number): Promise<unknown> => {
    const from = performance.now();
    return until(`${ms} ms went by`, () => performance.now() - from > ms, ms + 5000, 50);
  };
  const steady = async (ms = steadyMs): Promise<void> => {
    await client.see('live', (s) => s.air.source === 'live', 60_000);
    await client.see('steady', (s) => Date.now() - (s.air.sourceSince ?? Infinity) > ms, ms + 5000);
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'e2e-air-'));
    disk = mountSmallDisk(600);
    [facebook, youtube, frozen, rejecting, obs] = await Promise.all([
      startNginxRtmp(),
      startNginxRtmp(),
      startNginxRtmp(),
      startNginxRtmp({ onPublish: () => lets }),
      startFaultyObs(encoder),
    ]);
    studio = await startStudio(options());
    client = await studio.client();
    await client.see('OBS connected', (s) => s.switcher.connection === 'connected', 30_000);
    await client.see('ingest up', (s) => s.air.ingest.state === 'up', 30_000);
    const { program } = client.state().switcher;
    if (program !== 'Estudio' && program !== null) {
      await client.command('switcher.cut', { scene: 'Estudio', expectProgram: program });
    }
  });

  afterAll(async () => {
    await siege?.end();
    await studio?.stop();
    await obs?.close();
    await Promise.all([facebook, youtube, frozen, rejecting].map((p) => p?.close()));
    disk?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('goes live: two platforms, and three that trouble nobody', async () => {
    const add = async (name: string, url: string, key: string): Promise<void> => {
      ids[name] = (
        await client.command('output.create', { name, profile: 'rtmp-custom', url, key })
      ).id;
    };
    await add('facebook', facebook.url, secrets.facebook);
    await add('youtube', youtube.url, secrets.youtube);
    await add('frozen', frozen.url, secrets.frozen);
    await add('rejected', rejecting.url, secrets.rejected);
    await add('refused', 'rtmp://127.0.0.1:9/live', secrets.refused);
    const settings = { fileMinutes: 30, minFreeGb: 0.02 };
    ids['recording'] = (
      await client.command('output.create', { name: 'Grabación', profile: 'recording', settings })
    ).id;
    await client.command('air.goLive', {});
    await client.see('the slate is OBS’s own', (s) => s.air.slate === 'captured', 20_000);
    for (const name of ['facebook', 'youtube', 'frozen', 'recording']) {
      await client.see(`${name} live`, (s) => s.outputs[ids[name] ?? '']?.state === 'live', 45_000);
    }
    for (const [name, cause] of [
      ['rejected', 'rejected'],
      ['refused', 'refused'],
    ] as const) {
      await client.see(
        `${name} says why`,
        (s) => s.outputs[ids[name] ?? '']?.problem?.cause === cause,
        5000,
      );
    }
    // The slate was put on for its capture alone: what was on the air is there again.
    await client.see('Estudio again', (s) => s.switcher.program === 'Estudio');
    await steady(3000);
  });

  test('strangers besiege the ingest from here on', async () => {
    const store = await openStore(studio.dataDir);
    const box = openSecretBox(join(studio.dataDir, 'secret.key'));
    const keys = await openIngestKeys(createSettings(store.db), box, () => {
      throw new Error('the keys are there');
    });
    await store.close();
    playKey = keys.playKey;
    await capture('start');
    const unit = await client.command('field.createUnit', { name: 'Móvil', profile: 'phone' });
    const feed = unit.feeds[0];
    if (!feed) throw new Error('no feed');
    siege = await besiege({
      rtmpPort: studio.rtmpPort,
      playKey,
      feed: { id: feed.id, key: feed.rtmp.key.split('k=')[1] ?? '' },
    });
  });

  const faults: Record<string, () => Promise<() => Promise<void>>> = {
    'OBS stops streaming': async () => obs.holdStream(),
    'kill -9 of OBS': async () => {
      await obs.kill();
      return () => obs.relaunch();
    },
    'SIGSTOP of OBS': async () => {
      obs.freeze();
      return async () => obs.thaw();
    },
  };
  for (const round of [1, 2, 3]) {
    for (const [what, begin] of Object.entries(faults)) {
      test(`round ${round}: ${what}, ${faultMs / 1000} s`, { timeout: 120_000 }, async () => {
        await steady();
        const end = await begin();
        await client.see('the slate goes out', (s) => s.air.source === 'slate', 3000);
        await pass(faultMs);
        expect(client.state().air.source).toBe('slate');
        await end();
        await client.see('OBS’s pictures come in', (s) => s.air.program !== null, 60_000);
        const came = performance.now();
        await client.see('live again', (s) => s.air.source === 'live', 30_000);
        // Reported twice a second: by when it came in at the latest, trusted, and its next key frame.
        expect(performance.now() - came).toBeLessThan(settleMs + keyMs + 1000 + 500);
      });
    }
    if (round === 1) {
      test('kill -9 of control, 10 s: nobody notices; adopted, and the screen is right', async () => {
        await steady(2000);
        const from = stands();
        client.close();
        await studio.crash();
        await pass(10_000);
        studio = await startStudio({
          ...options(),
          dataDir: studio.dataDir,
          port: studio.port,
          rtmpPort: studio.rtmpPort,
        });
        const serves = performance.now();
        client = await studio.client();
        await client.see(
          'adopted',
          (s) =>
            s.air.onAir &&
            s.air.source === 'live' &&
            s.outputs[ids['facebook'] ?? '']?.state === 'live',
        );
        // A second is for the test's own sign-in (argon2); how soon it serves is the bench's figure.
        const took = performance.now() - serves;
        console.log(`control killed, right again ${Math.round(took)} ms after it served`);
        expect(took).toBeLessThan(2000 * (await slowness()) + 1000);
        quiet.push({ what: 'control killed', from, to: stands() });
      });
    }
    if (round === 2) {
      test(
        'a platform freezes for 25 s, one lets us in, one comes up',
        { timeout: 120_000 },
        async () => {
          await steady(1000);
          const id = ids['frozen'] ?? '';
          const from = stands();
          frozen.freeze();
          const struck = performance.now();
          await client.see(
            'frozen says why',
            (s) => s.outputs[id]?.problem?.cause === 'stalled',
            15_000,
          );
          lets = true;
          await client.see(
            'let in',
            (s) => s.outputs[ids['rejected'] ?? '']?.state === 'live',
            20_000,
          );
          await pass(25_000 - (performance.now() - struck));
          frozen.thaw();
          await client.see('thawed', (s) => s.outputs[id]?.state === 'live', 10_000);
          quiet.push({ what: 'a platform frozen', from, to: stands() });
        },
      );
      test('the disk fills up: the recording says so, and goes on when there is room', async () => {
        if (!disk) return;
        await steady(1000);
        const id = ids['recording'] ?? '';
        const from = stands();
        disk.fill(5_000_000);
        await client.see('no room', (s) => s.outputs[id]?.problem?.cause === 'diskFull', 15_000);
        await client.see('loudly', (s) => s.alarms[`recording-${id}`]?.severity === 'critical');
        disk.release();
        await client.see('recording again', (s) => s.outputs[id]?.state === 'live', 20_000);
        quiet.push({ what: 'the disk full', from, to: stands() });
      });
      test('kill -9 of the ingest: the slate, and the program back by itself', async () => {
        await steady(2000);
        const air = processesOf(studio.dataDir).find((p) => p.command.includes('air/main.ts'));
        const ingest = childrenOf(air?.pid ?? 0).find((p) => p.command.includes('ingest/child'));
        process.kill(ingest?.pid ?? 0, 'SIGKILL');
        await client.see('the slate goes out', (s) => s.air.source === 'slate', 3000);
        await client.see('live again', (s) => s.air.source === 'live', 30_000);
      });
    }
  }

  test('the siege did nothing', async () => {
    await steady(3000);
    await capture('end');
    expect(siege.attempts()).toBeGreaterThan(200);
    expect(siege.stalledClosed()).toBe(true);
    await siege.end();
    expect(client.state().air.ingest.state).toBe('up');
  });

  test(
    'what the platforms recorded: one session, whole and clean',
    { timeout: 180_000 },
    async () => {
      for (const [i, platform] of [facebook, youtube].entries()) {
        const files = platform.recordings();
        expect(files).toHaveLength(1);
        const file = files[0] ?? '';
        const facts = await packetFacts(file);
        expect(facts.nonMonotonic).toBe(0);
        // From the last picture of the program to the first of the slate.
        expect(facts.maxVideoGapMs).toBeLessThanOrEqual(700);
        const times = await videoTimes(file);
        for (const { what, from, to } of quiet) {
          expect(gapWithin(times, from[i]!, to[i]!), what).toBeLessThanOrEqual(150);
        }
      }
      const file = youtube.recordings()[0] ?? '';
      const { stretches, complaints: said } = await look(file, corner, screens);
      expect(said.length, said.slice(0, 5).join('; ')).toBeLessThanOrEqual(1);
      const seen = stretches.filter((s) => s.toMs - s.fromMs > 500);
      expect(new Set(seen.map((s) => s.what))).toEqual(new Set(['live', 'slate']));
      const long = seen.filter((s) => s.what === 'slate' && s.toMs - s.fromMs >= faultMs - 700);
      // Nine of OBS; the ingest's own may be as long on a slow machine.
      expect(long.length).toBeGreaterThanOrEqual(9);
      const [before, after] = await Promise.all(
        ['start', 'end'].map((name) => syncShiftMs(join(folder, `${name}.flv`), file)),
      );
      expect(Math.abs(before ?? Infinity)).toBeLessThanOrEqual(40);
      expect(Math.abs((after ?? Infinity) - (before ?? 0))).toBeLessThanOrEqual(40);
      expect(readFileSync(file).includes(mark)).toBe(false);
    },
  );

  test('kill -9 of air: all published again within 2 s, the recording in a new file', async () => {
    const files = recorded();
    const took: number[] = [];
    // The best of three: what it can do, whatever else this machine was doing.
    while (took.length < 3) {
      const air = processesOf(studio.dataDir).find((p) => p.command.includes('air/main.ts'));
      const before = [facebook, youtube].map((p) => p.requests.length);
      const killed = performance.now();
      process.kill(air?.pid ?? 0, 'SIGKILL');
      await until(
        'all published again',
        () => [facebook, youtube].every((p, i) => p.requests.length > before[i]!),
        10_000,
        5,
      );
      took.push(performance.now() - killed);
      await client.see('control heard', (s) => s.air.connected && s.air.onAir, 15_000);
    }
    console.log(`air killed, published again after ${took.map(Math.round).join(', ')} ms`);
    expect(Math.min(...took)).toBeLessThan(2000 * (await slowness()));
    await until('recorded again', () => recorded().length > files.length);
    await client.see('live again', (s) => s.air.source === 'live', 30_000);
    await client.see('whole again', (s) => s.outputs[ids['recording'] ?? '']?.state === 'live');
    await steady(2000);
    await client.command('air.stop', {});
    await client.see(
      'off',
      (s) => !s.air.onAir && s.outputs[ids['recording'] ?? '']?.state === 'idle',
      20_000,
    );
    for (const file of recorded()) {
      const facts = await packetFacts(file);
      expect(facts.nonMonotonic).toBe(0);
      expect(facts.startsOnKey).toBe(true);
    }
    const newest = recorded().findLast((file) => !files.includes(file)) ?? '';
    expect((await complaints(newest)).length).toBeLessThanOrEqual(1);
  });

  test('no secret anywhere', async () => {
    const get = async (path: string): Promise<string> =>
      (
        await fetch(`${studio.url}${path}`, {
          headers: { authorization: `Bearer ${client.token}` },
        })
      ).text();
    const seen = [
      studio.output(),
      JSON.stringify(client.state()),
      JSON.stringify(await client.command('audit.list', {})),
      await get('/api/v1/state'),
      await get('/metrics'),
      processesOf(studio.dataDir)
        .map((p) => p.command)
        .join('\n'),
      // Logs, orders, slates, the database, whatever a crash left.
      ...readdirSync(studio.dataDir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== 'secret.key')
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')),
    ].join('\n');
    expect(seen).toContain('facebook');
    for (const secret of [...Object.values(secrets), playKey]) {
      expect(seen.includes(secret), `${secret.slice(0, 6)}… is readable`).toBe(false);
      expect(seen.includes(encodeURIComponent(secret))).toBe(false);
    }
  });

  /** The recording's files, oldest first. */
  function recorded(): string[] {
    return readdirSync(recordings(), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.mp4'))
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted();
  }

  /** Four seconds of the encoder's own stream, as it comes in. */
  async function capture(name: string): Promise<void> {
    const child: ChildProcess = spawn(
      'ffmpeg',
      [
        ...'-nostdin -v error -y -i'.split(' '),
        `rtmp://127.0.0.1:${studio.rtmpPort}/program/main?k=${playKey}`,
        ...'-t 4 -c copy -f flv'.split(' '),
        join(folder, `${name}.flv`),
      ],
      { stdio: 'ignore' },
    );
    await until(`the ${name} is captured`, () => child.exitCode === 0, 30_000);
  }
});

/** Lower left: the plain background of every scene of the station's profile, and of both slates. */
const corner = { x: 0.01, y: 0.93, width: 0.04, height: 0.05 };
const screens = {
  live: [0x1f, 0x4f, 0xa3],
  slate: [0x10, 0x23, 0x3f],
} as const;
