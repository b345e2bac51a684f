// Every fault of the air's promises on the real chain, live to two platforms and a recording: what the
// platforms recorded is the evidence. One show, because that is how faults come.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encoderProfile } from '../../server/contract/profiles.ts';
import { openSecretBox } from '../../server/core/secret-box.ts';
import { openIngestKeys } from '../../server/outputs/ingest-keys.ts';
import { createSettings } from '../../server/outputs/settings.ts';
import { openStore } from '../../server/store/database.ts';
import {
  captureStream,
  gapWithin,
  look,
  recordedMs,
  syncShiftMs,
  videoTimes,
} from '../kit/air-evidence.ts';
import { clearGrid } from '../kit/clear-grid.ts';
import { recordedFiles, textsUnder, unendedFiles } from '../kit/folders.ts';
import { complaints, packetFacts } from '../kit/media-probe.ts';
import { startNginxRtmp, type NginxRtmp } from '../kit/nginx-rtmp.ts';
import { startFaultyObs, type FaultyObs } from '../kit/obs-faults.ts';
import { childrenOf, processesOf, type Found } from '../kit/processes.ts';
import { mountSmallDisk, type SmallDisk } from '../kit/small-disk.ts';
import { besiege, mark, type Siege } from '../kit/siege.ts';
import { paced } from '../kit/slowness.ts';
import { cutProgram, type StudioClient } from '../kit/studio-client.ts';
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
  /** Where the recordings stood at a moment, ms, and the largest gap they may have in between. */
  const quiet: { what: string; from: number[]; to: number[]; maxGapMs: number }[] = [];
  /** Stretches a limit by the slowest pace of the show so far. */
  let stretched: (ms: number) => Promise<number>;

  const options = (): StudioOptions => ({
    env: {
      STUDIO_OBS: 'attach',
      STUDIO_OBS_URL: obs.url,
      STUDIO_OBS_PASSWORD: obs.password,
      STUDIO_LOG_LEVEL: 'debug',
      STUDIO_RECORDINGS: recordings(),
    },
  });
  const recorded = (): string[] => recordedFiles(recordings());
  /** What the encoder sends, as it comes in. */
  const capture = (name: string): Promise<unknown> =>
    captureStream(
      `rtmp://127.0.0.1:${studio.rtmpPort}/program/main?k=${playKey}`,
      join(folder, `${name}.flv`),
    );
  const recordings = (): string => disk?.path ?? join(folder, 'grabaciones');
  const stands = (): number[] =>
    [facebook, youtube].map((p) => recordedMs(p.recordings()[0] ?? '') ?? 0);
  const pass = (ms: number): Promise<unknown> => {
    const from = performance.now();
    return until(`${ms} ms went by`, () => performance.now() - from > ms, ms + 5000, 50);
  };
  /** The program has been on the air for `ms`; a machine that stumbles meanwhile only takes longer. */
  const steady = async (ms = steadyMs): Promise<void> => {
    await client.see(
      `live for ${ms} ms`,
      (s) => s.air.source === 'live' && Date.now() - (s.air.sourceSince ?? Infinity) > ms,
      60_000,
    );
  };
  const unnoticed = async (what: string, from: number[]): Promise<void> => {
    quiet.push({ what, from, to: stands(), maxGapMs: await stretched(150) });
  };
  const cutTo = (scene: string): Promise<unknown> => cutProgram(client, scene);
  /** The one whose command names `part`; between two of them there is none. */
  const running = (part: string, all: () => Found[]): Promise<Found> =>
    until(part, () => all().find((p) => p.command.includes(part)));
  const airProcess = () => running('air/main.ts', () => processesOf(studio.dataDir));

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
    await clearGrid(client);
    await cutTo('Estudio');
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
    await client.see('the slate was taken', (s) => s.air.onAir && !s.air.preparing, 45_000);
    if (client.state().air.slate !== 'captured') {
      // Pictures of a starved OBS stumble and are not kept: its scene is shown until they do not.
      await cutTo('Ya regresamos');
      await client.see('the slate is OBS’s own', (s) => s.air.slate === 'captured', 30_000);
      await cutTo('Estudio');
    }
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
        20_000,
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
    stretched = await paced();
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
  /** What happens between two of the rounds' faults; the program is on the air by itself for as long. */
  const between: Record<string, () => void> = {
    '1 SIGSTOP of OBS': () => {
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
        expect(took).toBeLessThan((await stretched(2000)) + 1000);
        await unnoticed('control killed', from);
      });
    },
    '2 OBS stops streaming': () => {
      test('a platform freezes for 25 s, one lets us in, one comes up', async () => {
        await steady(1000);
        const id = ids['frozen'] ?? '';
        const from = stands();
        frozen.freeze();
        const struck = performance.now();
        // It stays frozen for as long as it takes us to notice.
        await client.see(
          'frozen says why',
          (s) => s.outputs[id]?.problem?.cause === 'stalled',
          25_000,
        );
        lets = true;
        await client.see(
          'let in',
          (s) => s.outputs[ids['rejected'] ?? '']?.state === 'live',
          20_000,
        );
        await pass(Math.max(0, 25_000 - (performance.now() - struck)));
        frozen.thaw();
        await client.see('thawed', (s) => s.outputs[id]?.state === 'live', 20_000);
        await unnoticed('a platform frozen', from);
      });
    },
    '2 kill -9 of OBS': () => {
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
        await unnoticed('the disk full', from);
      });
    },
    '2 SIGSTOP of OBS': () => {
      test('kill -9 of the ingest: the slate, and the program back by itself', async () => {
        await steady(2000);
        const air = await airProcess();
        const ingest = await running('ingest/child', () => childrenOf(air.pid));
        process.kill(ingest.pid, 'SIGKILL');
        await client.see('the slate goes out', (s) => s.air.source === 'slate', 10_000);
        await client.see('live again', (s) => s.air.source === 'live', 30_000);
      });
    },
  };
  for (const round of [1, 2, 3]) {
    for (const [what, begin] of Object.entries(faults)) {
      test(`round ${round}: ${what}, ${faultMs / 1000} s`, async () => {
        await steady();
        const end = await begin();
        // How soon is judged by what the platforms recorded.
        await client.see('the slate goes out', (s) => s.air.source === 'slate', 10_000);
        await pass(faultMs);
        expect(client.state().air.source).toBe('slate');
        await end();
        await client.see('OBS’s pictures come in', (s) => s.air.program !== null, 60_000);
        const came = performance.now();
        await client.see('live again', (s) => s.air.source === 'live', 30_000);
        const took = performance.now() - came;
        // Reported twice a second: by when it came in at the latest, trusted, and its next key frame.
        expect(took).toBeLessThan(await stretched(settleMs + keyMs + 1000 + 500));
      });
      between[`${round} ${what}`]?.();
    }
  }

  test('the siege did nothing', async () => {
    await steady(3000);
    await capture('end');
    await until('hundreds of attempts', () => siege.attempts() > 200, 60_000);
    await until('the silent publisher was closed', () => siege.stalledClosed());
    await siege.end();
    expect(client.state().air.ingest.state).toBe('up');
  });

  test(
    'what the platforms recorded: one session, whole and clean',
    { timeout: 480_000 },
    async () => {
      for (const [i, platform] of [facebook, youtube].entries()) {
        const files = platform.recordings();
        expect(files).toHaveLength(1);
        const file = files[0] ?? '';
        const facts = await packetFacts(file);
        expect(facts.nonMonotonic).toBe(0);
        // From the last picture of the program to the first of the slate.
        expect(facts.maxVideoGapMs).toBeLessThanOrEqual(await stretched(700));
        const times = await videoTimes(file);
        for (const { what, from, to, maxGapMs } of quiet) {
          expect(gapWithin(times, from[i]!, to[i]!), what).toBeLessThanOrEqual(maxGapMs);
        }
      }
      const file = youtube.recordings()[0] ?? '';
      const { stretches, complaints: said } = await look(file, corner, screens);
      expect(said.length, said.slice(0, 5).join('; ')).toBeLessThanOrEqual(1);
      const seen = stretches.filter((s) => s.toMs - s.fromMs > 500);
      expect(new Set(seen.map((s) => s.what)), JSON.stringify(seen)).toEqual(
        new Set(['live', 'slate']),
      );
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
      const air = await airProcess();
      const before = [facebook, youtube].map((p) => p.requests.length);
      const killed = performance.now();
      process.kill(air.pid, 'SIGKILL');
      await until(
        'all published again',
        () => [facebook, youtube].every((p, i) => p.requests.length > before[i]!),
        20_000,
        5,
      );
      took.push(performance.now() - killed);
      // What the air before it reported is no news of this one.
      const published = Date.now();
      await client.see(
        'control heard',
        ({ air: is }) => is.connected && is.onAir && (is.reportedAt ?? 0) > published,
        15_000,
      );
    }
    console.log(`air killed, published again after ${took.map(Math.round).join(', ')} ms`);
    expect(Math.min(...took)).toBeLessThan(await stretched(2000));
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
    await until('what the kills left is put right', () => unendedFiles(recordings()) === 0, 30_000);
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
      ...textsUnder(studio.dataDir, 'secret.key'),
    ].join('\n');
    expect(seen).toContain('facebook');
    for (const secret of [...Object.values(secrets), playKey]) {
      expect(seen.includes(secret), `${secret.slice(0, 6)}… is readable`).toBe(false);
      expect(seen.includes(encodeURIComponent(secret))).toBe(false);
    }
  });
});

/** Lower left: the plain background of every scene of the station's profile, and of both slates. */
const corner = { x: 0.01, y: 0.93, width: 0.04, height: 0.05 };
const screens = {
  live: [0x1f, 0x4f, 0xa3],
  slate: [0x10, 0x23, 0x3f],
} as const;
