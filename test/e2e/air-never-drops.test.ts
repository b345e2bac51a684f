// Every fault of the air's promises on the real chain, live to two platforms and a recording: what the
// platforms recorded is the evidence. One show, because that is how faults come.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSecretBox } from '../../server/core/secret-box.ts';
import { openIngestKeys } from '../../server/outputs/ingest-keys.ts';
import { createSettings } from '../../server/outputs/settings.ts';
import { openStore } from '../../server/store/database.ts';
import { gapWithin, look, syncShiftMs, videoTimes } from '../kit/air-evidence.ts';
import { textsUnder, unendedFiles } from '../kit/folders.ts';
import { complaints, packetFacts } from '../kit/media-probe.ts';
import type { NginxRtmp } from '../kit/nginx-rtmp.ts';
import { childrenOf, processesOf } from '../kit/processes.ts';
import { besiege, mark } from '../kit/siege.ts';
import { paced } from '../kit/slowness.ts';
import { startStudio } from '../kit/studio.ts';
import { until } from '../kit/until.ts';
import { encoder, Show } from './air-show.ts';

const secrets = {
  facebook: 'FB-77-clave?s_bl=1&s_ps=1',
  youtube: 'yt77-clave-secreta',
  frozen: 'congelada-77-clave',
  refused: 'rechazada-77-clave',
  rejected: 'negada-77-clave',
};
const faultMs = 10_000;
const settleMs = 1000;
const keyMs = encoder.keyframeSeconds * 1000;

describe('the air never drops', () => {
  let show: Show;
  beforeAll(async () => {
    show = new Show();
    await show.open();
  });
  afterAll(() => show.close());

  test('goes live: two platforms, and three that trouble nobody', async () => {
    const add = async (name: string, url: string, key: string): Promise<void> => {
      show.ids[name] = (
        await show.client.command('output.create', { name, profile: 'rtmp-custom', url, key })
      ).id;
    };
    await add('facebook', show.facebook.url, secrets.facebook);
    await add('youtube', show.youtube.url, secrets.youtube);
    await add('frozen', show.frozen.url, secrets.frozen);
    await add('rejected', show.rejecting.url, secrets.rejected);
    await add('refused', 'rtmp://127.0.0.1:9/live', secrets.refused);
    const settings = { fileMinutes: 30, minFreeGb: 0.02 };
    show.ids['recording'] = (
      await show.client.command('output.create', {
        name: 'Grabación',
        profile: 'recording',
        settings,
      })
    ).id;
    await show.client.command('air.goLive', {});
    await show.client.see('the slate was taken', (s) => s.air.onAir && !s.air.preparing, 45_000);
    if (show.client.state().air.slate !== 'captured') {
      // Pictures of a starved OBS stumble and are not kept: its scene is shown until they do not.
      await show.cutTo('Ya regresamos');
      await show.client.see('the slate is OBS’s own', (s) => s.air.slate === 'captured', 30_000);
      await show.cutTo('Estudio');
    }
    const logs = textsUnder(show.studio.dataDir, 'secret.key').join('\n');
    const apart = Number(/"apart":([\d.]+),"msg":"slate captured/.exec(logs)?.[1]);
    console.log(`the captured slate is ${apart} of 255 from OBS’s own picture of its scene`);
    expect(apart).toBeLessThan(8);
    for (const name of ['facebook', 'youtube', 'frozen', 'recording']) {
      await show.client.see(
        `${name} live`,
        (s) => s.outputs[show.ids[name] ?? '']?.state === 'live',
        45_000,
      );
    }
    for (const [name, cause] of [
      ['rejected', 'rejected'],
      ['refused', 'refused'],
    ] as const) {
      await show.client.see(
        `${name} says why`,
        (s) => s.outputs[show.ids[name] ?? '']?.problem?.cause === cause,
        20_000,
      );
    }
    // The slate was put on for its capture alone: what was on the air is there again.
    await show.client.see('Estudio again', (s) => s.switcher.program === 'Estudio');
    await show.steady(3000);
  });

  test('strangers besiege the ingest from here on', async () => {
    const store = await openStore(show.studio.dataDir);
    const box = openSecretBox(join(show.studio.dataDir, 'secret.key'));
    const keys = await openIngestKeys(createSettings(store.db), box, () => {
      throw new Error('the keys are there');
    });
    await store.close();
    show.playKey = keys.playKey;
    show.stretched = await paced();
    await show.capture('start');
    const unit = await show.client.command('field.createUnit', { name: 'Móvil', profile: 'phone' });
    const feed = unit.feeds[0];
    if (!feed) throw new Error('no feed');
    show.siege = await besiege({
      rtmpPort: show.studio.rtmpPort,
      playKey: show.playKey,
      feed: { id: feed.id, key: feed.rtmp.key.split('k=')[1] ?? '' },
    });
  });

  const faults: Record<string, () => Promise<() => Promise<void>>> = {
    'OBS stops streaming': async () => show.obs.holdStream(),
    'kill -9 of OBS': async () => {
      await show.obs.kill();
      return () => show.obs.relaunch();
    },
    'SIGSTOP of OBS': async () => {
      show.obs.freeze();
      return async () => show.obs.thaw();
    },
  };
  /** What happens between two of the rounds' faults; the program is on the air by itself for as long. */
  const between: Record<string, () => void> = {
    '1 SIGSTOP of OBS': () => {
      test('kill -9 of control, 10 s: nobody notices; adopted, and the screen is right', async () => {
        await show.unnoticed('control killed', async () => {
          show.client.close();
          await show.studio.crash();
          await show.pass(10_000);
          show.studio = await startStudio({
            ...show.options(),
            dataDir: show.studio.dataDir,
            port: show.studio.port,
            rtmpPort: show.studio.rtmpPort,
          });
          const serves = performance.now();
          show.client = await show.studio.client();
          await show.client.see(
            'adopted',
            (s) =>
              s.air.onAir &&
              s.air.source === 'live' &&
              s.outputs[show.ids['facebook'] ?? '']?.state === 'live',
          );
          // A second is for the test's own sign-in (argon2); how soon it serves is the bench's figure.
          const took = performance.now() - serves;
          console.log(`control killed, right again ${Math.round(took)} ms after it served`);
          expect(took).toBeLessThan((await show.stretched(2000)) + 1000);
        });
      });
    },
    '2 OBS stops streaming': () => {
      test('a platform freezes for 25 s, one lets us in, one comes up', async () => {
        const id = show.ids['frozen'] ?? '';
        await show.unnoticed('a platform frozen', async () => {
          show.frozen.freeze();
          const struck = performance.now();
          await show.client.see(
            'frozen says why',
            (s) => s.outputs[id]?.problem?.cause === 'stalled',
            25_000,
          );
          expect(performance.now() - struck).toBeLessThan(await show.stretched(5000));
          show.letIn = true;
          await show.client.see(
            'let in',
            (s) => s.outputs[show.ids['rejected'] ?? '']?.state === 'live',
            20_000,
          );
          await show.pass(Math.max(0, 25_000 - (performance.now() - struck)));
          show.frozen.thaw();
          await show.client.see('thawed', (s) => s.outputs[id]?.state === 'live', 20_000);
        });
      });
    },
    '2 kill -9 of OBS': () => {
      test('the disk fills up: the recording says so, and goes on when there is room', async () => {
        if (!show.disk) return;
        const { disk } = show;
        const id = show.ids['recording'] ?? '';
        await show.unnoticed('the disk full', async () => {
          disk.fill(5_000_000);
          await show.client.see(
            'no room',
            (s) => s.outputs[id]?.problem?.cause === 'diskFull',
            15_000,
          );
          await show.client.see(
            'loudly',
            (s) => s.alarms[`recording-${id}`]?.severity === 'critical',
          );
          disk.release();
          await show.client.see('recording again', (s) => s.outputs[id]?.state === 'live', 20_000);
        });
      });
    },
    '2 SIGSTOP of OBS': () => {
      test('kill -9 of the ingest: the slate, and the program back by itself', async () => {
        await show.steady(2000);
        const air = await show.airProcess();
        const ingest = await show.running('ingest/child', () => childrenOf(air.pid));
        process.kill(ingest.pid, 'SIGKILL');
        await show.client.see('the slate goes out', (s) => s.air.source === 'slate', 10_000);
        await show.client.see('live again', (s) => s.air.source === 'live', 30_000);
      });
    },
  };
  for (const round of [1, 2, 3]) {
    for (const [what, begin] of Object.entries(faults)) {
      test(`round ${round}: ${what}, ${faultMs / 1000} s`, async () => {
        await show.steady();
        const end = await begin();
        // How soon is judged by what the platforms recorded.
        await show.client.see('the slate goes out', (s) => s.air.source === 'slate', 10_000);
        await show.pass(faultMs);
        expect(show.client.state().air.source).toBe('slate');
        await end();
        // What comes in and ends again, as from a stream that was being stopped, is not its return.
        let came: number | null = null;
        await show.client.see(
          'OBS’s pictures come in, and are on the air',
          ({ air }) => {
            came = air.program === null ? null : (came ?? performance.now());
            return air.source === 'live';
          },
          90_000,
        );
        expect(came).not.toBeNull();
        const took = performance.now() - (came ?? 0);
        // Reported twice a second: by when it came in at the latest, trusted, and its next key frame.
        expect(took).toBeLessThan(await show.stretched(settleMs + keyMs + 1000 + 500));
      });
      between[`${round} ${what}`]?.();
    }
  }

  test('the siege did nothing', async () => {
    await show.steady(3000);
    await show.capture('end');
    const { siege } = show;
    if (!siege) throw new Error('nobody besieged it');
    await until('hundreds of attempts', () => siege.attempts() > 200, 60_000);
    await until('the silent publisher was closed', () => siege.stalledClosed());
    await siege.end();
    expect(show.client.state().air.ingest.state).toBe('up');
  });

  test(
    'what the platforms recorded: one session, whole and clean',
    { timeout: 480_000 },
    async () => {
      const whole = async (platform: NginxRtmp, i: number): Promise<void> => {
        const files = platform.recordings();
        expect(files).toHaveLength(1);
        const file = files[0] ?? '';
        const facts = await packetFacts(file);
        expect(facts.nonMonotonic).toBe(0);
        // From the last picture of the program to the first of the slate.
        expect(facts.maxVideoGapMs).toBeLessThanOrEqual(await show.stretched(700));
        const times = await videoTimes(file);
        for (const { what, from, to, maxGapMs } of show.quiet) {
          expect(gapWithin(times, from[i]!, to[i]!), what).toBeLessThanOrEqual(maxGapMs);
        }
      };
      const file = show.youtube.recordings()[0] ?? '';
      // The long look, and beside it what is quickly read.
      const [{ stretches, complaints: said }] = await Promise.all([
        look(file, corner, screens),
        Promise.all([show.facebook, show.youtube].map(whole)),
      ]);
      expect(said.length, said.slice(0, 5).join('; ')).toBeLessThanOrEqual(1);
      const seen = stretches.filter((s) => s.toMs - s.fromMs > 500);
      expect(new Set(seen.map((s) => s.what)), JSON.stringify(seen)).toEqual(
        new Set(['live', 'slate']),
      );
      const long = seen.filter((s) => s.what === 'slate' && s.toMs - s.fromMs >= faultMs - 700);
      // Nine of OBS; the ingest's own may be as long on a slow machine.
      expect(long.length).toBeGreaterThanOrEqual(9);
      const shiftAt = (name: string) => syncShiftMs(join(show.folder, `${name}.flv`), file);
      const before = await shiftAt('start');
      expect(Math.abs(before ?? Infinity)).toBeLessThanOrEqual(40);
      const after = await until(
        'a piece of the end is found again',
        async () => {
          const ms = await shiftAt('end');
          // A starved program may have been covered just then: it is still on the air.
          if (ms === null) await show.capture('end');
          return ms !== null && { ms };
        },
        60_000,
      );
      expect(Math.abs(after.ms - (before ?? 0))).toBeLessThanOrEqual(40);
      expect(readFileSync(file).includes(mark)).toBe(false);
    },
  );

  test('kill -9 of air: all published again within 2 s, the recording in a new file', async () => {
    const files = show.recorded();
    const took: number[] = [];
    // The best of three: what it can do, whatever else this machine was doing.
    while (took.length < 3) {
      const air = await show.airProcess();
      const before = [show.facebook, show.youtube].map((p) => p.requests.length);
      const killed = performance.now();
      process.kill(air.pid, 'SIGKILL');
      await until(
        'all published again',
        () => [show.facebook, show.youtube].every((p, i) => p.requests.length > before[i]!),
        20_000,
        5,
      );
      took.push(performance.now() - killed);
      // What the air before it reported is no news of this one.
      const published = Date.now();
      await show.client.see(
        'control heard',
        ({ air: is }) => is.connected && is.onAir && (is.reportedAt ?? 0) > published,
        15_000,
      );
    }
    console.log(`air killed, published again after ${took.map(Math.round).join(', ')} ms`);
    expect(Math.min(...took)).toBeLessThan(await show.stretched(2000));
    await until('recorded again', () => show.recorded().length > files.length);
    await show.client.see('live again', (s) => s.air.source === 'live', 30_000);
    await show.client.see(
      'whole again',
      (s) => s.outputs[show.ids['recording'] ?? '']?.state === 'live',
    );
    await show.steady(2000);
    await show.client.command('air.stop', {});
    await show.client.see(
      'off',
      (s) => !s.air.onAir && s.outputs[show.ids['recording'] ?? '']?.state === 'idle',
      20_000,
    );
    await until(
      'what the kills left is put right',
      () => unendedFiles(show.recordings()) === 0,
      30_000,
    );
    for (const file of show.recorded()) {
      const facts = await packetFacts(file);
      expect(facts.nonMonotonic).toBe(0);
      expect(facts.startsOnKey).toBe(true);
    }
    const newest = show.recorded().findLast((file) => !files.includes(file)) ?? '';
    expect((await complaints(newest)).length).toBeLessThanOrEqual(1);
  });

  test('no secret anywhere', async () => {
    const get = async (path: string): Promise<string> =>
      (
        await fetch(`${show.studio.url}${path}`, {
          headers: { authorization: `Bearer ${show.client.token}` },
        })
      ).text();
    const seen = [
      show.studio.output(),
      JSON.stringify(show.client.state()),
      JSON.stringify(await show.client.command('audit.list', {})),
      await get('/api/v1/state'),
      await get('/metrics'),
      processesOf(show.studio.dataDir)
        .map((p) => p.command)
        .join('\n'),
      // Logs, orders, slates, the database, whatever a crash left.
      ...textsUnder(show.studio.dataDir, 'secret.key'),
    ].join('\n');
    expect(seen).toContain('facebook');
    for (const secret of [...Object.values(secrets), show.playKey]) {
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
