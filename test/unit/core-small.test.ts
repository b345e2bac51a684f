// The small helpers everybody leans on: backoff, serial queue, redaction, deadlines, ids, failures, alarms.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { alarm } from '../../server/contract/station.ts';
import { failure } from '../../server/contract/failures.ts';
import { createAlarms } from '../../server/core/alarms.ts';
import { backoffMs } from '../../server/core/backoff.ts';
import type { Clock } from '../../server/core/clock.ts';
import { withDeadline } from '../../server/core/deadline.ts';
import { invalidInput, StudioError, toFailure } from '../../server/core/errors.ts';
import { newId, newSecret } from '../../server/core/ids.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { redactText, redactUrl } from '../../server/core/redact.ts';
import { serialQueue } from '../../server/core/serial-queue.ts';
import { createStateStore } from '../../server/core/state-store.ts';

test('backoff grows, is capped, and keeps at least half of the delay', () => {
  const policy = { firstMs: 500, maxMs: 10_000 };
  expect([0, 1, 2, 5, 1000].map((n) => backoffMs(policy, n, () => 0))).toEqual([
    250, 500, 1000, 5000, 5000,
  ]);
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, random) => {
      const ms = backoffMs(policy, attempt, () => random);
      expect(ms).toBeGreaterThanOrEqual(250);
      expect(ms).toBeLessThanOrEqual(10_000);
    }),
  );
});

test('jobs run one after another, in order, and a failed one stops nobody', async () => {
  const queue = serialQueue();
  const log: string[] = [];
  const job = (name: string, fails = false) =>
    queue.run(async () => {
      log.push(`${name} starts`);
      await Promise.resolve();
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const results = await Promise.allSettled([job('a'), job('b', true), job('c')]);
  expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
  expect(queue.size).toBe(0);
});

test('a full queue refuses at once and takes again when there is room', async () => {
  const queue = serialQueue(1);
  const work = Promise.withResolvers<void>();
  const first = queue.run(() => work.promise);
  await expect(queue.run(async () => 1)).rejects.toMatchObject({ code: 'unavailable' });
  work.resolve();
  await first;
  expect(await queue.run(async () => 2)).toBe(2);
});

test('known secrets leave texts, plain and percent-encoded', () => {
  expect(redactText('push to app/key-1 and key-1?x', ['key-1'])).toBe('push to app/••• and •••?x');
  expect(redactText('a%2Fb%20c, a/b c', ['a/b c'])).toBe('•••, •••');
  expect(redactText('abc', ['abc', null, undefined, ''])).toBe('abc');
  fc.assert(
    fc.property(fc.string(), fc.string({ minLength: 4 }), fc.string(), (a, secret, b) => {
      fc.pre(!'•••'.includes(secret) && !/[•\uD800-\uDFFF]/.test(a + secret + b));
      expect(redactText(`${a}${secret}${b}`, [secret]).includes(secret)).toBe(false);
    }),
  );
});

test('addresses are shown without user info and query', () => {
  expect(redactUrl('rtmp://u:p@host:1935/app?k=v')).toBe('rtmp://•••@host:1935/app?•••');
  expect(redactUrl('icecast://host/radio')).toBe('icecast://host/radio');
  expect(redactUrl('not an address')).toBe('');
});

/** A clock whose timers run when told. */
function handClock(): { clock: Clock; fire: () => void; timers: Set<() => void> } {
  const timers = new Set<() => void>();
  const after = (_ms: number, fn: () => void) => {
    timers.add(fn);
    return () => void timers.delete(fn);
  };
  return {
    timers,
    fire: () => {
      for (const fn of timers) fn();
    },
    clock: { now: () => 1000, mono: () => 0, after, every: after },
  };
}

test('a wait ends as its work does, or with timeout, and leaves no timer', async () => {
  const { clock, fire, timers } = handClock();
  const words = { es: 'tarde', en: 'late' };
  expect(await withDeadline(clock, 100, words, Promise.resolve(7))).toBe(7);
  await expect(withDeadline(clock, 100, words, Promise.reject(new Error('no')))).rejects.toThrow(
    'no',
  );
  expect(timers.size).toBe(0);
  const late = withDeadline(clock, 100, words, new Promise<never>(() => undefined));
  fire();
  await expect(late).rejects.toMatchObject({ code: 'timeout', words });
});

test('ids are readable and secrets are long', () => {
  expect(newId('fb')).toMatch(/^fb-[2-9a-hjkmnp-z]{8}$/);
  expect(newSecret(32)).toMatch(/^[\w-]{43}$/);
  expect(new Set(Array.from({ length: 1000 }, () => newId('x', 10))).size).toBe(1000);
});

test('a failure says what a person can act on; a programming error says nothing of itself', () => {
  const told = toFailure(
    new StudioError('conflict', { es: 'cambió', en: 'moved' }, { context: { present: 'A' } }),
  );
  expect(told).toEqual({
    code: 'conflict',
    message: 'cambió',
    messageEn: 'moved',
    context: { present: 'A' },
  });
  const hidden = toFailure(new TypeError('password hunter2'));
  expect(hidden.code).toBe('internal');
  expect(JSON.stringify(hidden)).not.toContain('hunter2');
  for (const f of [told, hidden]) expect(failure.parse(f)).toEqual(f);
  const bad = z.object({ a: z.object({ b: z.number() }) }).safeParse({ a: { b: 'x' } });
  if (bad.success) throw new Error('parsed');
  expect(toFailure(invalidInput(bad.error))).toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('«a.b»'),
    context: { issues: [{ path: 'a.b' }] },
  });
});

test('a form is told of its fields by the names it shows', () => {
  const told = (shape: z.ZodRawShape, input: object) => {
    const bad = z.object(shape).safeParse(input);
    if (bad.success) throw new Error('parsed');
    return toFailure(invalidInput(bad.error));
  };
  const wrong = told({ url: z.string() }, { url: 1 });
  expect(wrong.message).toContain('«Dirección»');
  expect(wrong.messageEn).toContain('«url»');
  const settings = z.object({ latencyMs: z.number() });
  expect(told({ settings }, { settings: {} }).message).toContain('«Espera por paquetes perdidos»');
  const roles = z.array(z.number());
  expect(told({ roles }, { roles: ['a'] }).message).toContain('«roles.0»');
});

function alarmsAt(now: () => number) {
  const state = createStateStore(initialState({} as never, 1935, 0), () => undefined);
  const { clock } = handClock();
  return { state, alarms: createAlarms(state, { ...clock, now }) };
}
const words = {
  severity: 'warning' as const,
  what: { es: 'algo', en: 'something' },
  advice: { es: 'haga', en: 'do' },
};

test('an alarm stays until its cause is gone and somebody saw it, in either order', () => {
  let now = 1;
  const { state, alarms } = alarmsAt(() => now);
  const all = () => state.get().alarms;
  alarms.raise('a', words);
  alarms.raise('b', words);
  expect(alarm.parse(all()['a'])).toMatchObject({ since: 1, clearedAt: null, seenBy: null });
  now = 2;
  alarms.raise('a', words);
  expect(all()['a']?.since).toBe(1);
  alarms.clear('a');
  expect(all()['a']).toMatchObject({ clearedAt: 2 });
  alarms.acknowledge('a', 'ana');
  expect(all()).not.toHaveProperty('a');
  alarms.acknowledge('b', 'ana');
  expect(all()['b']).toMatchObject({ seenBy: 'ana', clearedAt: null });
  alarms.clear('b');
  expect(all()).toEqual({});
  alarms.clear('b');
  expect(() => alarms.acknowledge('b', 'ana')).toThrow(StudioError);
});

test('one that comes back is new again, and there are never more than 200', () => {
  let now = 1;
  const { state, alarms } = alarmsAt(() => now);
  alarms.raise('a', words);
  alarms.acknowledge('a', 'ana');
  alarms.raise('a', words);
  expect(state.get().alarms['a']).toMatchObject({ since: 1, seenBy: 'ana' });
  alarms.raise('b', words);
  alarms.clear('b');
  now = 5;
  alarms.raise('b', words);
  expect(state.get().alarms['b']).toMatchObject({ since: 5, clearedAt: null, seenBy: null });
  alarms.raise('old', words);
  alarms.clear('old');
  for (let i = 0; i < 300; i += 1) {
    now += 1;
    alarms.raise(`n${i}`, words);
  }
  expect(Object.keys(state.get().alarms)).toHaveLength(200);
  expect(state.get().alarms).not.toHaveProperty('old');
});
