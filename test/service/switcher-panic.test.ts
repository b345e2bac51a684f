// The panic button: OBS's slate scene where OBS follows, air's own where it does not, in time either way.
import { expect, it } from 'vitest';
import { StudioError } from '../../server/core/errors.ts';
import { createCommandTime } from '../../server/switcher/command-time.ts';
import type { SwitcherModel } from '../../server/switcher/model.ts';
import type { ObsCaller } from '../../server/switcher/obs-port.ts';
import { panic, type AirSlate } from '../../server/switcher/panic.ts';
import type { Program } from '../../server/switcher/program.ts';
import { handClock, settle } from './switcher-fakes.ts';

const obsGone = new StudioError('unavailable', { es: 'OBS no está.', en: 'OBS is gone.' });
const offAir = new StudioError('conflict', { es: 'Nada al aire.', en: 'Nothing on air.' });
const airGone = new StudioError('unavailable', { es: 'Nadie responde.', en: 'Nobody answers.' });

interface Given {
  readonly connected?: boolean;
  readonly slateScene?: string | null;
  readonly put?: () => Promise<string>;
  readonly force?: () => Promise<void>;
}
function press(given: Given = {}) {
  const clock = handClock();
  const forced: string[] = [];
  const state = {
    slateScene: given.slateScene === undefined ? 'Ya regresamos' : given.slateScene,
    program: 'Estudio',
    scenes: [],
  };
  const time = createCommandTime(clock, {} as ObsCaller, () => {
    if (given.connected === false) throw obsGone;
  });
  const airSlate: AirSlate = {
    async force(by) {
      forced.push(by);
      await given.force?.();
    },
  };
  const put = given.put ?? (async () => 'Ya regresamos');
  const answer = panic(
    {
      model: { get: () => state } as unknown as SwitcherModel,
      program: { put } as unknown as Program,
      time,
      airSlate,
    },
    'ana',
  );
  answer.catch(() => undefined);
  return { answer, clock, forced };
}

it('with OBS there the scene goes on, and air is left alone', async () => {
  const { answer, forced } = press();
  expect(await answer).toEqual({ program: 'Ya regresamos', forced: false });
  expect(forced).toEqual([]);
});

it.each([
  ['away', { connected: false }],
  ['without the scene', { slateScene: null }],
  ['refusing', { put: () => Promise.reject(obsGone) }],
] as const)('with OBS %s air puts its own on', async (_, given) => {
  const { answer, forced } = press(given);
  expect(await answer).toEqual({ program: 'Estudio', forced: true });
  expect(forced).toEqual(['ana']);
});

it('a frozen OBS has half of the time, so that the answer still comes in two seconds', async () => {
  const { answer, clock, forced } = press({ put: () => new Promise(() => undefined) });
  await clock.advance(900);
  expect(forced).toEqual([]);
  await clock.advance(100);
  expect(await answer).toEqual({ program: 'Estudio', forced: true });
});

it('off the air the answer is what OBS said; with nobody there, that nobody is', async () => {
  const off = press({ connected: false, force: () => Promise.reject(offAir) });
  await expect(off.answer).rejects.toBe(obsGone);
  const nobody = press({ connected: false, force: () => Promise.reject(airGone) });
  await expect(nobody.answer).rejects.toBe(airGone);
  await settle();
});
