// The take contract and the truth about what is on air, against a real OBS.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StudioError } from '../../server/core/errors.ts';
import { createObsSocket, type ObsSocket } from '../../server/switcher/obs-socket.ts';
import {
  connectTestSwitcher,
  cutTo,
  operator,
  startObs,
  type TestObs,
  type TestSwitcher,
} from '../kit/obs.ts';
import { paced } from '../kit/slowness.ts';
import { until } from '../kit/until.ts';

let obs: TestObs;
let studio: TestSwitcher;
/** Somebody who uses OBS itself. */
let person: ObsSocket;

beforeAll(async () => {
  obs = await startObs();
  studio = await connectTestSwitcher(obs);
  person = createObsSocket(() => undefined);
  await person.open({ url: obs.url, password: obs.password }, false);
});
afterAll(async () => {
  person?.drop();
  await studio?.close();
  await obs?.close();
});

const run = () => studio.switcher.handlers;
const settled = () =>
  until('the transition is over', () => studio.state().transition.phase === 'settled');
/** Every phase from here on and where it leads to, however short. */
function transitionPhases(): { readonly seen: readonly string[]; stop(): void } {
  const seen: string[] = [];
  const stop = studio.watch(({ transition: { phase, to } }) => seen.push(`${phase} ${to}`));
  return { seen, stop };
}
async function onAir(): Promise<string> {
  const answer = await person.call('GetCurrentProgramScene', undefined);
  return (answer as { currentProgramSceneName: string }).currentProgramSceneName;
}
/** Preparation of a test, given again where OBS did not answer in time. */
const prepared = (what: string, order: () => unknown) =>
  until(what, async () => {
    await order();
    return true;
  });
async function failure(work: Promise<unknown>): Promise<StudioError> {
  const error = await work.then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(StudioError);
  return error as StudioError;
}
beforeEach(async () => {
  await prepared('no studio mode', () =>
    run()['switcher.studioMode']({ enabled: false }, operator),
  );
  await prepared('a short fade', () =>
    run()['switcher.transition']({ name: 'Fundido', durationMs: 100 }, operator),
  );
  await settled();
  await cutTo(studio, 'Estudio');
  await settled();
  // Past the shortest span between two takes.
  studio.skip(1100);
});

describe('adoption', () => {
  it('shows what OBS has and changes nothing', () => {
    const state = studio.state();
    expect(state.scenes.map((s) => s.name)).toEqual([
      'Estudio',
      'Entrevista',
      'Campo',
      'Lengua de señas',
      'Cortinilla',
      'Ya regresamos',
    ]);
    expect(state.slateScene).toBe('Ya regresamos');
    expect(state.texts[0]).toEqual({ name: 'Rótulo', text: '' });
    expect(state.inputs.map((i) => i.name)).toContain('Cámara de estudio');
    expect(state.transition.available).toContain('Corte');
    expect(state.obsVersion).toMatch(/^\d+\./);
  });

  it('reads what OBS encodes, in the background after the connection is up', async () => {
    const encoder = await until('what OBS encodes', () =>
      studio.state().encoder.width === null ? null : studio.state().encoder,
    );
    expect(encoder).toMatchObject({ width: 640, height: 360, fps: 30, warning: null });
  });
});

describe.each([{ studioMode: false }, { studioMode: true }])(
  'take with studio mode $studioMode',
  ({ studioMode }) => {
    beforeEach(async () => {
      await prepared('the mode', () =>
        run()['switcher.studioMode']({ enabled: studioMode }, operator),
      );
      await settled();
    });

    it.each([50, 100, 300])('twice %i ms apart never flips back', async (apart) => {
      await run()['switcher.preview']({ scene: 'Entrevista' }, operator);
      const first = run()['switcher.take']({ expectProgram: 'Estudio' }, operator);
      const pressedAgain = performance.now() + apart;
      await until('the second press', () => performance.now() >= pressedAgain, 1000, 5);
      const second = await failure(run()['switcher.take']({ expectProgram: 'Estudio' }, operator));
      expect(await first).toEqual({ program: 'Entrevista' });
      expect(second.code).toBe('conflict');
      expect(second.context).toEqual({ present: 'Entrevista' });
      await settled();
      expect(await onAir()).toBe('Entrevista');
      expect(studio.state().program).toBe('Entrevista');
      expect(studio.state().programBy).toBe('ana');
    });

    it('an impatient second take is told when it may', async () => {
      await run()['switcher.preview']({ scene: 'Entrevista' }, operator);
      // However long OBS takes for the first one, the second comes too soon.
      const time = studio.hold();
      await run()['switcher.take']({ expectProgram: 'Estudio' }, operator);
      const before = Date.now();
      const again = await failure(
        run()['switcher.take']({ expectProgram: 'Entrevista' }, operator),
      );
      const after = Date.now();
      time.release();
      expect(again.code).toBe('rateLimited');
      expect(again.context?.['retryAt']).toBeGreaterThan(before);
      expect(again.context?.['retryAt']).toBeLessThanOrEqual(after + 1000);
      await settled();
      expect(await onAir()).toBe('Entrevista');
    });

    it('a stale expectation is a conflict with the present program', async () => {
      await run()['switcher.preview']({ scene: 'Entrevista' }, operator);
      const stale = await failure(run()['switcher.take']({ expectProgram: 'Campo' }, operator));
      expect(stale.code).toBe('conflict');
      expect(stale.context).toEqual({ present: 'Estudio' });
      expect(await onAir()).toBe('Estudio');
    });

    it('answers a long fade at its start and follows its phases', async () => {
      await run()['switcher.preview']({ scene: 'Cortinilla' }, operator);
      const phases = transitionPhases();
      const stretched = await paced();
      const asked = performance.now();
      const answer = await run()['switcher.take'](
        { expectProgram: 'Estudio', transition: 'Fundido', durationMs: 2500 },
        operator,
      );
      const took = performance.now() - asked;
      // It was not over by then, however long this machine took.
      expect(studio.state().transition.phase).not.toBe('settled');
      expect(took).toBeLessThan(await stretched(2000));
      expect(answer).toEqual({ program: 'Cortinilla' });
      await until('it mixed', () => phases.seen.includes('mixing Cortinilla'));
      await settled();
      phases.stop();
      expect(await onAir()).toBe('Cortinilla');
      // The duration was for that take only.
      await until('the duration is back', async () => {
        const now = await person.call('GetCurrentSceneTransition', undefined);
        return (now as { transitionDuration: number }).transitionDuration === 100;
      });
    });

    it('a cut gets through in the middle of a fade', async () => {
      await run()['switcher.preview']({ scene: 'Cortinilla' }, operator);
      await run()['switcher.take']({ expectProgram: 'Estudio', durationMs: 15_000 }, operator);
      await until('it mixes', () => studio.state().transition.phase === 'mixing');
      const stretched = await paced();
      const answer = await run()['switcher.cut'](
        { scene: 'Entrevista', expectProgram: 'Cortinilla' },
        operator,
      );
      expect(answer).toEqual({ program: 'Entrevista' });
      const answered = performance.now();
      await settled();
      const took = performance.now() - answered;
      expect(took).toBeLessThan(Math.min(10_000, await stretched(2000)));
      expect(await onAir()).toBe('Entrevista');
      await until('the chosen transition is back', async () => {
        const now = await person.call('GetCurrentSceneTransition', undefined);
        return (now as { transitionName: string }).transitionName === 'Fundido';
      });
      expect(studio.state().transition.name).toBe('Fundido');
    });

    it('a cut leaves the preview alone', async () => {
      await run()['switcher.preview']({ scene: 'Campo' }, operator);
      await run()['switcher.cut']({ scene: 'Cortinilla', expectProgram: 'Estudio' }, operator);
      await settled();
      await until('the preview is the same', () => studio.state().preview === 'Campo');
      if (studioMode) {
        await until('in OBS too', async () => {
          const now = await person.call('GetCurrentPreviewScene', undefined);
          return (now as { currentPreviewSceneName: string }).currentPreviewSceneName === 'Campo';
        });
      }
    });

    it('panic puts the slate on air, whatever is on and right after a take', async () => {
      const slate = { program: 'Ya regresamos', forced: false };
      await run()['switcher.preview']({ scene: 'Entrevista' }, operator);
      await run()['switcher.take']({ expectProgram: 'Estudio', durationMs: 3000 }, operator);
      expect(await run()['switcher.panic']({}, operator)).toEqual(slate);
      await settled();
      expect(await onAir()).toBe('Ya regresamos');
      expect(await run()['switcher.panic']({}, operator)).toEqual(slate);
    });

    it('the end of a panic puts back the scene that was on, and leaves the preview alone', async () => {
      await run()['switcher.preview']({ scene: 'Campo' }, operator);
      await run()['switcher.panic']({}, operator);
      expect(studio.state().beforeSlate).toBe('Estudio');
      const back = { program: 'Estudio', forced: false };
      expect(await run()['switcher.panic']({ on: false }, operator)).toEqual(back);
      await settled();
      expect(await onAir()).toBe('Estudio');
      await until('the preview is the same', () => studio.state().preview === 'Campo');
      expect(studio.state()).toMatchObject({ programBy: operator.actor, beforeSlate: null });
    });
  },
);

describe('somebody uses OBS itself', () => {
  it('a cut and a fade made there are known, and theirs', async () => {
    const changes: { scene: string; by: string; phase: string }[] = [];
    const stop = studio.switcher.onProgramChange((change) =>
      changes.push({ ...change, phase: studio.state().transition.phase }),
    );
    await person.call('SetCurrentProgramScene', { sceneName: 'Campo' });
    await until('it shows', () => studio.state().program === 'Campo');
    expect(studio.state().programBy).toBe('obs');
    await settled();
    await person.call('SetCurrentSceneTransitionDuration', { transitionDuration: 3000 });
    await person.call('SetCurrentProgramScene', { sceneName: 'Cortinilla' });
    await until('the fade shows', () => studio.state().program === 'Cortinilla');
    stop();
    expect(changes).toEqual([
      { scene: 'Campo', by: 'obs', phase: expect.any(String) },
      // Known at the start of the fade, not at its end.
      { scene: 'Cortinilla', by: 'obs', phase: 'mixing' },
    ]);
    await settled();
  });

  it('leaving studio mode changes nobody’s program', async () => {
    // By our own command: asked by another client, OBS hangs when we read what is on air meanwhile.
    await run()['switcher.studioMode']({ enabled: true }, operator);
    await until('studio mode', () => studio.state().studioMode);
    await person.call('SetCurrentPreviewScene', { sceneName: 'Campo' });
    await until('the preview', () => studio.state().preview === 'Campo');
    const changes: unknown[] = [];
    const stop = studio.switcher.onProgramChange((change) => changes.push(change));
    await run()['switcher.studioMode']({ enabled: false }, operator);
    await until('left', () => !studio.state().studioMode);
    // One more move proves that nothing was pending before it.
    const present = await onAir();
    await run()['switcher.cut']({ scene: 'Entrevista', expectProgram: present }, operator);
    await settled();
    stop();
    expect(changes).toEqual([{ scene: 'Entrevista', by: 'ana' }]);
  });

  it('a renamed scene is followed, on air and in preview', async () => {
    await run()['switcher.preview']({ scene: 'Campo' }, operator);
    await person.call('SetSceneName', { sceneName: 'Estudio', newSceneName: 'Set' });
    await person.call('SetSceneName', { sceneName: 'Campo', newSceneName: 'Móvil' });
    await until(
      'both',
      () => studio.state().program === 'Set' && studio.state().preview === 'Móvil',
    );
    expect(await run()['switcher.take']({ expectProgram: 'Set' }, operator)).toEqual({
      program: 'Móvil',
    });
    await settled();
    await person.call('SetSceneName', { sceneName: 'Set', newSceneName: 'Estudio' });
    await person.call('SetSceneName', { sceneName: 'Móvil', newSceneName: 'Campo' });
    await until('back', () => studio.switcher.scenes()?.includes('Campo') === true);
    expect(studio.acts.filter((a) => a.actor === 'obs' && a.detail?.['to'] === 'Set')).toEqual([]);
  });

  it('new and removed scenes and items show', async () => {
    await person.call('CreateScene', { sceneName: 'Invitada' });
    await until('new', () => studio.switcher.scenes()?.includes('Invitada') === true);
    await person.call('CreateSceneItem', { sceneName: 'Invitada', sourceName: 'Rótulo' });
    await until(
      'its item',
      () => studio.state().scenes.find((s) => s.name === 'Invitada')?.items.length === 1,
    );
    await person.call('RemoveScene', { sceneName: 'Invitada' });
    await until('removed', () => studio.switcher.scenes()?.includes('Invitada') === false);
  });
});

describe('automation', () => {
  it('takes with its own name and reason, and does nothing when the scene is there', async () => {
    const by = { actor: 'grid', reason: 'Empieza Zona Tributaria' };
    await studio.switcher.take('Entrevista', by);
    expect(studio.switcher.program()).toBe('Entrevista');
    expect(studio.state().programBy).toBe('grid');
    // On record once the screens know.
    await until('the act is on record', () => studio.acts.some((a) => a.actor === 'grid'));
    expect(studio.acts.at(-1)).toEqual({
      actor: 'grid',
      action: 'switcher.onAir',
      reason: 'Empieza Zona Tributaria',
      ok: true,
      detail: { from: 'Estudio', to: 'Entrevista' },
    });
    const count = studio.acts.length;
    await studio.switcher.take('Entrevista', by);
    const missing = await failure(studio.switcher.take('No existe', by));
    expect(missing.code).toBe('notFound');
    expect(studio.acts.length).toBe(count);
  });
});

describe('the rest of the desk', () => {
  it('mutes, sets volume, writes the lower third, hides an item', async () => {
    const camera = () => studio.state().inputs.find((i) => i.name === 'Cámara de estudio');
    await run()['switcher.mute']({ input: 'Cámara de estudio', muted: true }, operator);
    expect(camera()?.muted).toBe(true);
    await run()['switcher.mute']({ input: 'Cámara de estudio', muted: false }, operator);
    await run()['switcher.volume']({ input: 'Cámara de estudio', db: -12.5 }, operator);
    expect(camera()?.volumeDb).toBeCloseTo(-12.5, 1);
    await run()['switcher.text']({ input: 'Rótulo', text: 'Invitada · Hacienda' }, operator);
    expect(studio.state().texts[0]?.text).toBe('Invitada · Hacienda');
    const item = studio.state().scenes[0]?.items.find((i) => i.source === 'Rótulo');
    await run()['switcher.item'](
      { scene: 'Estudio', item: item?.id ?? -1, enabled: false },
      operator,
    );
    expect(studio.state().scenes[0]?.items.find((i) => i.source === 'Rótulo')?.enabled).toBe(false);
  });

  it('names what does not exist', async () => {
    const codes = await Promise.all(
      [
        run()['switcher.preview']({ scene: 'Nada' }, operator),
        run()['switcher.mute']({ input: 'Nada', muted: true }, operator),
        run()['switcher.text']({ input: 'Cámara de estudio', text: 'x' }, operator),
        run()['switcher.item']({ scene: 'Estudio', item: 99, enabled: true }, operator),
        run()['switcher.transition']({ name: 'Nada' }, operator),
        run()['switcher.cut']({ scene: 'Nada', expectProgram: 'Estudio' }, operator),
      ].map(async (work) => (await failure(work)).code),
    );
    expect(new Set(codes)).toEqual(new Set(['notFound']));
    const caption = await failure(run()['switcher.caption']({ text: 'hola' }, operator));
    expect(caption.code).toBe('conflict');
  });

  it('shares one capture and the meters with whoever watches', async () => {
    const shots = new Map<string, Buffer>();
    const levels: Record<string, number[]>[] = [];
    const stops = [
      studio.switcher.watchThumbnails((scene, jpeg) => shots.set(scene, jpeg)),
      studio.switcher.watchMeters((meters) => levels.push(meters)),
    ];
    await until('a picture of every scene', () => shots.size === 6, 15_000);
    await until(
      'the tone of the camera',
      () => (levels.at(-1)?.['Cámara de estudio']?.[0] ?? -100) > -45,
    );
    for (const stop of stops) stop();
    for (const jpeg of shots.values()) expect(jpeg.subarray(0, 2).toString('hex')).toBe('ffd8');
  });
});
