// The client's promises, on a clock the test moves and connections it plays.
import { expect, it } from 'vitest';
import { StudioError } from '../../server/core/errors.ts';
import { silentLog } from '../../server/core/log.ts';
import { createObsClient } from '../../server/switcher/obs-client.ts';
import {
  handClock,
  obsError,
  playedObs,
  playedSocket,
  settle,
  silence,
  type PlayedSocket,
} from './switcher-fakes.ts';

const target = { url: 'ws://obs', password: 'x' };

function rig(make: (n: number) => PlayedSocket) {
  const clock = handClock();
  const sockets: PlayedSocket[] = [];
  const client = createObsClient({
    clock,
    log: silentLog,
    random: () => 0.5,
    open: () => {
      const socket = make(sockets.length);
      sockets.push(socket);
      return socket;
    },
  });
  const seen: string[] = [];
  client.onLink((link) => seen.push(link.state));
  return { clock, sockets, client, seen };
}

async function code(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (e: unknown) => e,
  );
  return error instanceof StudioError ? error.code : `not a failure: ${String(error)}`;
}

it('a frozen OBS is slow first and lost after four seconds; its calls end at their deadline', async () => {
  let frozen = false;
  const obs = playedObs();
  const { clock, sockets, client, seen } = rig((n) =>
    playedSocket((name, data) => (frozen && n === 0 ? silence : obs.answer(name, data))),
  );
  client.configure(target);
  await settle();
  expect(client.link()).toMatchObject({ state: 'connected', obsVersion: '29.0.2', problem: null });
  frozen = true;
  const calls = Promise.all([code(client.call('GetStats')), code(client.call('GetSceneList'))]);
  await clock.advance(1501);
  expect(await calls).toEqual(['timeout', 'timeout']);
  expect(client.link()).toMatchObject({ state: 'connected', obsVersion: '29.0.2' });
  expect(client.link().problem?.es).toMatch(/tardando/);
  await clock.advance(1800);
  const last = code(client.call('GetStats'));
  expect(client.link().state).toBe('connected');
  await clock.advance(700);
  // What is in flight ends with the connection, before its own deadline.
  expect(await last).toBe('unavailable');
  expect(sockets[0]?.dropped).toBe(true);
  expect(client.link().state).toBe('disconnected');
  expect(await code(client.call('GetStats'))).toBe('unavailable');
  await clock.advance(200);
  expect(client.link()).toMatchObject({ state: 'connected', problem: null });
  expect(seen).toEqual(['connecting', 'connected', 'connected', 'disconnected', 'connected']);
  await client.close();
});

it('an OBS that answers late, again and again, is slow and not lost', async () => {
  const clock = handClock();
  const obs = playedObs();
  let delayMs = 0;
  const socket = playedSocket((name, data) => {
    const answer = obs.answer(name, data);
    if (delayMs === 0) return answer;
    return new Promise((resolve) => void clock.after(delayMs, () => resolve(answer)));
  });
  const client = createObsClient({ clock, log: silentLog, random: () => 0.5, open: () => socket });
  const seen: string[] = [];
  client.onLink((link) => seen.push(link.problem?.en ?? link.state));
  client.configure(target);
  await settle();
  delayMs = 3000;
  const cut = code(client.call('SetCurrentProgramScene', { sceneName: 'Campo' }));
  await clock.advance(20_000);
  // Late for who waited, and no reason to let the others down.
  expect(await cut).toBe('timeout');
  expect(client.link().state).toBe('connected');
  expect(socket.dropped).toBe(false);
  delayMs = 0;
  expect(await client.call('GetCurrentProgramScene')).toEqual({ currentProgramSceneName: 'Campo' });
  await clock.advance(20_000);
  // Told once, and once that it is over.
  expect(seen).toEqual([
    'Looking for OBS…',
    'connected',
    'OBS is slow to answer; wait before you repeat an order.',
    'connected',
  ]);
  await client.close();
});

it('an OBS that still tells what happens is alive, whatever it does not answer', async () => {
  const obs = playedObs();
  let frozen = false;
  const { clock, sockets, client } = rig((n) =>
    playedSocket((name, data) => (frozen && n === 0 ? silence : obs.answer(name, data))),
  );
  client.configure(target);
  await settle();
  frozen = true;
  for (let second = 0; second < 10; second += 1) {
    await clock.advance(1000);
    sockets[0]?.emit({ name: 'SceneListChanged', data: { scenes: [] } });
  }
  expect(client.link().state).toBe('connected');
  await clock.advance(4500);
  expect(sockets[0]?.dropped).toBe(true);
  await client.close();
});

it.each([
  ['SetStudioModeEnabled', { studioModeEnabled: true }],
  ['StartStream', undefined],
] as const)('never two %s at once, however late OBS answers the first', async (name, data) => {
  const obs = playedObs();
  const answers: (() => void)[] = [];
  const { clock, sockets, client } = rig(() =>
    playedSocket((asked, given) =>
      asked === name
        ? new Promise<void>((resolve) => answers.push(resolve))
        : obs.answer(asked, given),
    ),
  );
  client.configure(target);
  await settle();
  const sent = () => sockets[0]?.asked.filter((a) => a.name === name).length;
  const late = [code(client.call(name, data)), code(client.call(name, data))];
  await clock.advance(2000);
  // The second was answered as late before its turn came: it is not sent any more.
  expect(await Promise.all(late)).toEqual(['timeout', 'timeout']);
  const waits = [client.call(name, data), client.call(name, data)];
  await settle();
  expect(sent()).toBe(1);
  answers[0]?.();
  await settle();
  expect(sent()).toBe(2);
  answers[1]?.();
  await settle();
  expect(sent()).toBe(3);
  answers[2]?.();
  await Promise.all(waits);
  await client.close();
});

it('one unanswered call ends alone while OBS is alive', async () => {
  const obs = playedObs();
  const { clock, client } = rig(() =>
    playedSocket((name, data) => (name === 'GetStats' ? silence : obs.answer(name, data))),
  );
  client.configure(target);
  await settle();
  const call = code(client.call('GetStats'));
  await clock.advance(1501);
  expect(await call).toBe('timeout');
  expect(client.link().state).toBe('connected');
  await client.close();
});

it('a lost connection rejects what is in flight at once', async () => {
  const obs = playedObs();
  const { sockets, client } = rig((n) =>
    playedSocket((name, data) =>
      n === 0 && name === 'GetStats' ? silence : obs.answer(name, data),
    ),
  );
  client.configure(target);
  await settle();
  const call = code(client.call('GetStats'));
  await settle();
  sockets[0]?.end(1006);
  expect(await call).toBe('unavailable');
  expect(client.link().problem?.es).toMatch(/Se perdió/);
  await client.close();
});

it('tries one connection at a time, ever more slowly, up to a limit', async () => {
  const { clock, sockets, client } = rig(() => playedSocket(() => undefined, { refuse: 1006 }));
  client.configure(target);
  await clock.advance(1000);
  const early = sockets.length;
  expect(early).toBeGreaterThanOrEqual(3);
  await clock.advance(60_000);
  const later = sockets.length;
  await clock.advance(60_000);
  // At most one each 1.5 s (the longest pause with this jitter), and never fewer than each 2 s.
  expect(sockets.length - later).toBeGreaterThanOrEqual(30);
  expect(sockets.length - later).toBeLessThanOrEqual(41);
  await client.close();
});

it('an OBS that never greets is given up after three seconds, and asked again', async () => {
  const { clock, sockets, client } = rig(() => playedSocket(() => undefined, { hang: true }));
  client.configure(target);
  await clock.advance(2999);
  expect(sockets).toHaveLength(1);
  await clock.advance(200);
  expect(sockets[0]?.dropped).toBe(true);
  expect(sockets.length).toBe(2);
  expect(client.link().state).toBe('disconnected');
  await client.close();
});

it('a wrong password is asked about calmly, and at once when it changes', async () => {
  const obs = playedObs();
  let right = false;
  const { clock, sockets, client, seen } = rig(() =>
    playedSocket(obs.answer, right ? {} : { refuse: 4009 }),
  );
  client.configure(target);
  await settle();
  expect(client.link().state).toBe('badPassword');
  await clock.advance(4900);
  expect(sockets).toHaveLength(1);
  await clock.advance(200);
  expect(sockets).toHaveLength(2);
  expect(client.link().state).toBe('badPassword');
  right = true;
  client.configure({ ...target, password: 'y' });
  await settle();
  expect(client.link().state).toBe('connected');
  expect(seen).toEqual(['connecting', 'badPassword', 'connecting', 'connected']);
  await client.close();
});

it('an OBS that goes away after refusing a password is gone, not unwilling', async () => {
  const { clock, client } = rig((n) => playedSocket(() => undefined, { refuse: n ? 1006 : 4009 }));
  client.configure(target);
  await settle();
  expect(client.link().state).toBe('badPassword');
  await clock.advance(5001);
  expect(client.link().state).toBe('disconnected');
  await client.close();
});

it('waits out an OBS that is still loading', async () => {
  const obs = playedObs();
  let loading = true;
  const { clock, client } = rig(() =>
    playedSocket((name, data) => {
      if (loading && name !== 'GetVersion') throw obsError(207);
      return obs.answer(name, data);
    }),
  );
  client.configure(target);
  await settle();
  expect(client.link().state).toBe('notReady');
  await clock.advance(1000);
  expect(client.link().state).toBe('notReady');
  loading = false;
  await clock.advance(200);
  expect(client.link().state).toBe('connected');
  // Later too, e.g. while OBS changes its scene collection.
  loading = true;
  const call = client.call('GetStreamStatus');
  await clock.advance(250);
  loading = false;
  await clock.advance(100);
  expect(await call).toMatchObject({ outputActive: false });
  await client.close();
});

it('asks nothing else while OBS enters or leaves studio mode', async () => {
  const obs = playedObs();
  let finish: (() => void) | undefined;
  const { sockets, client } = rig(() =>
    playedSocket((name, data) => {
      if (name !== 'SetStudioModeEnabled') return obs.answer(name, data);
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    }),
  );
  client.configure(target);
  await settle();
  const toggle = client.call('SetStudioModeEnabled', { studioModeEnabled: true });
  const read = client.call('GetCurrentProgramScene');
  await settle();
  const names = () => sockets[0]?.asked.map((a) => a.name) ?? [];
  expect(names()).toContain('SetStudioModeEnabled');
  expect(names()).not.toContain('GetCurrentProgramScene');
  finish?.();
  await toggle;
  expect(await read).toEqual({ currentProgramSceneName: 'Estudio' });
  await client.close();
});

it('lets go of OBS when told, and stays off', async () => {
  const obs = playedObs();
  const { clock, sockets, client } = rig(() => playedSocket(obs.answer));
  client.configure(target);
  await settle();
  client.configure(null);
  await settle();
  expect(client.link()).toEqual({ state: 'off', problem: null, obsVersion: null });
  await clock.advance(10_000);
  expect(sockets).toHaveLength(1);
  expect(sockets[0]?.dropped).toBe(true);
});
