// What people see is what OBS was told: the recorded picture after moves that come close together.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordedMs, recordMore } from '../kit/air-evidence.ts';
import { colorsOf } from '../kit/media-probe.ts';
import { startNginxRtmp, type NginxRtmp } from '../kit/nginx-rtmp.ts';
import {
  connectTestSwitcher,
  operator,
  startObs,
  stationObsProfile,
  type TestObs,
  type TestSwitcher,
} from '../kit/obs.ts';
import { until } from '../kit/until.ts';

const corner = { x: 0.01, y: 0.93, width: 0.04, height: 0.05 };

describe('the picture follows', () => {
  let obs: TestObs;
  let studio: TestSwitcher;
  let nginx: NginxRtmp;

  beforeAll(async () => {
    [obs, nginx] = await Promise.all([startObs(), startNginxRtmp()]);
    studio = await connectTestSwitcher(obs);
  });
  afterAll(async () => {
    await studio?.close();
    await Promise.all([obs?.close(), nginx?.close()]);
  });

  it('a fade, a cut in its midst and a fade right after it end on the last scene', async () => {
    const { switcher } = studio;
    const { handlers } = switcher;
    await switcher.startStream({ server: nginx.url, key: 'imagen' });
    await until('pictures are recorded', () => recordedMs(nginx.recordings()[0] ?? ''), 15_000);
    const wanted: string[] = [];
    for (const last of ['Campo', 'Estudio', 'Lengua de señas', 'Entrevista']) {
      // All three anew where a starved OBS did not answer one in time.
      await until(`the moves to ${last}`, async () => {
        await switcher.take('Cortinilla', { actor: 'grid', reason: 'prueba' });
        await handlers['switcher.cut'](
          { scene: 'Ya regresamos', expectProgram: 'Cortinilla' },
          operator,
        );
        await switcher.take(last, { actor: 'grid', reason: 'prueba' });
        return true;
      });
      await until('the fade is over', () => studio.state().transition.phase === 'settled');
      // What OBS had drawn before is recorded by then, and more than a second of this.
      await recordMore(nginx.recordings(), 2500);
      wanted.push(last);
    }
    await switcher.stopStream();
    const background = (scene: string): number[] => {
      const first = stationObsProfile.scenes.find((s) => s.name === scene)?.items[0]?.source;
      const color = stationObsProfile.sources.find((s) => s.name === first)?.settings['color'];
      return [1, 3, 5].map((i) => Number.parseInt(String(color).slice(i, i + 2), 16));
    };
    const [file = ''] = nginx.recordings();
    const colors = await colorsOf(file, 4, corner);
    const seen: string[] = [];
    for (const { r, g, b } of colors) {
      const scene = wanted.find((name) => {
        const [R = 0, G = 0, B = 0] = background(name);
        return Math.abs(r - R) + Math.abs(g - G) + Math.abs(b - B) < 30;
      });
      if (scene && seen.at(-1) !== scene) seen.push(scene);
    }
    expect(seen.filter((scene) => wanted.includes(scene))).toEqual(wanted);
  });
});
