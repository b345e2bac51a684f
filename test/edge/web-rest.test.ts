// REST as programs meet it: every failure is problem+json in both languages, and the page is served safely.
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import express from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { failureCode, httpStatus } from '../../server/contract/failures.ts';
import { studioState } from '../../server/contract/state.ts';
import { StudioError } from '../../server/core/errors.ts';
import { adminPassword, call, commandNames, openRoom, type Room } from './web-room.ts';

let room: Room;
let token: string;
let ready = true;
beforeAll(async () => {
  const publicRoutes = express.Router();
  publicRoutes.get('/programacion', (_req, res) => void res.send('guía'));
  room = await openRoom({
    publicRoutes,
    ready: () => ready,
    handlers: () => ({
      'switcher.cut': () =>
        Promise.reject(
          new StudioError(
            'conflict',
            { es: 'Cambió', en: 'It moved' },
            { context: { present: 'Estudio' } },
          ),
        ),
      'switcher.panic': () => {
        throw new TypeError('a programming error with secrets');
      },
      'output.create': async () => ({ id: 'fb-1', key: 'must-not-leave' }) as { id: string },
      'field.show': async () => ({ wrong: true }) as never,
      'switcher.preview': async () => ({ scene: 'no preview here' }) as never,
    }),
  });
  token = await room.adminToken();
});
afterAll(() => room.close());

const command = (name: string, body?: unknown, more: object = {}) =>
  call(`${room.url}/api/v1/commands/${name}`, 'POST', { token, body, ...more });

test('every failure over REST has the code, both languages and the status of its code', async () => {
  const seen = [
    await command('no.such', {}),
    await command('switcher.cut', { scene: 'A', expectProgram: 'B' }),
    await command('switcher.panic', {}),
    await command('switcher.cut', { scene: 7 }),
    await command('output.start', { id: 'x' }),
    await command('output.start', { id: 'x' }, { token: 'wrong' }),
    await call(`${room.url}/api/v1/nothing`, 'GET'),
    await call(`${room.url}/api/nothing`, 'GET'),
    await call(`${room.url}/api/v1/state`, 'GET'),
    await call(`${room.url}/api/v1/state`, 'GET', { token: '' }),
    await command('output.start', undefined, { text: '{"id":' }),
    await command('output.start', undefined, { text: 'null' }),
    await command('output.start', undefined, { text: JSON.stringify('x'.repeat(1_100_000)) }),
    await command('output.start', undefined, {
      text: 'id=x',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }),
    await call(`${room.url}/api/v1/commands/%E0%A4%A`, 'POST', { token }),
  ];
  expect(seen.map((s) => s.body['code'])).toEqual([
    'notFound',
    'conflict',
    'internal',
    'invalid',
    'unavailable',
    'unauthenticated',
    'notFound',
    'notFound',
    'unauthenticated',
    'unauthenticated',
    'invalid',
    'invalid',
    'invalid',
    'invalid',
    'invalid',
  ]);
  for (const { status, headers, body } of seen) {
    expect(headers.get('content-type')).toContain('application/problem+json');
    const code = failureCode.parse(body['code']);
    expect(status).toBe(httpStatus[code]);
    expect(body).toMatchObject({ type: 'about:blank', status, detail: body['message'] });
    expect(body['message']).toBeTruthy();
    expect(body['messageEn']).toBeTruthy();
  }
  expect(seen[1]?.body).toMatchObject({ ok: false, context: { present: 'Estudio' } });
  expect(seen[1]?.body['rev']).toBeTypeOf('number');
  expect(JSON.stringify(seen[2]?.body)).not.toContain('secrets');
  expect(seen[3]?.body).toMatchObject({
    context: { issues: [{ path: 'scene' }, { path: 'expectProgram' }] },
  });
});

test('what the contract does not name never leaves; an output that breaks the contract is our fault', async () => {
  const created = await command('output.create', { name: 'Facebook', profile: 'facebook-live' });
  expect(created.body).toEqual({ ok: true, output: { id: 'fb-1' }, rev: expect.any(Number) });
  expect(await command('field.show', { id: 'a', feed: 'b' })).toMatchObject({
    body: { ok: true, output: {} },
  });
  expect((await command('switcher.preview', { scene: 'A' })).body['code']).toBe('internal');
});

test('a command without a body has no input', async () => {
  expect((await command('library.list')).body['code']).toBe('unavailable');
});

test('state is whole and valid', async () => {
  const { body } = await call(`${room.url}/api/v1/state`, 'GET', { token });
  expect(body['rev']).toBeTypeOf('number');
  expect(studioState.parse(body['state'])).toEqual(body['state']);
});

test('wrong words are refused alike for everybody, and guessing becomes slow with the time to wait', async () => {
  const sign = (user: string, password: string) =>
    call(`${room.url}/api/v1/session`, 'POST', { body: { user, password } });
  await room.person('ana', ['viewer']);
  const known = await sign('ana', 'not-her-password');
  const unknown = await sign('nobody-here', 'not-her-password');
  expect(known.body).toEqual(unknown.body);
  expect(known).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  for (let i = 0; i < 4; i += 1) await sign('ana', 'not-her-password');
  const slow = await sign('ana', 'clave-de-ana');
  expect(slow).toMatchObject({ status: 429, body: { code: 'rateLimited' } });
  expect(Number(slow.headers.get('retry-after'))).toBeGreaterThan(0);
  // Others behind the same address still get in.
  expect((await sign('ADMIN ', adminPassword)).status).toBe(200);
});

test('probes: alive at once, ready only when everything is, with the parts', async () => {
  expect((await call(`${room.url}/healthz`, 'GET')).body).toEqual({ ok: true });
  room.state.change((draft) => {
    draft.parts.store = { state: 'ok', text: 'sí', textEn: 'yes', since: 1 };
  });
  expect(await call(`${room.url}/readyz`, 'GET')).toMatchObject({
    status: 200,
    body: { ready: true, parts: { store: 'ok' } },
  });
  ready = false;
  expect(await call(`${room.url}/readyz`, 'GET')).toMatchObject({
    status: 503,
    body: { ready: false },
  });
  ready = true;
});

test('the OpenAPI document covers every command, with input, output and every failure', async () => {
  const { status, body } = await call(`${room.url}/api/v1/openapi.json`, 'GET');
  expect(status).toBe(200);
  expect(body['openapi']).toMatch(/^3\.1/);
  const paths = body['paths'] as Record<string, Record<string, Operation>>;
  interface Operation {
    operationId: string;
    summary: string;
    requestBody: { content: { 'application/json': { schema: object } } };
    responses: Record<string, { description: string; content: object }>;
  }
  const listed = Object.keys(paths).filter((p) => p.startsWith('/api/v1/commands/'));
  expect(listed.toSorted()).toEqual(commandNames.map((n) => `/api/v1/commands/${n}`).toSorted());
  const ids = new Set<string>();
  for (const path of listed) {
    const operation = paths[path]?.['post'];
    if (!operation) throw new Error(`no post at ${path}`);
    ids.add(operation.operationId);
    expect(operation.summary.length).toBeGreaterThan(5);
    expect(operation.requestBody.content['application/json'].schema).toBeTypeOf('object');
    expect(Object.keys(operation.responses).toSorted()).toEqual(
      ['200', ...Object.values(httpStatus).map(String)].toSorted(),
    );
  }
  expect(ids.size).toBe(listed.length);
  // Every reference points at something.
  const text = JSON.stringify(body);
  for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
    expect(Object.keys((body['components'] as { schemas: object }).schemas)).toContain(name);
  }
});

test('the page: compressed as built, hashed files for ever, index for every view, nothing outside', async () => {
  const none = await call(`${room.url}/`, 'GET');
  expect(none.status).toBe(503);
  mkdirSync(join(room.pageDir, 'assets'));
  writeFileSync(join(room.pageDir, 'assets', 'app-abc123.js'), 'plain');
  writeFileSync(join(room.pageDir, 'assets', 'app-abc123.js.gz'), 'gzipped');
  writeFileSync(join(room.pageDir, 'assets', 'app-abc123.js.br'), 'brotli');
  writeFileSync(join(room.dir, 'outside.js'), 'secret');
  writeFileSync(join(room.pageDir, 'index.html'), '<p>página</p>');

  for (const path of ['/', '/bienvenida?t=abc', '/index.html']) {
    const response = await fetch(`${room.url}${path}`);
    expect(await response.text()).toBe('<p>página</p>');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    const again = await fetch(`${room.url}${path}`, {
      headers: {
        'if-none-match': response.headers.get('etag') ?? '',
        'cache-control': 'max-age=0',
      },
    });
    expect(again.status).toBe(304);
  }
  const asset = (encoding: string) =>
    raw(`${room.url}/assets/app-abc123.js`, { 'accept-encoding': encoding });
  expect(await asset('gzip, br')).toMatchObject({ body: 'brotli', encoding: 'br' });
  expect(await asset('gzip')).toMatchObject({ body: 'gzipped', encoding: 'gzip' });
  expect(await asset('identity')).toMatchObject({ body: 'plain', encoding: undefined });
  expect((await asset('br')).cache).toBe('public, max-age=31536000, immutable');
  expect((await fetch(`${room.url}/assets/gone.js`)).status).toBe(404);
  for (const path of ['/../outside.js', '/%2e%2e/outside.js', '/assets/..%2f..%2foutside.js']) {
    const answer = await raw(`${room.url}${path}`, {}, path);
    expect(answer.body).not.toContain('secret');
  }
  expect(await (await fetch(`${room.url}/programacion`)).text()).toBe('guía');
});

test('security headers: a strict policy, and nothing that forces https on the station’s own network', async () => {
  const { headers } = await fetch(`${room.url}/`);
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'self'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain(`connect-src 'self' ws://${new URL(room.url).host}`);
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('upgrade-insecure-requests');
  expect(headers.get('strict-transport-security')).toBeNull();
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-powered-by')).toBeNull();
});

test('a port that is taken is named, with how to change it', async () => {
  const port = Number(new URL(room.url).port);
  const { createWeb } = await import('../../server/web/web.ts');
  const other = await openRoom();
  const web = createWeb({
    ...other,
    clock: (await import('../../server/core/clock.ts')).systemClock(),
    log: (await import('../../server/core/log.ts')).silentLog,
    handlers: {} as never,
    signals: { watchThumbnails: () => () => undefined, watchMeters: () => () => undefined },
    monitorUrl: () => null,
    publicRoutes: express.Router(),
    ready: () => true,
    version: '0',
  });
  const error = await web.listen('127.0.0.1', port).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(StudioError);
  expect((error as StudioError).words.es).toMatch(new RegExp(`${port}.*STUDIO_PORT`));
  await web.close();
  await other.close();
});

/** A request whose path is sent as written and whose body is not decompressed. */
function raw(
  url: string,
  headers: Record<string, string>,
  path?: string,
): Promise<{ body: string; encoding: string | undefined; cache: string | undefined }> {
  return new Promise((resolve, reject) => {
    request(url, { headers, agent: false, ...(path ? { path } : {}) }, (res) => {
      let body = '';
      res.on('data', (d: Buffer) => (body += d.toString()));
      res.on('end', () =>
        resolve({
          body,
          encoding: res.headers['content-encoding'],
          cache: res.headers['cache-control'],
        }),
      );
    })
      .on('error', reject)
      .end();
  });
}
