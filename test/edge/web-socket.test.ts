// The control surface as screens meet it: snapshot then patches without a gap, one answer to each command, evidence.
import * as fc from 'fast-check';
import { applyPatch } from 'rfc6902';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CommandAnswer, Meters } from '../../server/contract/socket.ts';
import type { Snapshot, StatePatch, StudioState } from '../../server/contract/state.ts';
import { StudioError } from '../../server/core/errors.ts';
import { paced } from '../kit/slowness.ts';
import { until } from '../kit/until.ts';
import { next, openRoom, type Room, type StudioSocket } from './web-room.ts';

let room: Room;
let token: string;
const handled: unknown[] = [];
const watched = { thumbnails: 0, meters: 0 };
let sendThumbnail: ((scene: string, jpeg: Uint8Array, at: number) => void) | null = null;
let sendMeters: ((meters: Meters) => void) | null = null;
const mute = (input: string, muted = true) => ({ input, muted });

beforeAll(async () => {
  room = await openRoom({
    handlers: ({ state }) => ({
      'switcher.cut': async ({ scene }, context) => {
        handled.push(context);
        state.change((d) => void (d.switcher.program = scene));
        state.change((d) => void (d.switcher.programBy = context.actor));
        return { program: scene };
      },
      'switcher.mute': async () => ({}),
      // Never answers.
      'switcher.item': () => new Promise<never>(() => undefined),
      'switcher.text': () => {
        throw new TypeError('a programming error');
      },
      'output.create': () =>
        Promise.reject(new StudioError('conflict', { es: 'ya existe', en: 'exists' })),
      'grid.hold': async () => ({}),
    }),
    signals: {
      watchThumbnails(listener) {
        watched.thumbnails += 1;
        sendThumbnail = listener;
        return () => void (watched.thumbnails -= 1);
      },
      watchMeters(listener) {
        watched.meters += 1;
        sendMeters = listener;
        return () => void (watched.meters -= 1);
      },
    },
  });
  token = await room.adminToken();
});
afterAll(() => room.close());

async function screen(more = {}): Promise<{ socket: StudioSocket; snapshot: Snapshot }> {
  const socket = room.socket(token, more);
  return { socket, snapshot: await next<Snapshot>(socket, 'snapshot') };
}
function ask(socket: StudioSocket, name: string, input: unknown): Promise<CommandAnswer> {
  return socket.timeout(20_000).emitWithAck('command', name as never, input as never);
}

test('all changes of one command leave in one packet, before its answer, at the answer’s revision', async () => {
  const { socket } = await screen();
  const patches: StatePatch[] = [];
  socket.on('patch', (p) => patches.push(p));
  const answer = await ask(socket, 'switcher.cut', { scene: 'Campo', expectProgram: 'x' });
  expect(answer).toMatchObject({ ok: true, output: { program: 'Campo' } });
  expect(patches).toHaveLength(1);
  expect(patches[0]).toMatchObject({
    rev: answer.rev,
    prevRev: answer.rev - 1,
    ops: [
      { op: 'replace', path: '/switcher/program', value: 'Campo' },
      { op: 'replace', path: '/switcher/programBy', value: 'admin' },
    ],
  });
  expect(handled.at(-1)).toEqual({ actor: 'admin', roles: ['admin'], host: '127.0.0.1' });
  socket.close();
});

test('the patches applied to the snapshot are the state, whatever changes and whenever one joins', async () => {
  const change = fc.oneof(
    fc.record({ kind: fc.constant('alarm' as const), id: fc.string({ maxLength: 6 }) }),
    fc.record({ kind: fc.constant('unalarm' as const), id: fc.string({ maxLength: 6 }) }),
    fc.record({
      kind: fc.constant('scenes' as const),
      names: fc.array(fc.string(), { maxLength: 5 }),
    }),
    fc.record({ kind: fc.constant('move' as const) }),
    fc.record({ kind: fc.constant('join' as const) }),
    fc.record({ kind: fc.constant('turn' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 30 }), async (changes) => {
      const screens: { state: StudioState | null; rev: number; socket: StudioSocket }[] = [];
      const join = (): void => {
        const socket = room.socket(token);
        const one = { state: null as StudioState | null, rev: 0, socket };
        socket.on('snapshot', (s) => {
          one.state = s.state;
          one.rev = s.rev;
        });
        socket.on('patch', (p) => {
          expect(one.state).not.toBeNull();
          expect(p.prevRev).toBe(one.rev);
          const errors = applyPatch(one.state, structuredClone(p.ops));
          expect(errors.filter((e) => e !== null)).toEqual([]);
          one.rev = p.rev;
        });
        screens.push(one);
      };
      join();
      for (const c of changes) {
        if (c.kind === 'join') join();
        else if (c.kind === 'turn') await new Promise((resolve) => setImmediate(resolve));
        else
          room.state.change((d) => {
            if (c.kind === 'alarm') d.alarms[c.id] = { ...alarm, id: c.id };
            else if (c.kind === 'unalarm') delete d.alarms[c.id];
            else if (c.kind === 'scenes')
              d.switcher.scenes = c.names.map((name) => ({ name, uuid: null, items: [] }));
            else {
              const first = d.switcher.scenes.shift();
              if (first) d.switcher.scenes.push(first);
            }
          });
      }
      for (const one of screens) {
        await until('same revision', () => one.state && one.rev === room.state.flush(), 20_000, 2);
      }
      for (const one of screens) {
        expect(one.state).toEqual(JSON.parse(JSON.stringify(room.state.get())));
        one.socket.close();
      }
      await until('all gone', () => room.state.get().people['admin']?.online === 0, 20_000, 2);
    }),
    { numRuns: 25 },
  );
});

test('resync gives the present picture', async () => {
  const { socket } = await screen();
  room.state.change((d) => void (d.switcher.preview = 'Entrevista'));
  const snapshot: Snapshot = await socket.timeout(20_000).emitWithAck('resync');
  expect(snapshot.rev).toBe(room.state.rev());
  expect(snapshot.state.switcher.preview).toBe('Entrevista');
  socket.close();
});

test('whatever a client sends, it is answered in the same words or ignored, and the server goes on', async () => {
  const { socket } = await screen();
  const emit = socket.emit.bind(socket) as (event: string, ...args: unknown[]) => void;
  emit('command');
  emit('command', 'switcher.mute', mute('a'));
  emit('command', 'switcher.mute', mute('a'), 'not a function');
  emit('resync');
  emit('resync', { no: 'ack' });
  emit('watch', 'everything');
  emit('watch');
  emit('snapshot', {});
  emit('nothing like it', Buffer.alloc(1000));
  for (const name of [null, 7, {}, '__proto__', 'constructor', 'toString']) {
    expect(await ask(socket, name as string, {})).toMatchObject({ ok: false, code: 'notFound' });
  }
  for (const input of [
    undefined,
    null,
    7,
    'x',
    [],
    Buffer.alloc(10),
    { input: {}, muted: 'yes' },
  ]) {
    const answer = await ask(socket, 'switcher.mute', input);
    expect(answer).toMatchObject({ ok: false, code: 'invalid' });
  }
  const text = await ask(socket, 'switcher.text', { input: 'Rótulo', text: 'x' });
  expect(text).toMatchObject({ ok: false, code: 'internal', message: /Algo falló/ });
  expect(JSON.stringify(text)).not.toContain('programming');
  expect(await ask(socket, 'switcher.mute', mute('a'))).toMatchObject({ ok: true });
  socket.close();
});

test('a handler that never answers is answered for within 2 s', async () => {
  const { socket } = await screen();
  const item = { scene: 'A', item: 1, enabled: true };
  let left = -Infinity;
  // The best of three: the answer leaves 0.15 s before that, and this process may just be held up.
  for (let tries = 0; tries < 3 && left <= 0; tries += 1) {
    const limit = await paced();
    const started = performance.now();
    const answer = await ask(socket, 'switcher.item', item);
    const took = performance.now() - started;
    expect(answer).toMatchObject({ ok: false, code: 'timeout' });
    left = (await limit(2000)) - took;
  }
  expect(left).toBeGreaterThan(0);
  socket.close();
});

test('a flood of commands is slowed down with the time to wait, each still answered once', async () => {
  const flooder = room.socket(await room.person('rapida', ['operator']));
  await next(flooder, 'snapshot');
  const [started, epoch] = [performance.now(), Date.now()];
  const answers = await Promise.all(
    Array.from({ length: 400 }, () => ask(flooder, 'switcher.mute', mute('a'))),
  );
  const slowed = answers.filter((a) => !a.ok && a.code === 'rateLimited');
  // 80 at once, and 40 more for each second that the flood takes.
  const most = 80 + (40 * (performance.now() - started)) / 1000;
  expect(answers.length - slowed.length).toBeLessThanOrEqual(Math.ceil(most));
  expect(answers.length - slowed.length).toBeGreaterThanOrEqual(60);
  const [first] = slowed;
  expect(first && !first.ok && first.context?.retryAt).toBeGreaterThan(epoch);
  const { socket } = await screen();
  expect(await ask(socket, 'switcher.mute', mute('a'))).toMatchObject({ ok: true });
  socket.close();
  flooder.close();
});

test('signals are produced only while somebody watches, and reach only who does', async () => {
  const { socket: one } = await screen();
  const { socket: two } = await screen();
  expect(watched).toEqual({ thumbnails: 0, meters: 0 });
  const strays: unknown[] = [];
  two.on('thumbnail', (...args) => strays.push(args));
  one.emit('watch', { thumbnails: true, meters: true });
  await until('both watched', () => watched.thumbnails === 1 && watched.meters === 1);
  two.emit('watch', { thumbnails: false, meters: true });
  const picture = new Promise<[string, Uint8Array, number]>((resolve) => {
    one.on('thumbnail', (scene, jpeg, at) => resolve([scene, jpeg as unknown as Uint8Array, at]));
  });
  const level = next<Meters>(one, 'meters');
  // Volatile: one that finds the line busy is dropped, the next one comes. Never both at once.
  let turn = 0;
  const sending = setInterval(() => {
    turn += 1;
    if (turn % 2 === 0) sendMeters?.({ Mic: [-12] });
    else sendThumbnail?.('Estudio', new Uint8Array([255, 216, 255]), 42);
  }, 20);
  const [scene, jpeg, at] = await picture;
  expect([scene, [...new Uint8Array(jpeg)], at]).toEqual(['Estudio', [255, 216, 255], 42]);
  expect(await level).toEqual({ Mic: [-12] });
  clearInterval(sending);
  one.close();
  await until('thumbnails stopped', () => watched.thumbnails === 0);
  expect(watched.meters).toBe(1);
  two.close();
  await until('meters stopped', () => watched.meters === 0);
  expect(strays).toEqual([]);
});

test('every change leaves a line of evidence, failed or not; questions do not; secrets never', async () => {
  const { socket } = await screen();
  const key = 'FB-1234567890-0-SecretStreamKey';
  await ask(socket, 'output.create', {
    name: 'Facebook',
    profile: 'facebook-live',
    url: `rtmps://user:hunter22@live.example:443/rtmp/${key}`,
    key,
  });
  await ask(socket, 'people.create', {
    user: 'nueva',
    name: 'Nueva',
    password: 'una-clave-secreta',
    roles: ['viewer'],
  });
  await ask(socket, 'grid.hold', { reason: 'rueda de prensa' });
  await ask(socket, 'grid.week', { from: '2026-01-01', to: '2026-01-02' });
  const denied = room.socket(await room.person('mirona', ['viewer']));
  await next(denied, 'snapshot');
  await ask(denied, 'air.stop', {});
  const list = await ask(socket, 'audit.list', { limit: 50 });
  if (!list.ok) throw new Error(list.message);
  const { entries } = list.output as { entries: { action: string }[] };
  expect(entries[0]).toMatchObject({
    actor: 'mirona',
    action: 'air.stop',
    ok: false,
    detail: { failure: 'forbidden' },
  });
  expect(entries.find((e) => e.action === 'grid.hold')).toMatchObject({
    actor: 'admin',
    reason: 'rueda de prensa',
    ok: true,
  });
  expect(entries.find((e) => e.action === 'output.create')).toMatchObject({
    ok: false,
    detail: { failure: 'conflict', input: { name: 'Facebook', key: '•••' } },
  });
  expect(entries.map((e) => e.action)).not.toContain('grid.week');
  const everything = JSON.stringify(await room.store.db.selectFrom('audit').selectAll().execute());
  for (const secret of [key, 'hunter22', 'una-clave-secreta', token]) {
    expect(everything).not.toContain(secret);
  }
  socket.close();
  denied.close();
});

test('200 screens all receive every step in order', async () => {
  const sockets = await Promise.all(
    Array.from({ length: 200 }, async () => (await screen()).socket),
  );
  const seen = sockets.map(() => [] as number[]);
  sockets.forEach((socket, i) =>
    socket.on('patch', (p) => {
      expect(p.prevRev).toBe(p.rev - 1);
      seen[i]?.push(p.rev);
    }),
  );
  const first = room.state.flush();
  for (let i = 1; i <= 20; i += 1) {
    room.state.change((d) => void (d.air.cpuPercent = i));
    room.state.flush();
  }
  const last = room.state.rev();
  await until('all have the last', () => seen.every((revs) => revs.at(-1) === last), 20_000);
  const expected = Array.from({ length: last - first }, (_, i) => first + i + 1);
  for (const revs of seen) expect(revs.filter((r) => r > first)).toEqual(expected);
  for (const socket of sockets) socket.close();
});

test('a client of the default transports, without websockets first, works too', async () => {
  const { socket } = await screen({ transports: ['polling', 'websocket'] });
  expect(await ask(socket, 'switcher.mute', mute('a'))).toMatchObject({ ok: true });
  socket.close();
});

const alarm = {
  severity: 'warning' as const,
  text: 'algo',
  textEn: 'something',
  advice: 'nada',
  adviceEn: 'nothing',
  since: 1,
  clearedAt: null,
  seenBy: null,
};
