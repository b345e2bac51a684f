// The switcher on a played OBS: misleading events, lost echoes, and who is told what.
import { beforeEach, expect, it } from 'vitest';
import type { CommandContext } from '../../server/contract/commands.ts';
import type { ObsEvent } from '../../server/switcher/obs-port.ts';
import type { Act } from '../../server/core/audit.ts';
import { StudioError } from '../../server/core/errors.ts';
import type { StateStore } from '../../server/core/state-store.ts';
import type { Switcher } from '../../server/switcher/service-ports.ts';
import { switcherBench } from './switcher-bench.ts';
import {
  handClock,
  obsError,
  playedObs,
  playedSocket,
  settle,
  silence,
  type HandClock,
  type PlayedObs,
  type PlayedSocket,
} from './switcher-fakes.ts';

const ana: CommandContext = { actor: 'ana', roles: ['operator'], host: 'x' };

let clock: HandClock;
let obs: PlayedObs;
let socket: PlayedSocket;
let store: StateStore;
let switcher: Switcher;
let acts: Act[];
/** Answers before the played OBS does; undefined leaves it to that one. */
let instead: (name: string) => unknown;

const program = (scene: string): ObsEvent => ({
  name: 'CurrentProgramSceneChanged',
  data: { sceneName: scene, sceneUuid: '' },
});
const started = (name = 'Fundido'): ObsEvent => ({
  name: 'SceneTransitionStarted',
  data: { transitionName: name, transitionUuid: '' },
});
const ended = (name = 'Fundido'): ObsEvent => ({
  name: 'SceneTransitionEnded',
  data: { transitionName: name, transitionUuid: '' },
});
const state = () => store.get().switcher;
const asked = () => socket.asked.map((a) => a.name);

beforeEach(async () => {
  clock = handClock();
  obs = playedObs();
  instead = () => undefined;
  const open = (): PlayedSocket => {
    socket = playedSocket((name, data) => instead(name) ?? obs.answer(name, data));
    return socket;
  };
  const bench = switcherBench({ clock, open });
  ({ store, switcher, acts } = bench);
  await bench.connect();
  expect(state().connection).toBe('connected');
  socket.asked.length = 0;
});

it('adopts without telling OBS anything, and blames nobody', () => {
  expect(state()).toMatchObject({
    program: 'Estudio',
    programBy: null,
    slateScene: 'Ya regresamos',
  });
  expect(acts).toEqual([]);
});

it('a take is one request and one read-back', async () => {
  await switcher.handlers['switcher.preview']({ scene: 'Campo' }, ana);
  const answer = await switcher.handlers['switcher.take']({ expectProgram: 'Estudio' }, ana);
  expect(answer).toEqual({ program: 'Campo' });
  expect(asked()).toEqual(['SetCurrentProgramScene', 'GetCurrentProgramScene']);
  expect(state()).toMatchObject({ program: 'Campo', preview: 'Estudio', programBy: 'ana' });
  expect(state().transition).toMatchObject({ phase: 'leaving', to: 'Campo' });
});

it('a transition whose end is never told is over in time, and read back', async () => {
  await switcher.take('Campo', { actor: 'grid', reason: 'prueba' });
  socket.emit(started());
  expect(state().transition.phase).toBe('mixing');
  await clock.advance(880);
  expect(state().transition.phase).toBe('mixing');
  socket.asked.length = 0;
  await clock.advance(100);
  expect(state().transition).toMatchObject({ phase: 'settled', to: null });
  expect(asked()).toContain('GetCurrentProgramScene');
});

it('gives the transition back only after OBS ended the cut: earlier, OBS would drop the cut', async () => {
  await switcher.handlers['switcher.cut']({ scene: 'Campo', expectProgram: 'Estudio' }, ana);
  socket.asked.length = 0;
  await clock.advance(3000);
  expect(asked()).not.toContain('SetCurrentSceneTransition');
  socket.emit(ended('Corte'));
  await clock.advance(100);
  expect(socket.asked.filter((a) => a.name === 'SetCurrentSceneTransition')).toMatchObject([
    { data: { transitionName: 'Fundido' } },
  ]);
});

it('waits for the end of the last move before the next, so that OBS loses neither', async () => {
  await switcher.handlers['switcher.cut']({ scene: 'Campo', expectProgram: 'Estudio' }, ana);
  socket.asked.length = 0;
  const next = switcher.take('Estudio', { actor: 'grid', reason: 'prueba' });
  await settle();
  expect(asked()).not.toContain('SetCurrentSceneTransition');
  socket.emit(ended('Corte'));
  await next;
  const order = asked().filter((name) => name.startsWith('SetCurrent'));
  expect(order).toEqual(['SetCurrentSceneTransition', 'SetCurrentProgramScene']);
  expect(state().program).toBe('Estudio');
});

it('an event that OBS’s own read-back denies changes nothing', async () => {
  const changes: unknown[] = [];
  switcher.onProgramChange((change) => changes.push(change));
  socket.emit(program('Campo'));
  await clock.advance(100);
  expect(asked()).toContain('GetCurrentProgramScene');
  expect(changes).toEqual([]);
  expect(state().program).toBe('Estudio');
});

it('a person’s change is told once, with the truth read back', async () => {
  const changes: unknown[] = [];
  switcher.onProgramChange((change) => changes.push(change));
  obs.program = 'Campo';
  socket.emit(started());
  await settle();
  socket.emit(program('Campo'));
  socket.emit(ended());
  await clock.advance(500);
  expect(changes).toEqual([{ scene: 'Campo', by: 'obs' }]);
  expect(acts).toMatchObject([{ actor: 'obs', detail: { from: 'Estudio', to: 'Campo' } }]);
});

it('somebody who moves the program during a take makes it a conflict', async () => {
  await switcher.handlers['switcher.preview']({ scene: 'Campo' }, ana);
  instead = (name) => {
    if (name === 'SetCurrentProgramScene') {
      obs.program = 'Ya regresamos';
      return {};
    }
    return undefined;
  };
  const take = switcher.handlers['switcher.take']({ expectProgram: 'Estudio' }, ana);
  await expect(take).rejects.toMatchObject({
    code: 'conflict',
    context: { present: 'Ya regresamos' },
  });
  expect(state()).toMatchObject({ program: 'Ya regresamos', programBy: 'obs' });
});

it('a refused take explains nothing later, and may be tried again at once', async () => {
  await switcher.handlers['switcher.preview']({ scene: 'Campo' }, ana);
  instead = (name) => {
    if (name === 'SetCurrentProgramScene') throw obsError(600, 'gone');
    return undefined;
  };
  const take = switcher.handlers['switcher.take']({ expectProgram: 'Estudio' }, ana);
  await expect(take).rejects.toMatchObject({ code: 'notFound' });
  instead = () => undefined;
  const again = await switcher.handlers['switcher.take']({ expectProgram: 'Estudio' }, ana);
  expect(again).toEqual({ program: 'Campo' });
});

it('a command that waited past its time is not carried out behind its sender’s back', async () => {
  instead = (name) => (name === 'SetCurrentProgramScene' ? silence : undefined);
  const first = switcher.take('Campo', { actor: 'grid', reason: 'a' });
  const second = switcher.take('Ya regresamos', { actor: 'grid', reason: 'b' });
  const ends = Promise.all(
    [first, second].map((work) =>
      work.then(
        () => 'done',
        (error: unknown) => (error as StudioError).code,
      ),
    ),
  );
  await clock.advance(1750);
  expect(await ends).toEqual(['timeout', 'timeout']);
  instead = () => undefined;
  await clock.advance(2000);
  const sent = socket.asked.filter((a) => a.name === 'SetCurrentProgramScene');
  // The second was sent in what was left of its time, or not at all; never after.
  expect(sent.length).toBeLessThanOrEqual(2);
  expect(obs.program).toBe('Estudio');
});

it('what a starved OBS carries out seconds later is still theirs who asked for it', async () => {
  instead = (name) => (name === 'SetCurrentProgramScene' ? silence : undefined);
  const cut = switcher.handlers['switcher.cut']({ scene: 'Campo', expectProgram: 'Estudio' }, ana);
  const failure = cut.catch((error: unknown) => (error as StudioError).code);
  await clock.advance(1750);
  expect(await failure).toBe('timeout');
  await clock.advance(4000);
  expect(state()).toMatchObject({ connection: 'connected', program: 'Estudio' });
  obs.program = 'Campo';
  socket.emit(program('Campo'));
  await clock.advance(100);
  expect(state()).toMatchObject({ program: 'Campo', programBy: 'ana' });
});

it('one StartStream for many wishes, none when it already streams there', async () => {
  const target = { server: 'rtmp://127.0.0.1/p', key: 'k' };
  const wishes = Promise.all(Array.from({ length: 5 }, () => switcher.startStream(target)));
  await settle();
  socket.emit({
    name: 'StreamStateChanged',
    data: { outputActive: true, outputState: 'OBS_WEBSOCKET_OUTPUT_STARTED' },
  });
  await clock.advance(100);
  await wishes;
  expect(asked().filter((n) => n === 'StartStream')).toHaveLength(1);
  expect(asked().filter((n) => n === 'SetStreamServiceSettings')).toHaveLength(1);
  expect(state().streaming).toBe('on');
});

it('says that OBS is gone, with an alarm, and takes it back', async () => {
  let connections = 0;
  switcher.onConnected(() => {
    connections += 1;
  });
  await switcher.take('Campo', { actor: 'grid', reason: 'x' });
  socket.end(1006);
  await settle();
  expect(state()).toMatchObject({ connection: 'disconnected', program: null, streaming: 'off' });
  expect(store.get().parts.obs?.state).toBe('down');
  expect(store.get().alarms['obs']?.clearedAt).toBeNull();
  expect(switcher.scenes()).toBeNull();
  expect(switcher.lastProgram()).toBe('Campo');
  await clock.advance(500);
  expect(state()).toMatchObject({ connection: 'connected', program: 'Campo', programBy: 'grid' });
  expect(store.get().alarms['obs']?.clearedAt).not.toBeNull();
  expect(connections).toBe(1);
});

it('panic without its scene says so', async () => {
  obs.scenes = ['Estudio', 'Campo'];
  socket.emit({
    name: 'SceneRemoved',
    data: { sceneName: 'Ya regresamos', sceneUuid: '', isGroup: false },
  });
  await clock.advance(200);
  expect(state().slateScene).toBeNull();
  await expect(switcher.handlers['switcher.panic']({}, ana)).rejects.toMatchObject({
    code: 'notFound',
  });
});
