// Who is turned away from the real ingest, and where it answers at all.
import { connect } from 'node:net';
import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../kit/until.ts';
import { createGuests } from './ingest-guests.ts';
import { keys, runFfmpeg, startIngest, type TestIngest } from './ingest-harness.ts';

let t: TestIngest;
const guests = createGuests();
const { running, push, read } = guests;
const feed = (id: string) => t.ingest.report().feeds[id];

const refused = async (url: string, status: number): Promise<void> => {
  const reader = read(url);
  await until(`${status}`, () => reader.status() === status);
};
const reachable = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, host);
    socket.setTimeout(2000, () => socket.destroy());
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });

beforeAll(async () => {
  // All addresses, as in production: the test of the HTTP port needs the difference.
  t = await startIngest({ host: null });
});
afterEach(() => guests.leave(t));
afterAll(() => t.close());

describe('turned away', () => {
  it.each([
    ['the wrong key', 'field/one', 'not-the-key'],
    ["another feed's key", 'field/one', keys.two],
    ['no key', 'field/one', ''],
    ['the play key', 'program/main', keys.play],
    ['an unknown feed', 'field/three', keys.one],
    ['an unknown program', 'program/other', keys.program],
    ['an unknown application', 'live/main', keys.program],
  ])('publishing with %s', async (_what, path, key) => {
    const before = t.ingest.report().refused;
    const encoder = push(t.url(path, key));
    await until('the encoder was refused', () => encoder.ended());
    expect(encoder.exit()).not.toBe(0);
    expect(feed('one')?.connected).toBe(false);
    expect(t.ingest.report().program).toBeNull();
    await until('it was counted', () => t.ingest.report().refused === before + 1);
  });

  it('playing over HTTP without the play key, or by any other method', async () => {
    await refused(t.flvUrl('program/main'), 403);
    await refused(t.flvUrl('program/main', keys.program), 403);
    await refused(t.flvUrl('field/one', keys.one), 403);
    await refused(t.flvUrl('field/three', keys.play), 404);
    await refused(t.flvUrl('live/x', keys.play), 404);
    await refused(t.flvUrl('admin/x', keys.play), 404);
    await refused(`${new URL(t.flvUrl('x')).origin}/api/v1/streams`, 404);
    await refused(`${new URL(t.flvUrl('x')).origin}/admin/`, 404);
    const post = await new Promise<number>((resolve, reject) => {
      const sent = request(t.flvUrl('program/main', keys.play), { method: 'POST' }, (r) => {
        r.resume();
        resolve(r.statusCode ?? 0);
      });
      sent.on('error', reject);
      sent.end(Buffer.from('464c5601050000000900000000', 'hex'));
    });
    expect(post).toBe(405);
    const socket = new WebSocket(
      t.flvUrl('program/main', keys.play).replace('http', 'ws'),
      'publisher',
    );
    const answer = await new Promise<string>((resolve) => {
      socket.addEventListener('open', () => resolve('open'));
      socket.addEventListener('error', () => resolve('refused'));
    });
    expect(answer).toBe('refused');
    expect(t.ingest.report().program).toBeNull();
  });

  it.each([
    ['no key', ''],
    ['a publishing key', keys.one],
  ])('playing over RTMP with %s', async (_what, key) => {
    const player = runFfmpeg(`-rw_timeout 30000000 -i ${t.url('field/one', key)} -f null -`);
    running.push(player);
    await until('the player was refused', () => player.ended(), 20_000);
    expect(player.exit()).not.toBe(0);
  });
});

describe('the HTTP port', () => {
  it('answers on loopback only, while RTMP answers everywhere', async () => {
    const http = Number(new URL(t.flvUrl('x')).port);
    expect(await reachable('127.0.0.1', http)).toBe(true);
    // 127.0.0.2 stands for every other address: a server bound to all of them answers there.
    const others = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter((a) => !a.internal && a.family === 'IPv4')
      .map((a) => a.address);
    for (const address of ['127.0.0.2', ...others]) {
      expect([address, await reachable(address, http)]).toEqual([address, false]);
      expect([address, await reachable(address, t.port)]).toEqual([address, true]);
    }
  });
});
