// A managed OBS: started, adopted after a crash, started again when it dies or hangs, ended on request.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../server/core/clock.ts';
import { silentLog } from '../../server/core/log.ts';
import type { SwitcherState } from '../../server/contract/switcher.ts';
import { createObsRuntime, type ObsRuntime } from '../../server/switcher/obs-runtime.ts';
import { openObsFiles } from '../../server/switcher/obs-files.ts';
import { probeObs } from '../../server/switcher/probe.ts';
import { markProcess } from '../../server/switcher/processes.ts';
import { openProgramMemory, type ProgramMemory } from '../../server/switcher/program-memory.ts';
import {
  cutTo,
  openTestSwitcher,
  operator,
  smallEncoder,
  startObs,
  stationObsProfile,
  testRecipe,
  testStation,
  type TestSwitcher,
} from '../kit/obs.ts';
import { paced } from '../kit/slowness.ts';
import { until } from '../kit/until.ts';

let dataDir: string;
let opened: { studio: TestSwitcher; runtime: ObsRuntime }[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'estudio-obs-'));
});
afterEach(async () => {
  for (const { studio, runtime } of opened) {
    await runtime.close({ stop: true });
    await studio.close();
  }
  opened = [];
  rmSync(dataDir, { recursive: true, force: true });
});

type Config = Parameters<typeof createObsRuntime>[0]['config'];

function open(
  config: Partial<Config> = {},
  more: Partial<Parameters<typeof createObsRuntime>[0]> = {},
  memory?: ProgramMemory,
): { studio: TestSwitcher; runtime: ObsRuntime } {
  const studio = openTestSwitcher(memory);
  const runtime = createObsRuntime({
    config: {
      obs: 'managed',
      obsUrl: 'ws://127.0.0.1:9',
      obsPassword: undefined,
      dataDir,
      ...config,
    },
    client: studio.client,
    switcher: studio.switcher,
    profile: stationObsProfile,
    encoder: smallEncoder,
    station: testStation,
    clock: systemClock(),
    log: silentLog,
    audit: { record: () => undefined },
    random: Math.random,
    ...more,
  });
  opened.push({ studio, runtime });
  return { studio, runtime };
}

const connected = (studio: TestSwitcher) =>
  until('connected', () => studio.state().connection === 'connected', 45_000);

function run(): { obs: number; xvfb: number } {
  const record = openObsFiles(dataDir, testRecipe(), () => 'unused').readRun();
  if (!record) throw new Error('no run record');
  return { obs: record.obs.pid, xvfb: record.xvfb.pid };
}

it('starts one, with the station’s scenes and encoder, and keeps its secrets to itself', async () => {
  const { studio, runtime } = open();
  await runtime.start();
  await connected(studio);
  const state = studio.state();
  expect(state.ownership).toBe('managed');
  expect(state.scenes.map((s) => s.name)).toEqual(stationObsProfile.scenes.map((s) => s.name));
  expect(state.program).toBe('Ya regresamos');
  // Read in the background after the connection is up.
  await until('what OBS encodes', () => studio.state().encoder.width);
  expect(studio.state().encoder.warning).toBeNull();
  // An OBS that has just started may have been slow at first.
  await until('it is well', () => studio.part()?.state === 'ok', 15_000);
  for (const file of ['password', 'run.json', 'obs.log']) {
    expect(statSync(join(dataDir, 'obs', file)).mode & 0o777).toBe(0o600);
  }
  expect(statSync(join(dataDir, 'obs')).mode & 0o777).toBe(0o700);
  const password = readFileSync(join(dataDir, 'obs', 'password'), 'utf8');
  expect(readFileSync(`/proc/${run().obs}/cmdline`, 'utf8')).not.toContain(password);
  expect(readFileSync(`/proc/${run().obs}/environ`, 'utf8')).not.toContain(password);
});

it('a killed one is started again, on the scene that was on air', async () => {
  const { studio, runtime } = open();
  await runtime.start();
  await connected(studio);
  await cutTo(studio, 'Entrevista');
  const before = run();
  const stretched = await paced();
  const killed = performance.now();
  process.kill(before.obs, 'SIGKILL');
  await until('the state tells', () => studio.state().connection !== 'connected', 10_000, 5);
  const took = performance.now() - killed;
  expect(took).toBeLessThan(await stretched(1500));
  await connected(studio);
  expect(run().obs).not.toBe(before.obs);
  expect(studio.state().program).toBe('Entrevista');
  expect(markProcess(before.xvfb)).toBeNull();
});

it('a hung one is killed and started again', async () => {
  const { studio, runtime } = open();
  await runtime.start();
  await connected(studio);
  const before = run().obs;
  process.kill(before, 'SIGSTOP');
  await until('another runs', () => runtime.pid() !== null && runtime.pid() !== before, 30_000);
  await connected(studio);
  expect(markProcess(before)).toBeNull();
});

it('only starts until it answers; killed before that, it is missing and started again', async () => {
  const { studio, runtime } = open();
  const shown: SwitcherState[] = [];
  studio.watch((state) => shown.push(state));
  await runtime.start();
  const killed = run().obs;
  process.kill(killed, 'SIGKILL');
  await until('it is missing', () => studio.state().connection === 'disconnected', 5000, 5);
  expect(studio.part()).toMatchObject({ state: 'down' });
  await connected(studio);
  expect(run().obs).not.toBe(killed);
  const words = shown.map((state) => state.problem?.text);
  expect(words[0]).toBe('OBS está arrancando…');
  expect(words.filter((text) => text?.includes('Abra OBS'))).toEqual([]);
});

it('goes on without its server, is adopted by the next with its author, and ends when told', async () => {
  const disk = new Map<string, unknown>();
  const memory = () =>
    openProgramMemory(
      {
        read: async (key) => disk.get(key),
        write: async (key, value) => void disk.set(key, value),
      },
      silentLog,
    );
  const first = open({}, {}, await memory());
  await first.runtime.start();
  await connected(first.studio);
  await cutTo(first.studio, 'Campo');
  const { obs, xvfb } = run();
  await first.runtime.close({ stop: false });
  await first.studio.close();
  opened = [];
  expect(markProcess(obs)).not.toBeNull();

  const second = open({ obs: 'auto' }, {}, await memory());
  await second.runtime.start();
  await connected(second.studio);
  expect(second.runtime.pid()).toBe(obs);
  expect(second.studio.state().ownership).toBe('managed');
  expect(second.studio.state()).toMatchObject({ program: 'Campo', programBy: operator.actor });
  const shown: string[] = [];
  second.studio.watch(({ connection }) => shown.push(connection));
  await second.runtime.close({ stop: true });
  await second.studio.close();
  // What is ended on purpose was not lost.
  expect(shown.at(-1)).toBe('off');
  expect(shown.filter((connection) => !['connected', 'off'].includes(connection))).toEqual([]);
  expect(second.studio.alarms()).toEqual({});
  expect(markProcess(obs)).toBeNull();
  expect(markProcess(xvfb)).toBeNull();
  // Another OBS is another program, whatever it begins with.
  expect((await memory()).found).toMatchObject({ program: null, by: null });
});

it('what an operator changed in its scenes stays; a changed profile makes them anew', async () => {
  const first = open();
  await first.runtime.start();
  await connected(first.studio);
  await first.studio.client.call('CreateScene', { sceneName: 'De la operadora' });
  await until('it shows', () => first.studio.switcher.scenes()?.includes('De la operadora'));
  await first.runtime.close({ stop: true });

  const second = open();
  await second.runtime.start();
  await connected(second.studio);
  expect(second.studio.switcher.scenes()).toContain('De la operadora');
  await second.runtime.close({ stop: true });

  const changed = { ...stationObsProfile, startScene: 'Estudio' };
  const third = open({}, { profile: changed });
  await third.runtime.start();
  await connected(third.studio);
  expect(third.studio.switcher.scenes()).not.toContain('De la operadora');
  const scenes = join(dataDir, 'obs', 'home', '.config', 'obs-studio', 'basic', 'scenes');
  expect(readFileSync(join(scenes, 'Estudio.json.anterior'), 'utf8')).toContain('De la operadora');
});

it('auto attaches to an OBS that answers, even one that wants another password', async () => {
  const theirs = await startObs();
  try {
    // It has a second to greet; where the machine is busy it is looked for again.
    const probe = (url: string) => until('it greets', () => probeObs(systemClock(), url));
    const { studio, runtime } = open({ obs: 'auto', obsUrl: theirs.url }, { probe });
    await runtime.start();
    await until('it is said', () => studio.state().connection === 'badPassword');
    expect(studio.state().ownership).toBe('attached');
    expect(runtime.pid()).toBeNull();
    expect(existsSync(join(dataDir, 'obs', 'run.json'))).toBe(false);
  } finally {
    await theirs.close();
  }
});

it('without any OBS it runs and says so', async () => {
  const { studio, runtime } = open({ obs: 'auto' }, { installed: () => false });
  await runtime.start();
  expect(studio.state()).toMatchObject({ connection: 'off', ownership: 'none' });
  expect(studio.part()?.state).toBe('off');
  expect(studio.part()?.text).toMatch(/obs-studio/);
});

it('a folder that cannot be made is said, and the server goes on', async () => {
  const file = join(dataDir, 'a-file');
  writeFileSync(file, '');
  const { studio, runtime } = open({ dataDir: join(file, 'data') });
  await runtime.start();
  expect(studio.state()).toMatchObject({ connection: 'off', ownership: 'none' });
  expect(studio.part()?.text).toMatch(/permisos/);
});
