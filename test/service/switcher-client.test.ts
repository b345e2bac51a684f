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

it('a call OBS never answers ends at its deadline, and the frozen connection is dropped', async () => {
  let frozen = false;
  const obs = playedObs();
  const { clock, sockets, client, seen } = rig((n) =>
    playedSocket((name, data) => (frozen && n === 0 ? silence : obs.answer(name, data))),
  );
  client.configure(target);
  await settle();
  expect(client.link()).toMatchObject({ state: 'connected', obsVersion: '29.0.2' });
  frozen = true;
  const calls = Promise.all([code(client.call('GetStats')), code(client.call('GetSceneList'))]);
  await clock.advance(1449);
  expect(client.link().state).toBe('connected');
  await clock.advance(2);
  // Both in flight end with the connection, before their own deadlines.
  expect(await calls).toEqual(['unavailable', 'unavailable']);
  expect(sockets[0]?.dropped).toBe(true);
  expect(client.link().state).toBe('disconnected');
  expect(await code(client.call('GetStats'))).toBe('unavailable');
  await clock.advance(200);
  expect(client.link().state).toBe('connected');
  expect(seen).toEqual(['connecting', 'connected', 'disconnected', 'connected']);
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

it('an OBS that never greets is given up after a second, and asked again', async () => {
  const { clock, sockets, client } = rig(() => playedSocket(() => undefined, { hang: true }));
  client.configure(target);
  await clock.advance(999);
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
