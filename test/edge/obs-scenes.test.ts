// The generated scene collection in a real OBS: every scene is there, told apart by its picture, and sounds.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createObsSocket, type ObsSocket } from '../../server/switcher/obs-socket.ts';
import {
  connectTestSwitcher,
  hdEncoder,
  operator,
  orLate,
  scenePicture,
  scenePixel,
  startObs,
  stationObsProfile,
  type TestObs,
  type TestSwitcher,
} from '../kit/obs.ts';
import { until } from '../kit/until.ts';

let obs: TestObs;
let studio: TestSwitcher;
let person: ObsSocket;

beforeAll(async () => {
  obs = await startObs({ encoder: hdEncoder });
  studio = await connectTestSwitcher(obs);
  person = createObsSocket(() => undefined);
  await person.open({ url: obs.url, password: obs.password }, false);
});
afterAll(async () => {
  person?.drop();
  await studio?.close();
  await obs?.close();
});

it('has every scene of the profile, each with a colour of its own at its edge', async () => {
  const colors = new Map<string, { r: number; g: number; b: number }>();
  for (const { name } of stationObsProfile.scenes) {
    colors.set(name, await scenePixel(person, name, 0.01, 0.97));
  }
  const all = [...colors];
  for (const [i, [name, a]] of all.entries()) {
    for (const [other, b] of all.slice(i + 1)) {
      const distance = Math.abs(a.r - b.r) + Math.abs(a.g - b.g) + Math.abs(a.b - b.b);
      expect(distance, `${name} / ${other}`).toBeGreaterThan(60);
    }
  }
  expect(colors.get('Estudio')).toEqual({ r: 0x1f, g: 0x4f, b: 0xa3 });
  expect(colors.get('Ya regresamos')).toEqual({ r: 0x10, g: 0x23, b: 0x3f });
});

it('draws for the size of its encoder', async () => {
  // Read in the background after the connection is up.
  const encoder = await until('what OBS encodes', () =>
    studio.state().encoder.width === null ? null : studio.state().encoder,
  );
  expect(encoder).toMatchObject({ width: 1280, height: 720, fps: 30 });
  // The field covers its whole scene, the camera stays inside its frame.
  const camera = await until(
    'the test pattern',
    async () => {
      const c = await scenePixel(person, 'Estudio', 0.25, 0.6);
      return c.r > 150 && c.b < 90 ? c : null;
    },
    15_000,
    100,
  );
  expect(camera).toBeTruthy();
});

it('shows the lower third only when it has words', async () => {
  const written = async () => {
    const at = await scenePicture(person, 'Entrevista');
    // Along the line of the lower third, left part: white letters on the scene's green.
    const points = Array.from({ length: 200 }, (_, i) => at(0.06 + i * 0.002, 0.825));
    return points.filter((c) => c.r > 150).length > 3;
  };
  expect(await written()).toBe(false);
  await studio.switcher.handlers['switcher.text'](
    { input: 'Rótulo', text: 'Secretaría de Hacienda' },
    operator,
  );
  await until('the words', written, 15_000, 100);
});

it('every scene on air but an empty field makes a sound, none of it clipped', async () => {
  const levels: Record<string, number[]>[] = [];
  const stop = studio.switcher.watchMeters((meters) => levels.push(meters));
  for (const scene of ['Estudio', 'Cortinilla', 'Ya regresamos']) {
    await until('taken', async () => {
      await orLate(studio.switcher.take(scene, { actor: 'grid', reason: 'prueba' }));
      return studio.switcher.program() === scene;
    });
    await until('it is on', () => studio.state().transition.phase === 'settled');
    // What was heard before is no news of this scene.
    levels.length = 0;
    await until(scene, () => {
      const peaks = Object.values(levels.at(-1) ?? {}).flat();
      const highest = Math.max(-100, ...peaks);
      return highest > -40 && highest < -6;
    });
  }
  stop();
});
