// The first start: a one-time link sets the first administrator's password, once.
import { afterEach, expect, test } from 'vitest';
import { call, openRoom, type Room } from './web-room.ts';

let room: Room;
afterEach(() => room.close());

const password = 'la-primera-clave';
const setUp = (token: string, word = password) =>
  call(`${room.url}/api/v1/setup`, 'POST', { body: { token, password: word } });

test('the link works once, signs in, and nothing of it is stored in clear', async () => {
  room = await openRoom({ adminPassword: undefined });
  const token = room.access.setupToken() ?? '';
  expect(token).toMatch(/^[\w-]{43}$/);
  const stored = await room.store.db.selectFrom('setup_tokens').selectAll().execute();
  expect(JSON.stringify(stored)).not.toContain(token);
  expect(room.state.get().people).toEqual({});

  expect((await setUp('x'.repeat(43))).body['code']).toBe('forbidden');
  expect((await setUp(token, 'short')).body).toMatchObject({
    code: 'invalid',
    context: { issues: [{ path: 'password' }] },
  });
  const [one, two] = await Promise.all([setUp(token), setUp(token, 'otra-clave-larga')]);
  expect(one.status + two.status).toBe(200 + 403);
  const winner = one.status === 200 ? one : two;
  expect(winner.body).toMatchObject({ user: 'admin', roles: ['admin'] });
  expect(winner.headers.get('set-cookie')).toContain('studio_session=');
  expect(room.access.setupToken()).toBeNull();
  expect((await setUp(token)).body['code']).toBe('forbidden');
  expect(room.state.get().people).toHaveProperty('admin');
});

test('with STUDIO_ADMIN_PASSWORD there is no link', async () => {
  room = await openRoom();
  expect(room.access.setupToken()).toBeNull();
  expect((await setUp('x'.repeat(43))).status).toBe(403);
});
