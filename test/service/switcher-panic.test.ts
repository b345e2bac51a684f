// The panic button: OBS's slate scene where OBS follows, air's own where it does not, in time either way; and the way back.
import { beforeEach, describe, expect, it } from 'vitest';
import type { CommandContext } from '../../server/contract/commands.ts';
import { StudioError } from '../../server/core/errors.ts';
import { silentLog } from '../../server/core/log.ts';
import { createCommandTime } from '../../server/switcher/command-time.ts';
import type { SwitcherModel } from '../../server/switcher/model.ts';
import type { ObsCaller } from '../../server/switcher/obs-port.ts';
import { panic, type AirSlate } from '../../server/switcher/panic.ts';
import type { Program } from '../../server/switcher/program.ts';
import { openProgramMemory } from '../../server/switcher/program-memory.ts';
import { switcherBench, type SwitcherBench } from './switcher-bench.ts';
import {
  handClock,
  playedObs,
  playedSocket,
  settle,
  type HandClock,
  type PlayedObs,
} from './switcher-fakes.ts';

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
    on: () => false,
    release: async () => undefined,
  };
  const put = given.put ?? (async () => 'Ya regresamos');
  const answer = panic(
    {
      model: { get: () => state, change: () => undefined } as unknown as SwitcherModel,
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

describe('the way back', () => {
  const ana: CommandContext = { actor: 'ana', roles: ['operator'], host: 'x' };
  const slate = 'Ya regresamos';
  let clock: HandClock;
  let obs: PlayedObs;
  let stored: Map<string, unknown>;
  /** Whether a person's slate of air is on. */
  let forced: boolean;

  beforeEach(() => {
    clock = handClock();
    obs = playedObs();
    stored = new Map();
    forced = false;
  });

  /** One run of control on the same OBS and the same disk. */
  async function run(connected = true): Promise<SwitcherBench> {
    const memory = await openProgramMemory(
      {
        read: async (key) => structuredClone(stored.get(key)),
        write: async (key, value) => void stored.set(key, structuredClone(value)),
      },
      silentLog,
    );
    const open = () => playedSocket((name, data) => obs.answer(name, data));
    const airSlate: AirSlate = {
      force: async () => {
        forced = true;
      },
      on: () => forced,
      release: async () => {
        forced = false;
      },
    };
    const bench = switcherBench({ clock, open, memory, airSlate });
    if (connected) await bench.connect();
    return bench;
  }
  const on = (bench: SwitcherBench) => bench.switcher.handlers['switcher.panic']({}, ana);
  /** The played OBS tells no end of the move before: the next one waits for it as long as it would. */
  const off = async (bench: SwitcherBench) => {
    const answer = bench.switcher.handlers['switcher.panic']({ on: false }, ana);
    answer.catch(() => undefined);
    await clock.advance(920);
    return answer;
  };
  const shown = (bench: SwitcherBench) => {
    const { program, programBy, preview, beforeSlate } = bench.store.get().switcher;
    return { program, programBy, preview, beforeSlate };
  };

  it('puts the scene of before on again, by name of who did, and leaves the preview alone', async () => {
    const bench = await run();
    await bench.switcher.handlers['switcher.preview']({ scene: 'Campo' }, ana);
    await on(bench);
    expect(shown(bench)).toMatchObject({
      program: slate,
      preview: 'Campo',
      beforeSlate: 'Estudio',
    });
    expect(await off(bench)).toEqual({ program: 'Estudio', forced: false });
    expect(obs.program).toBe('Estudio');
    expect(shown(bench)).toEqual({
      program: 'Estudio',
      programBy: 'ana',
      preview: 'Campo',
      beforeSlate: null,
    });
    await settle();
    expect(bench.acts.at(-1)).toMatchObject({
      actor: 'ana',
      action: 'switcher.onAir',
      reason: 'Fin de «Ya regresamos»',
      detail: { from: slate, to: 'Estudio' },
    });
  });

  it('knows it after a take of the slate scene too, and after a restart of control', async () => {
    const first = await run();
    await first.switcher.handlers['switcher.preview']({ scene: slate }, ana);
    await first.switcher.handlers['switcher.take']({ expectProgram: 'Estudio' }, ana);
    await settle();
    const second = await run();
    expect(shown(second)).toMatchObject({
      program: slate,
      programBy: 'ana',
      beforeSlate: 'Estudio',
    });
    await off(second);
    expect(obs.program).toBe('Estudio');
  });

  it('is refused in words when nobody knows what was before, or OBS no longer has it', async () => {
    obs.program = slate;
    const bench = await run();
    await on(bench);
    expect(shown(bench)).toMatchObject({ program: slate, programBy: 'ana', beforeSlate: null });
    await expect(off(bench)).rejects.toMatchObject({ code: 'notFound' });
    obs.program = 'Campo';
    const again = await run();
    await on(again);
    await settle();
    obs.scenes = [slate, 'Estudio'];
    const later = await run();
    expect(shown(later)).toMatchObject({ program: slate, beforeSlate: 'Campo' });
    await expect(off(later)).rejects.toMatchObject({ code: 'notFound' });
    expect(obs.program).toBe(slate);
  });

  it('is no second take: with another scene on it is a conflict', async () => {
    const bench = await run();
    await expect(off(bench)).rejects.toMatchObject({ code: 'conflict' });
    expect(obs.program).toBe('Estudio');
  });

  it('takes off air’s own too, with OBS or without', async () => {
    const bench = await run();
    await on(bench);
    forced = true;
    expect(await off(bench)).toEqual({ program: 'Estudio', forced: false });
    expect([forced, obs.program]).toEqual([false, 'Estudio']);
    forced = true;
    expect(await off(bench)).toEqual({ program: 'Estudio', forced: false });
    expect(forced).toBe(false);
    const away = await run(false);
    forced = true;
    expect(await off(away)).toEqual({ program: null, forced: false });
    expect(forced).toBe(false);
  });
});
