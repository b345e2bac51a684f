// The path of a command with fakes around it: what happens in which order, and what never escapes.
import { beforeEach, expect, test } from 'vitest';
import type { Principal } from '../../server/access/access.ts';
import type { Handlers } from '../../server/contract/commands.ts';
import type { Role } from '../../server/contract/roles.ts';
import type { Act } from '../../server/core/audit.ts';
import type { Clock } from '../../server/core/clock.ts';
import { StudioError } from '../../server/core/errors.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { silentLog } from '../../server/core/log.ts';
import { createStateStore, type StateStore } from '../../server/core/state-store.ts';
import { createDispatch, type Dispatch } from '../../server/web/dispatch.ts';

let order: string[];
let acts: Act[];
let timers: Set<() => void>;
let state: StateStore;
let errors: object[];
let mono: number;
let alive: boolean;

beforeEach(() => {
  order = [];
  acts = [];
  errors = [];
  timers = new Set();
  mono = 0;
  alive = true;
  state = createStateStore(initialState({} as never, 1935, 0), () => undefined);
  state.subscribe(() => order.push('patch'));
});

const sender = { session: 's1', host: 'studio.local' };
function make(handlers: Partial<Handlers>, roles: Role[] = ['operator']): Dispatch {
  const clock: Clock = {
    now: () => 5000,
    mono: () => mono,
    every: () => () => undefined,
    after(_, fn) {
      timers.add(fn);
      return () => void timers.delete(fn);
    },
  };
  const principal: Principal = { user: 'ana', name: 'Ana', roles, session: 's1' };
  return createDispatch({
    handlers: handlers as Handlers,
    resume: (session) => (alive && session === 's1' ? principal : null),
    audit: {
      record(act) {
        order.push('evidence');
        acts.push(act);
      },
    },
    clock,
    log: { ...silentLog, error: (fields) => void errors.push(fields) },
    state,
    onAnswer: (name, code) => void order.push(`${name} ${code}`),
  });
}

test('the patch leaves before the evidence is written, and the answer comes after both', async () => {
  const dispatch = make({
    'switcher.mute': async () => {
      state.change((d) => void (d.switcher.preview = 'A'));
      return {};
    },
  });
  const answer = await dispatch(sender, 'switcher.mute', { input: 'Mic', muted: true });
  expect(answer).toEqual({ ok: true, output: {}, rev: 2 });
  expect(order).toEqual(['patch', 'evidence', 'switcher.mute ok']);
  expect(acts).toEqual([
    {
      actor: 'ana',
      action: 'switcher.mute',
      reason: '',
      ok: true,
      detail: { input: { input: 'Mic', muted: true } },
    },
  ]);
});

test('what a failed command changed before failing is published too', async () => {
  const dispatch = make({
    'switcher.mute': async () => {
      state.change((d) => void (d.switcher.preview = 'A'));
      throw new StudioError('unavailable', { es: 'no está', en: 'away' });
    },
  });
  const answer = await dispatch(sender, 'switcher.mute', { input: 'Mic', muted: true });
  expect(answer).toMatchObject({ ok: false, code: 'unavailable', message: 'no está', rev: 2 });
  expect(order).toEqual(['patch', 'evidence', 'switcher.mute unavailable']);
});

test('a late handler is answered for once; its own late failure goes nowhere', async () => {
  const work = Promise.withResolvers<never>();
  const dispatch = make({ 'switcher.mute': () => work.promise });
  const answer = dispatch(sender, 'switcher.mute', { input: 'Mic', muted: true });
  await Promise.resolve();
  await Promise.resolve();
  for (const fire of timers) fire();
  expect(await answer).toMatchObject({ ok: false, code: 'timeout' });
  work.reject(new Error('too late'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(acts).toHaveLength(1);
  expect(acts[0]).toMatchObject({ ok: false, detail: { failure: 'timeout' } });
});

test('a programming error is logged whole and told as nothing', async () => {
  const dispatch = make({
    'switcher.mute': () => {
      throw new TypeError('x of undefined');
    },
  });
  const answer = await dispatch(sender, 'switcher.mute', { input: 'Mic', muted: true });
  expect(answer).toMatchObject({ ok: false, code: 'internal' });
  expect(JSON.stringify(answer)).not.toContain('undefined');
  expect(String((errors[0] as { err: Error }).err)).toContain('x of undefined');
  expect(JSON.stringify(acts)).not.toContain('undefined');
});

test('the session is asked at each command: from the moment it ended nothing passes', async () => {
  const dispatch = make({ 'switcher.mute': async () => ({}) });
  const send = () => dispatch(sender, 'switcher.mute', { input: 'Mic', muted: true });
  expect((await send()).ok).toBe(true);
  alive = false;
  expect(await send()).toMatchObject({ ok: false, code: 'unauthenticated' });
  expect(await dispatch({ session: null, host: 'x' }, 'switcher.mute', {})).toMatchObject({
    ok: false,
    code: 'unauthenticated',
  });
});

test('a refusal by role is evidence; a question is not', async () => {
  const dispatch = make({ 'audit.list': async () => ({ entries: [] }) }, ['viewer']);
  expect(await dispatch(sender, 'air.stop', {})).toMatchObject({ code: 'forbidden' });
  expect(await dispatch(sender, 'audit.list', {})).toMatchObject({ ok: true });
  expect(acts.map((a) => [a.action, a.ok])).toEqual([['air.stop', false]]);
});

test('80 at once, then 40 a second', async () => {
  const dispatch = make({ 'switcher.mute': async () => ({}) });
  const send = () => dispatch(sender, 'switcher.mute', { input: 'Mic', muted: true });
  for (let i = 0; i < 80; i += 1) expect((await send()).ok).toBe(true);
  expect(await send()).toMatchObject({ code: 'rateLimited', context: { retryAt: 5025 } });
  mono = 25;
  expect((await send()).ok).toBe(true);
  expect(await send()).toMatchObject({ code: 'rateLimited' });
});

test('the handler gets defaults filled in, who asks and by which host name', async () => {
  const seen: unknown[] = [];
  const dispatch = make({
    'output.create': async (input, context) => {
      seen.push(input, context);
      return { id: 'x' };
    },
  });
  await dispatch(sender, 'output.create', { name: ' Facebook ', profile: 'facebook-live' });
  expect(seen).toEqual([
    { name: 'Facebook', profile: 'facebook-live', withAir: true },
    { actor: 'ana', roles: ['operator'], host: 'studio.local' },
  ]);
});
