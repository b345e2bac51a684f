// Sessions and accounts over time and restarts: a hand-moved clock on a real database.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAccess, type Access } from '../../server/access/access.ts';
import { createAuditLog, type AuditLog } from '../../server/access/audit-log.ts';
import { sessionIdleMs, sessionMaxMs } from '../../server/access/sessions.ts';
import { createAlarms } from '../../server/core/alarms.ts';
import type { Clock } from '../../server/core/clock.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { silentLog, type Log } from '../../server/core/log.ts';
import { createStateStore, type StateStore } from '../../server/core/state-store.ts';
import { openStore, type Store } from '../../server/store/database.ts';
import { until } from '../kit/until.ts';

const start = 1_764_000_000_000;
const context = { actor: 'admin', roles: ['admin' as const], host: 'localhost' };
const day = 86_400_000;

let dir: string;
let now: number;
let repeated: Set<() => void>;
let clock: Clock;
let store: Store;
let state: StateStore;
let audit: AuditLog;
let access: Access;

async function open(adminPassword: string | undefined, log: Log = silentLog): Promise<void> {
  repeated = new Set();
  clock = {
    now: () => now,
    mono: () => now - start,
    after: () => () => undefined,
    every(_, fn) {
      repeated.add(fn);
      return () => void repeated.delete(fn);
    },
  };
  store = await openStore(dir);
  state = createStateStore(initialState({} as never, 1935, now));
  audit = createAuditLog({ store, clock, log, alarms: createAlarms(state, clock) });
  access = await createAccess({ store, state, clock, log, audit, adminPassword });
}
async function close(): Promise<void> {
  await access.close();
  await store.close();
}
const tick = (): void => {
  for (const fn of repeated) fn();
};

beforeEach(async () => {
  now = start;
  dir = mkdtempSync(join(tmpdir(), 'access-'));
  await open('la-clave-inicial');
});
afterEach(async () => {
  await close();
  rmSync(dir, { recursive: true, force: true });
});

test('a session survives a restart, and no token is on disk', async () => {
  const { token } = await access.signIn('admin', 'la-clave-inicial', '::1');
  const dump = JSON.stringify(await store.db.selectFrom('sessions').selectAll().execute());
  expect(dump).not.toContain(token);
  await close();
  await open(undefined);
  expect(access.authenticate(token)).toMatchObject({ user: 'admin', roles: ['admin'] });
  expect(access.setupToken()).toBeNull();
});

test('a session used now and then lives until its absolute end; an idle one ends sooner', async () => {
  const used = await access.signIn('admin', 'la-clave-inicial', '::1');
  const idle = await access.signIn('admin', 'la-clave-inicial', '::1');
  const ended: string[] = [];
  access.onSessionEnd((id) => ended.push(id));
  const usedId = access.authenticate(used.token)?.session;
  const idleId = access.authenticate(idle.token)?.session;
  for (const days of [5, 10, 13.9]) {
    now = start + days * day;
    expect(access.authenticate(used.token)).not.toBeNull();
  }
  now = start + sessionIdleMs;
  tick();
  await until('idle one swept', () => ended.includes(idleId ?? ''));
  expect(access.authenticate(idle.token)).toBeNull();
  for (const days of [20, 29.9]) {
    now = start + days * day;
    expect(access.authenticate(used.token)).not.toBeNull();
  }
  now = start + sessionMaxMs;
  expect(access.authenticate(used.token)).toBeNull();
  expect(ended).toEqual([idleId, usedId]);
});

test('the last use is kept across a restart', async () => {
  const { token } = await access.signIn('admin', 'la-clave-inicial', '::1');
  now = start + 10 * day;
  access.authenticate(token);
  await close();
  now = start + 20 * day;
  await open(undefined);
  expect(access.authenticate(token)).not.toBeNull();
});

test('a session that expired while the server was off does not come back, not even on disk', async () => {
  const { token } = await access.signIn('admin', 'la-clave-inicial', '::1');
  await close();
  now = start + sessionIdleMs + 1;
  await open(undefined);
  expect(access.authenticate(token)).toBeNull();
  expect(await store.db.selectFrom('sessions').selectAll().execute()).toEqual([]);
});

test('STUDIO_ADMIN_PASSWORD sets the password only while nobody administers, and the log says so', async () => {
  await close();
  const said: string[] = [];
  const log = { ...silentLog, info: (_: object, message: string) => void said.push(message) };
  await open('otra-clave-larga', log);
  expect(said.join()).toMatch(/ignored/);
  await expect(access.signIn('admin', 'otra-clave-larga', '::1')).rejects.toMatchObject({
    code: 'unauthenticated',
  });
  await access.signIn('admin', 'la-clave-inicial', '::1');
  expect(JSON.stringify(said)).not.toContain('otra-clave');
});

test('a link printed by an earlier start opens nothing; each start prints its own', async () => {
  await close();
  rmSync(dir, { recursive: true, force: true });
  await open(undefined);
  const first = access.setupToken() ?? '';
  await close();
  await open(undefined);
  const second = access.setupToken() ?? '';
  expect(second).not.toBe(first);
  await expect(access.setUp(first, 'clave-larga-1', '::1')).rejects.toMatchObject({
    code: 'forbidden',
  });
  expect(await access.setUp(second, 'clave-larga-2', '::1')).toMatchObject({ user: 'admin' });
  await close();
  await open(undefined);
  expect(access.setupToken()).toBeNull();
});

test('people come, change and go; the state follows and hashes stay inside', async () => {
  const { handlers } = access;
  const ana = { user: 'ana', name: 'Ana', password: 'clave-de-ana', roles: ['operator' as const] };
  await handlers['people.create'](ana, context);
  await expect(handlers['people.create'](ana, context)).rejects.toMatchObject({ code: 'conflict' });
  expect(state.get().people['ana']).toEqual({
    user: 'ana',
    name: 'Ana',
    roles: ['operator'],
    online: 0,
  });
  const { token } = await access.signIn('ana', 'clave-de-ana', '::1');
  await handlers['people.update']({ user: 'ana', name: 'Ana María' }, context);
  expect(access.authenticate(token)).toMatchObject({ name: 'Ana María' });
  await handlers['people.update']({ user: 'ana', password: 'clave-nueva-ana' }, context);
  expect(access.authenticate(token)).toBeNull();
  const again = await access.signIn('ana', 'clave-nueva-ana', '::1');
  await handlers['people.remove']({ user: 'ana' }, context);
  expect(access.authenticate(again.token)).toBeNull();
  expect(state.get().people).not.toHaveProperty('ana');
  for (const gone of [
    () => handlers['people.remove']({ user: 'ana' }, context),
    () => handlers['people.update']({ user: 'ana', name: 'x' }, context),
  ]) {
    await expect(gone()).rejects.toMatchObject({ code: 'notFound' });
  }
  expect(JSON.stringify(state.get())).not.toContain('argon2');
});

test('the last administrator can be neither removed nor demoted, not even by two at once', async () => {
  const { handlers } = access;
  const demote = (user: string) => handlers['people.update']({ user, roles: ['viewer'] }, context);
  await expect(demote('admin')).rejects.toMatchObject({ code: 'conflict' });
  await expect(handlers['people.remove']({ user: 'admin' }, context)).rejects.toMatchObject({
    code: 'conflict',
  });
  const luz = { user: 'luz', name: 'Luz', password: 'clave-de-luz', roles: ['admin' as const] };
  await handlers['people.create'](luz, context);
  const both = await Promise.allSettled([demote('admin'), demote('luz')]);
  expect(both.map((r) => r.status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

test('many right sign-ins at once all get in; wrong ones at once are stopped at the limit', async () => {
  const right = await Promise.all(
    Array.from({ length: 20 }, () => access.signIn('admin', 'la-clave-inicial', '10.0.0.1')),
  );
  expect(new Set(right.map((s) => s.token)).size).toBe(20);
  const wrong = await Promise.allSettled(
    Array.from({ length: 20 }, () => access.signIn('admin', 'no-es-esta', '10.0.0.2')),
  );
  const codes = wrong.map((r) =>
    r.status === 'rejected' ? (r.reason as { code: string }).code : 'in',
  );
  expect(codes.filter((c) => c === 'unauthenticated')).toHaveLength(5);
  expect(codes.filter((c) => c === 'rateLimited')).toHaveLength(15);
  // From elsewhere the owner of the account still gets in.
  await access.signIn('admin', 'la-clave-inicial', '10.0.0.3');
  now += 5 * 60_000;
  await access.signIn('admin', 'la-clave-inicial', '10.0.0.2');
});

test('sign-ins leave evidence, good and bad, without the password or what was typed as a name', async () => {
  await access.signIn('admin', 'la-clave-inicial', '10.0.0.1');
  await access.signIn('clave-en-el-campo', 'x', '10.0.0.1').catch(() => undefined);
  const lines = await audit.list(10);
  expect(lines.map((l) => [l.actor, l.action, l.ok])).toEqual([
    ['unknown', 'session.open', false],
    ['admin', 'session.open', true],
  ]);
  expect(JSON.stringify(lines)).not.toMatch(/clave/);
});

test('evidence that cannot be written raises an alarm and stops nobody', async () => {
  const broken = createAuditLog({
    store: {
      db: store.db,
      writeNow: () => {
        throw new Error('disk full');
      },
    },
    clock,
    log: silentLog,
    alarms: createAlarms(state, clock),
  });
  broken.record({ actor: 'grid', action: 'grid.take', reason: 'slot', ok: true });
  expect(state.get().alarms['audit.write']).toMatchObject({ severity: 'critical' });
  audit.record({ actor: 'grid', action: 'grid.take', reason: 'slot', ok: true });
  expect(state.get().alarms['audit.write']).toMatchObject({ clearedAt: now });
});

test('audit pages backwards by id', async () => {
  for (let i = 0; i < 5; i += 1) {
    audit.record({ actor: 'grid', action: 'grid.take', reason: `n${i}`, ok: true });
  }
  const { handlers } = access;
  const first = await handlers['audit.list']({ limit: 2 }, context);
  expect(first.entries.map((e) => e.reason)).toEqual(['n4', 'n3']);
  const next = await handlers['audit.list']({ limit: 2, before: first.entries[1]?.id }, context);
  expect(next.entries.map((e) => e.reason)).toEqual(['n2', 'n1']);
});
