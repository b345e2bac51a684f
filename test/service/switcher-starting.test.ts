// What is said of an OBS that has not answered yet: it starts, it is looked for, or it is missing.
import { beforeEach, expect, it } from 'vitest';
import type { CommandContext } from '../../server/contract/commands.ts';
import { alarmsUp } from './outputs-bench.ts';
import { switcherBench, type SwitcherBench } from './switcher-bench.ts';
import {
  handClock,
  playedObs,
  playedSocket,
  settle,
  type Answer,
  type HandClock,
  type PlayedSocket,
} from './switcher-fakes.ts';

const ana: CommandContext = { actor: 'ana', roles: ['operator'], host: 'x' };
const target = { url: 'ws://obs', password: 'x' };

let clock: HandClock;
let t: SwitcherBench;
/** Whether OBS answers already. */
let up: boolean;
let socket: PlayedSocket;
/** How long OBS takes to answer, ms. */
let delayMs: number;

beforeEach(() => {
  clock = handClock();
  up = false;
  delayMs = 0;
  const obs = playedObs();
  const answer: Answer = (name, data) => {
    const value = obs.answer(name, data);
    if (delayMs === 0) return value;
    return new Promise((resolve) => void clock.after(delayMs, () => resolve(value)));
  };
  const open = (): PlayedSocket => {
    socket = playedSocket(answer, up ? {} : { refuse: 1006 });
    return socket;
  };
  t = switcherBench({ clock, open });
});
const shown = () => {
  const { switcher, parts } = t.store.get();
  return { connection: switcher.connection, part: parts.obs?.state, text: parts.obs?.text };
};
const starting = { connection: 'connecting', part: 'starting', text: 'OBS está arrancando…' };

it('one of our own that was just started is starting, however often it is asked', async () => {
  t.switcher.runtimeChanged({ ownership: 'managed', note: null, pending: 'starting' });
  expect(shown()).toEqual(starting);
  t.client.configure(target);
  for (let second = 0; second < 40; second += 1) {
    await clock.advance(1000);
    expect(shown()).toEqual(starting);
  }
  expect(alarmsUp(t.store)).toEqual([]);
  const asked = t.switcher.handlers['switcher.preview']({ scene: 'Campo' }, ana);
  await expect(asked).rejects.toMatchObject({
    code: 'unavailable',
    words: { es: 'OBS está arrancando…' },
  });
  up = true;
  await clock.advance(3000);
  expect(shown()).toMatchObject({ connection: 'connected', part: 'ok' });
  expect(alarmsUp(t.store)).toEqual([]);
});

it('once it failed it is missing, with an alarm in time even while it is started again and again', async () => {
  t.switcher.runtimeChanged({ ownership: 'managed', note: null, pending: 'starting' });
  t.client.configure(target);
  await clock.advance(5000);
  t.switcher.runtimeChanged({
    ownership: 'managed',
    note: null,
    pending: null,
    restarting: true,
  });
  expect(shown()).toEqual({
    connection: 'disconnected',
    part: 'down',
    text: 'El OBS del servidor dejó de funcionar; el servidor lo reinicia solo.',
  });
  for (let restarts = 0; restarts < 3; restarts += 1) {
    await clock.advance(3000);
    t.client.configure(target);
  }
  expect(alarmsUp(t.store)).toEqual([]);
  await clock.advance(1500);
  expect(alarmsUp(t.store)).toEqual(['obs']);
  up = true;
  await clock.advance(3000);
  expect(alarmsUp(t.store)).toEqual([]);
});

it('one that answered and went is lost at once, whoever started it', async () => {
  up = true;
  t.switcher.runtimeChanged({ ownership: 'managed', note: null, pending: 'starting' });
  await t.connect();
  expect(shown().connection).toBe('connected');
  up = false;
  socket.end(1006);
  await settle();
  expect(shown()).toMatchObject({ connection: 'disconnected', part: 'down' });
  expect(alarmsUp(t.store)).toEqual(['obs']);
});

it('only an OBS that is really restarted is said to be, and a short loss is told in one line', async () => {
  const own = { ownership: 'managed', note: null, pending: null } as const;
  up = true;
  t.switcher.runtimeChanged({ ...own, pending: 'starting' });
  await t.connect();
  const lines: (string | undefined)[] = [];
  t.store.subscribe(() => {
    if (lines.at(-1) !== shown().text) lines.push(shown().text);
  });
  const advice = () => t.store.get().alarms['obs']?.advice;
  // The connection only: the process is alive.
  up = false;
  socket.end(1006);
  await settle();
  expect(advice()).toContain('vuelve a conectarse solo');
  expect(advice()).not.toContain('lo reinicia solo');
  await clock.advance(2000);
  up = true;
  await clock.advance(1000);
  expect(lines).toEqual([
    'Se perdió la conexión con OBS; se reintenta solo.',
    expect.stringContaining('administrado por el servidor'),
  ]);
  // The process: what is done about it is renewed where it stands.
  up = false;
  socket.end(1006);
  await settle();
  t.switcher.runtimeChanged({ ...own, restarting: true });
  expect(advice()).toContain('lo reinicia solo');
  expect(alarmsUp(t.store)).toEqual(['obs']);
  up = true;
  t.client.configure(target);
  await clock.advance(3000);
  expect(alarmsUp(t.store)).toEqual([]);
  // Over: the next loss of the connection alone is not another restart.
  up = false;
  socket.end(1006);
  await settle();
  expect(advice()).not.toContain('lo reinicia solo');
});

it('a slow OBS stays connected, obeys, and is not an alarm', async () => {
  up = true;
  await t.connect();
  delayMs = 2500;
  await clock.advance(2000);
  expect(shown()).toMatchObject({ connection: 'connected', part: 'warn' });
  expect(t.store.get().switcher.problem?.text).toContain('tardando');
  expect(alarmsUp(t.store)).toEqual([]);
  delayMs = 0;
  await clock.advance(100);
  const cut = t.switcher.handlers['switcher.cut'](
    { scene: 'Campo', expectProgram: 'Estudio' },
    ana,
  );
  await clock.advance(100);
  await cut;
  await clock.advance(12_000);
  expect(shown()).toMatchObject({ connection: 'connected', part: 'ok' });
  expect(t.store.get().switcher.problem).toBeNull();
});

it('a person’s OBS is looked for until it was tried, and then missing', async () => {
  t.switcher.runtimeChanged({ ownership: 'attached', note: null, pending: 'looking' });
  expect(shown()).toEqual({ connection: 'connecting', part: 'starting', text: 'Buscando OBS…' });
  t.client.configure(target);
  await clock.advance(200);
  expect(shown()).toMatchObject({ connection: 'disconnected', part: 'down' });
  expect(shown().text).toContain('Abra OBS');
  expect(alarmsUp(t.store)).toEqual([]);
  await clock.advance(10_000);
  expect(alarmsUp(t.store)).toEqual(['obs']);
});
