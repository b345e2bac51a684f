// Who may do what, over both edges, generated from the registry; and how sessions travel and end.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commands } from '../../server/contract/commands.ts';
import type { Role } from '../../server/contract/roles.ts';
import type { CommandAnswer } from '../../server/contract/socket.ts';
import { until } from '../kit/until.ts';
import {
  adminPassword,
  call,
  commandNames,
  next,
  openRoom,
  type Room,
  type StudioSocket,
} from './web-room.ts';

let room: Room;
const tokens: Partial<Record<Role, string>> = {};
const roles: Role[] = ['admin', 'operator', 'producer', 'field', 'viewer'];
const allowed: Record<Role, Role[]> = {
  admin: ['admin'],
  operator: ['admin', 'operator'],
  producer: ['admin', 'producer'],
  field: ['admin', 'field'],
  viewer: ['admin', 'operator', 'producer', 'viewer'],
};

beforeAll(async () => {
  room = await openRoom();
  for (const role of roles) tokens[role] = await room.person(`p-${role}`, [role]);
});
afterAll(() => room.close());

const sessionUrl = () => `${room.url}/api/v1/session`;
const commandUrl = (name: string) => `${room.url}/api/v1/commands/${name}`;

function ask(socket: StudioSocket, name: string, input: unknown): Promise<CommandAnswer> {
  return socket.timeout(20_000).emitWithAck('command', name as never, input as never);
}

test.each(commandNames)('%s: exactly its roles may, over REST', async (name) => {
  const nobody = await call(commandUrl(name), 'POST', { body: {} });
  expect(nobody).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  for (const role of roles) {
    const answer = await call(commandUrl(name), 'POST', {
      token: tokens[role] ?? '',
      // Never valid: whoever is let in changes nothing here.
      body: { nonsense: true },
    });
    const expected = allowed[commands[name].role].includes(role) ? [400, 503, 200] : [403];
    expect(expected, `${role}: ${JSON.stringify(answer.body)}`).toContain(answer.status);
  }
});

test.each(roles)('role %s: the socket allows exactly what REST allows', async (role) => {
  const socket = room.socket(tokens[role] ?? '');
  await next(socket, 'snapshot');
  for (const name of commandNames) {
    const answer = await ask(socket, name, { nonsense: true });
    const denied = !answer.ok && answer.code === 'forbidden';
    expect(denied, `${name}: ${JSON.stringify(answer)}`).toBe(
      !allowed[commands[name].role].includes(role),
    );
  }
  socket.close();
});

test('the socket refuses nobody, a wrong token, the root and unknown namespaces', async () => {
  for (const token of [null, 'x'.repeat(43), '']) {
    const error = await next<Error & { data?: { code: string } }>(
      room.socket(token),
      'connect_error',
    );
    expect(error.data?.code).toBe('unauthenticated');
  }
  const { io } = await import('socket.io-client');
  for (const path of ['/', '/other']) {
    const socket = io(`${room.url}${path}`, {
      auth: { token: tokens.admin },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    await next(socket, 'connect_error');
    socket.close();
  }
});

test('the cookie is HttpOnly, same-site, for the whole site, and Secure exactly over https', async () => {
  const body = { user: 'admin', password: adminPassword };
  const plain = await call(sessionUrl(), 'POST', { body });
  const cookie = plain.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/^studio_session=[\w-]{43};/);
  for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Path=/']) {
    expect(cookie).toContain(attribute);
  }
  expect(cookie).not.toContain('Secure');
  const proxied = await call(sessionUrl(), 'POST', {
    body,
    headers: { 'x-forwarded-proto': 'https' },
  });
  expect(proxied.headers.get('set-cookie')).toContain('Secure');
});

test('a change asked with the cookie needs our own page; reading and bearer tokens do not', async () => {
  const cookie = `studio_session=${await room.adminToken()}`;
  const host = new URL(room.url).host;
  const tryWith = async (headers: Record<string, string>) =>
    (await call(commandUrl('audit.list'), 'POST', { body: {}, headers: { cookie, ...headers } }))
      .status;
  expect(await tryWith({})).toBe(403);
  expect(await tryWith({ origin: 'http://evil.example' })).toBe(403);
  expect(await tryWith({ origin: 'null' })).toBe(403);
  expect(await tryWith({ 'sec-fetch-site': 'cross-site' })).toBe(403);
  expect(await tryWith({ 'sec-fetch-site': 'same-site', origin: `http://${host}` })).toBe(403);
  expect(await tryWith({ origin: `http://${host}` })).toBe(200);
  expect(await tryWith({ 'sec-fetch-site': 'same-origin' })).toBe(200);
  expect((await call(sessionUrl(), 'GET', { headers: { cookie } })).body).toEqual({
    user: 'admin',
    name: 'Administración',
    roles: ['admin'],
  });
  const bearer = await call(commandUrl('audit.list'), 'POST', {
    body: {},
    token: tokens.viewer ?? '',
    headers: { origin: 'http://evil.example' },
  });
  expect(bearer.status).toBe(200);
});

test('another site can neither sign in nor open the socket', async () => {
  const headers = { origin: 'http://evil.example' };
  const body = { user: 'admin', password: adminPassword };
  expect((await call(sessionUrl(), 'POST', { body, headers })).status).toBe(403);
  const cookie = `studio_session=${await room.adminToken()}`;
  const foreign = room.socket(null, { extraHeaders: { ...headers, cookie } });
  await next(foreign, 'connect_error');
  const own = room.socket(null, { extraHeaders: { origin: room.url, cookie } });
  await next(own, 'snapshot');
  const response = await fetch(`${room.url}/socket.io/?EIO=4&transport=polling`, { headers });
  expect(response.status).toBe(403);
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
});

test('signing out ends the token everywhere at once, and the screens that use it', async () => {
  const token = await room.adminToken();
  const socket = room.socket(token);
  await next(socket, 'snapshot');
  const out = next(socket, 'signedOut');
  const gone = next(socket, 'disconnect');
  expect((await call(sessionUrl(), 'DELETE', { token })).status).toBe(204);
  await Promise.all([out, gone]);
  expect((await call(sessionUrl(), 'GET', { token })).status).toBe(401);
  const again = await next<Error & { data?: { code: string } }>(
    room.socket(token),
    'connect_error',
  );
  expect(again.data?.code).toBe('unauthenticated');
});

test('losing a role ends the screen at once; changing one’s own password still gets its answer', async () => {
  const token = await room.person('rotada', ['operator']);
  const socket = room.socket(token);
  await next(socket, 'snapshot');
  const gone = next(socket, 'signedOut');
  const admin = room.socket(await room.adminToken());
  await next(admin, 'snapshot');
  const update = await ask(admin, 'people.update', { user: 'rotada', roles: ['viewer'] });
  expect(update).toMatchObject({ ok: true });
  await gone;
  await until('disconnected', () => !socket.connected);

  const own = await room.person('jefa', ['admin']);
  const hers = room.socket(own);
  await next(hers, 'snapshot');
  const left = next(hers, 'signedOut');
  const answer = await ask(hers, 'people.update', { user: 'jefa', password: 'otra-clave-larga' });
  expect(answer).toMatchObject({ ok: true });
  await left;
  await until('disconnected', () => !hers.connected);
});

test('state.people counts the screens of each person', async () => {
  const token = await room.person('contada', ['viewer']);
  const online = () => room.state.get().people['contada']?.online;
  expect(online()).toBe(0);
  const one = room.socket(token);
  const two = room.socket(token);
  await Promise.all([next(one, 'snapshot'), next(two, 'snapshot')]);
  expect(online()).toBe(2);
  one.close();
  await until('one left', () => online() === 1);
  two.close();
  await until('nobody left', () => online() === 0);
});

test('metrics: this machine or signed in; what came through a proxy must sign in', async () => {
  expect((await fetch(`${room.url}/metrics`)).status).toBe(200);
  const proxied = { 'x-forwarded-for': '203.0.113.9' };
  expect((await call(`${room.url}/metrics`, 'GET', { headers: proxied })).status).toBe(401);
  const text = await call(`${room.url}/metrics`, 'GET', {
    headers: proxied,
    token: tokens.viewer ?? '',
  });
  expect(text.status).toBe(200);
  expect(String(text.body['text'])).toMatch(
    /studio_commands_total\{command="audit.list",code="ok"\}/,
  );
});
