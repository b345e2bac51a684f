// A frozen, killed or unwilling OBS: every call ends in time and the state says so at once.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StudioError } from '../../server/core/errors.ts';
import { isAlive, markProcess } from '../../server/switcher/processes.ts';
import {
  connectTestSwitcher,
  openTestSwitcher,
  operator,
  startObs,
  type TestObs,
  type TestSwitcher,
} from '../kit/obs.ts';
import { paced } from '../kit/slowness.ts';
import { until } from '../kit/until.ts';

let obs: TestObs;
let studio: TestSwitcher;

beforeEach(async () => {
  obs = await startObs();
});
afterEach(async () => {
  await studio?.close();
  if (markProcess(obs.pid)) process.kill(obs.pid, 'SIGCONT');
  await obs.close();
});

/** How long `work` took to end, ms, and how. */
async function ending(work: Promise<unknown>): Promise<{ ms: number; error: unknown }> {
  const start = performance.now();
  const error = await work.then(
    () => null,
    (e: unknown) => e,
  );
  return { ms: performance.now() - start, error };
}

/** How long from now until the state tells `what` of OBS, ms. */
async function known(what: 'slow' | 'lost'): Promise<number> {
  const from = performance.now();
  const told = (): boolean => {
    const { connection, problem } = studio.state();
    return what === 'slow' ? problem !== null : connection !== 'connected';
  };
  await until(`the state tells that it is ${what}`, told, 20_000, 5);
  return performance.now() - from;
}

it('with OBS frozen no call outlives 2 s, the state tells, and it recovers', async () => {
  studio = await connectTestSwitcher(obs);
  const { handlers, ...ports } = studio.switcher;
  await handlers['switcher.preview']({ scene: 'Estudio' }, operator);
  const stretched = await paced();
  process.kill(obs.pid, 'SIGSTOP');
  const slow = known('slow');
  const lost = known('lost');
  const calls = [
    handlers['switcher.take']({ expectProgram: 'Ya regresamos' }, operator),
    handlers['switcher.take']({ expectProgram: 'Ya regresamos' }, operator),
    handlers['switcher.cut']({ scene: 'Campo', expectProgram: 'Ya regresamos' }, operator),
    handlers['switcher.preview']({ scene: 'Campo' }, operator),
    handlers['switcher.mute']({ input: 'Cámara de estudio', muted: true }, operator),
    handlers['switcher.volume']({ input: 'Cámara de estudio', db: -3 }, operator),
    handlers['switcher.text']({ input: 'Rótulo', text: 'x' }, operator),
    handlers['switcher.studioMode']({ enabled: true }, operator),
    handlers['switcher.transition']({ name: 'Corte' }, operator),
    ports.take('Estudio', { actor: 'grid', reason: 'prueba' }),
    ports.setMediaInput('Señal de campo', 'rtmp://127.0.0.1:1/x/y'),
    ports.startStream({ server: 'rtmp://127.0.0.1:1/x', key: 'y' }),
  ];
  const endings = await Promise.all(calls.map(ending));
  // Behind the start it would have waited for that.
  endings.push(await ending(ports.stopStream()));
  const limit = await stretched(2000);
  for (const { ms, error } of endings) {
    expect(ms).toBeLessThan(limit);
    expect(error).toBeInstanceOf(StudioError);
    expect(['unavailable', 'timeout']).toContain((error as StudioError).code);
  }
  expect(await slow).toBeLessThan(await stretched(2000));
  // One that is only starved must not lose its line; one that is frozen has nothing to say for longer.
  expect(await lost).toBeLessThan(await stretched(5000));
  // While it is known to be gone, the answer is immediate.
  const gone = await ending(handlers['switcher.panic']({}, operator));
  expect((gone.error as StudioError).code).toBe('unavailable');
  expect(studio.switcher.program()).toBeNull();
  process.kill(obs.pid, 'SIGCONT');
  await until('it is back', () => studio.state().connection === 'connected');
  expect(studio.switcher.program()).not.toBeNull();
});

it('a killed OBS shows within 1.5 s', async () => {
  studio = await connectTestSwitcher(obs);
  const mark = markProcess(obs.pid);
  const stretched = await paced();
  const told: string[] = [];
  const stop = studio.watch(({ problem }) => problem && told.push(problem.text));
  process.kill(obs.pid, 'SIGKILL');
  await until('the process is gone', () => mark && !isAlive(mark), 10_000, 5);
  expect(await known('lost')).toBeLessThan(await stretched(1500));
  stop();
  expect(studio.state().program).toBeNull();
  // At first; a moment later that nobody answers any more.
  expect(told[0]).toMatch(/conexión con OBS/);
  expect(studio.part()?.state).toBe('down');
  expect(studio.alarms()['obs']?.severity).toBe('critical');
});

describe('password', () => {
  it('a wrong one is said, and the right one connects', async () => {
    studio = openTestSwitcher();
    studio.client.configure({ url: obs.url, password: 'no es esta' });
    await until('it is said', () => studio.state().connection === 'badPassword');
    expect(studio.state().problem?.text).toMatch(/contraseña/);
    expect(studio.part()?.state).toBe('down');
    expect(studio.state().scenes).toEqual([]);
    studio.client.configure({ url: obs.url, password: obs.password });
    await until('it connects', () => studio.state().connection === 'connected');
    expect(studio.state().problem).toBeNull();
  });
});

it('waits for an OBS that is not there yet, and lets go of it when told', async () => {
  studio = openTestSwitcher();
  await obs.close();
  studio.client.configure({ url: obs.url, password: obs.password });
  await until('it is said', () => studio.state().connection === 'disconnected');
  expect(studio.state().problem?.text).toMatch(/no responde/);
  studio.client.configure(null);
  await until('off', () => studio.state().connection === 'off');
  expect(studio.part()?.state).toBe('off');
  obs = await startObs();
  studio.client.configure({ url: obs.url, password: obs.password });
  await until('it connects', () => studio.state().connection === 'connected');
});
