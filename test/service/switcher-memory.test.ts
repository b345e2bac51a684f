// Who put the program on, since when, and the preview: kept for the next run of control, and of no other program.
import { beforeEach, expect, it } from 'vitest';
import type { CommandContext } from '../../server/contract/commands.ts';
import { silentLog } from '../../server/core/log.ts';
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

const ana: CommandContext = { actor: 'ana', roles: ['operator'], host: 'x' };

let clock: HandClock;
let obs: PlayedObs;
/** What is on the disk. */
let stored: Map<string, unknown>;

beforeEach(() => {
  clock = handClock();
  obs = playedObs();
  stored = new Map();
});

/** One run of control on the same OBS and the same disk. */
async function run(): Promise<SwitcherBench> {
  const store = {
    read: async (key: string) => structuredClone(stored.get(key)),
    write: async (key: string, value: unknown) => void stored.set(key, structuredClone(value)),
  };
  const memory = await openProgramMemory(store, silentLog);
  const open = () => playedSocket((name, data) => obs.answer(name, data));
  return switcherBench({ clock, open, memory });
}

/** The first run: Ana takes «Campo», then prepares «Ya regresamos». */
async function anaWorked(): Promise<SwitcherBench> {
  const bench = await run();
  await bench.connect();
  await bench.switcher.handlers['switcher.preview']({ scene: 'Campo' }, ana);
  await bench.switcher.handlers['switcher.take']({ expectProgram: 'Estudio' }, ana);
  await bench.switcher.handlers['switcher.preview']({ scene: 'Ya regresamos' }, ana);
  await settle();
  return bench;
}

it('after an orderly end the same program keeps its author and its time, and the preview stays', async () => {
  const first = await anaWorked();
  const { programSince } = first.store.get().switcher;
  first.client.configure(null);
  await settle();
  await first.switcher.close();
  await clock.advance(60_000);

  const second = await run();
  await second.connect();
  expect(second.store.get().switcher).toMatchObject({
    program: 'Campo',
    programBy: 'ana',
    programSince,
    preview: 'Ya regresamos',
  });
  // Found, not changed: nobody acted.
  expect(second.acts).toEqual([]);
});

it.each([
  ['OBS is let go of', (bench: SwitcherBench) => bench.client.close()],
  ['the switcher closes', (bench: SwitcherBench) => bench.switcher.close()],
])('a take in the very moment in which %s counts too', async (_, end) => {
  const first = await run();
  await first.connect();
  await first.switcher.take('Campo', { actor: 'grid', reason: 'prueba' });
  await end(first);
  await first.switcher.close();
  const second = await run();
  expect(second.switcher.lastProgram()).toBe('Campo');
  await second.connect();
  expect(second.store.get().switcher).toMatchObject({ program: 'Campo', programBy: 'grid' });
});

it('after a crash too: nothing waits for an orderly end', async () => {
  await anaWorked();
  const second = await run();
  await second.connect();
  expect(second.store.get().switcher).toMatchObject({ programBy: 'ana', preview: 'Ya regresamos' });
  await second.switcher.take('Estudio', { actor: 'grid', reason: 'prueba' });
  await settle();
  const third = await run();
  await third.connect();
  expect(third.store.get().switcher).toMatchObject({ program: 'Estudio', programBy: 'grid' });
});

it('a program changed in OBS meanwhile is never shown as the earlier author’s', async () => {
  await anaWorked();
  await clock.advance(60_000);
  obs.program = 'Estudio';
  const second = await run();
  const shown: unknown[] = [];
  second.store.subscribe(() => {
    const { program, programBy } = second.store.get().switcher;
    if (program !== null) shown.push([program, programBy]);
  });
  const now = clock.now();
  await second.connect();
  expect(shown.length).toBeGreaterThan(0);
  expect(new Set(shown.map((s) => JSON.stringify(s)))).toEqual(new Set(['["Estudio",null]']));
  expect(second.store.get().switcher.programSince).toBeGreaterThanOrEqual(now);
  // Back on the scene of before by other hands: Ana's moment is over.
  obs.program = 'Campo';
  const third = await run();
  await third.connect();
  expect(third.store.get().switcher).toMatchObject({ program: 'Campo', programBy: null });
});

it('a preview that OBS no longer has is forgotten', async () => {
  await anaWorked();
  obs.scenes = ['Campo', 'Estudio'];
  const second = await run();
  await second.connect();
  expect(second.store.get().switcher).toMatchObject({ programBy: 'ana', preview: null });
});

it('an OBS that was ended on purpose leaves nothing to the next one', async () => {
  const first = await anaWorked();
  first.switcher.obsEnded();
  await first.switcher.close();
  const second = await run();
  expect(second.switcher.lastProgram()).toBeNull();
  await second.connect();
  expect(second.store.get().switcher).toMatchObject({ programBy: null, preview: null });
});

it('a memory of another make counts as none', async () => {
  stored.set('switcher.program', { program: 7 });
  const second = await run();
  await second.connect();
  expect(second.store.get().switcher).toMatchObject({ program: 'Estudio', programBy: null });
});
