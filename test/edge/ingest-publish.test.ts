// Real encoders and players against the real ingest: who gets in, what is measured, what is seen when they go.
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { rtmpClient, videoFrame } from '../kit/rtmp-client.ts';
import { paced } from '../kit/slowness.ts';
import { until } from '../kit/until.ts';
import {
  keys,
  pushTest,
  readFlv,
  runFfmpeg,
  startIngest,
  type FlvReader,
  type Push,
  type TestIngest,
} from './ingest-harness.ts';

let t: TestIngest;
const running: Push[] = [];
const readers: FlvReader[] = [];
const push = (url: string): Push => {
  const started = pushTest(url);
  running.push(started);
  return started;
};
const read = (url: string, headers?: Record<string, string>): FlvReader => {
  const reader = readFlv(url, headers);
  readers.push(reader);
  return reader;
};
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
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.close();
  await Promise.all(running.splice(0).map((p) => p.kill()));
  t.ingest.apply(t.order);
  await until(
    'nobody publishes',
    () => !feed('one')?.connected && !feed('two')?.connected && !t.ingest.report().program,
  );
});
afterAll(() => t.close());

describe('a program with the right key', () => {
  it('is measured, plays over HTTP-FLV from headers and a key frame, and ends when it ends', async () => {
    const waiting = read(t.ingest.programFlvUrl() ?? '');
    push(t.url('program/main', keys.program));
    // The bitrate is of the last second by the clock: an encoder that starts late brings it late.
    const facts = await until(
      'the program is measured',
      () => {
        const stream = t.ingest.report().program?.stream;
        return stream?.fps && stream.keyframeSeconds && stream.bitrateKbps > 100 ? stream : null;
      },
      20_000,
    );
    expect(facts).toMatchObject({
      videoCodec: 'h264',
      audioCodec: 'aac',
      width: 640,
      height: 360,
      keyframeSeconds: 1,
    });
    expect(facts.fps).toBeGreaterThan(29);
    expect(facts.fps).toBeLessThan(31);

    const { url, headers } = t.ingest.programFlv() ?? { url: '', headers: {} };
    expect(url).not.toContain(keys.play);
    const joined = read(url, headers);
    await until('both readers get pictures and sound', () =>
      [waiting, joined].every((r) => r.tags.some((tag) => tag.type === 8) && r.tags.length > 40),
    );
    for (const reader of [waiting, joined]) {
      const video = reader.tags.filter((tag) => tag.type === 9);
      expect(video[0]?.body.subarray(0, 2)).toEqual(Buffer.from([0x17, 0]));
      expect(video[1]?.body.subarray(0, 2)).toEqual(Buffer.from([0x17, 1]));
      const audio = reader.tags.filter((tag) => tag.type === 8);
      expect(audio[0]?.body.subarray(0, 2)).toEqual(Buffer.from([0xaf, 0]));
      const script = reader.tags.find((tag) => tag.type === 18);
      expect(script?.body.subarray(3, 13).toString()).toBe('onMetaData');
    }
    await running[0]?.kill();
    await until('the readers see the end', () => waiting.ended() && joined.ended(), 2000);
    await until('it is told', () => t.ingest.report().program === null, 1000);
  });
});

describe('a field feed with the right key', () => {
  it('appears with its facts, plays over RTMP, and its loss is told within a second', async () => {
    const phone = push(t.url('field/one', keys.one));
    await until('the feed is measured', () => feed('one')?.stream?.width === 640);
    expect(feed('one')).toMatchObject({ connected: true, remote: '127.0.0.1', lastEnd: null });
    expect(feed('two')?.connected).toBe(false);

    const player = runFfmpeg(
      `-rw_timeout 30000000 -i ${t.url('field/one', keys.play)} -frames:v 20 -f null -`,
    );
    running.push(player);
    await until('the player decoded 20 pictures', () => player.ended(), 20_000);
    expect([player.exit(), player.stderr()]).toEqual([0, '']);

    const limit = await paced();
    let toldAt = 0;
    const stop = t.ingest.onChange(() => {
      if (toldAt === 0 && !feed('one')?.connected) toldAt = performance.now();
    });
    const killedAt = performance.now();
    await phone.kill();
    await until('the loss is told', () => toldAt > 0, 1000);
    stop();
    expect(toldAt - killedAt).toBeLessThan(await limit(1000));
    expect(feed('one')?.lastEnd?.reason).toBe('closed');
  });

  it('keeps its path against a second publisher with the same key', async () => {
    push(t.url('field/one', keys.one));
    await until('the first is on', () => feed('one')?.stream?.width === 640);
    const since = feed('one')?.connectedAt;
    const second = push(t.url('field/one', keys.one));
    await until('the second is refused', () => second.ended());
    expect(second.exit()).not.toBe(0);
    expect(feed('one')).toMatchObject({ connected: true, connectedAt: since });
  });

  it('takes over at once from its own dead connection', async () => {
    const dead = await rtmpClient(t.port);
    dead.connectApp('field');
    dead.publish(`one?k=${keys.one}`);
    await dead.expect('NetStream.Publish.Start');
    dead.message(9, 0, videoFrame(true, Buffer.alloc(100)));
    const silentAt = performance.now();
    await until('the feed is on', () => feed('one')?.connected);
    // A phone that came back tries until it gets in.
    await until(
      'the newcomer got in',
      async () => {
        const back = await rtmpClient(t.port);
        back.connectApp('field');
        back.publish(`one?k=${keys.one}`);
        await back.expect('NetStream.Publish.', 2000);
        if (back.received().includes('NetStream.Publish.Start')) {
          back.end();
          return true;
        }
        back.end();
        return false;
      },
      8000,
      200,
    );
    expect(performance.now() - silentAt).toBeGreaterThan(1900);
    await dead.untilClosed();
    expect(feed('one')?.lastEnd).not.toBeNull();
  });

  it('tells a codec that cannot be shown', async () => {
    const client = await rtmpClient(t.port);
    client.connectApp('field');
    client.publish(`one?k=${keys.one}`);
    await client.expect('NetStream.Publish.Start');
    const hevc = Buffer.concat([Buffer.from([0x90]), Buffer.from('hvc1'), Buffer.alloc(30)]);
    client.message(9, 0, hevc);
    await until('HEVC is told', () => feed('one')?.stream?.videoCodec === 'hevc');
    const av1 = Buffer.concat([Buffer.from([0x90]), Buffer.from('av01'), Buffer.alloc(30)]);
    client.message(9, 40, av1);
    await until('AV1 is told', () => feed('one')?.stream?.videoCodec === 'av1');
    client.end();
  });
});

describe('timestamps', () => {
  it('pass untouched over the extended range and wrap at 2^32', async () => {
    const client = await rtmpClient(t.port);
    client.connectApp('field');
    client.publish(`one?k=${keys.one}`);
    await client.expect('NetStream.Publish.Start');
    const sent = [0xfffffe, 0xffffff, 0x1000000, 0x1000040, 0xfffffff0, 3, 40];
    client.message(9, sent[0] ?? 0, videoFrame(true, Buffer.alloc(300)));
    await until('the feed is on', () => feed('one')?.stream);
    const reader = read(t.flvUrl('field/one', keys.play));
    await until('the reader joined', () => reader.tags.length > 0);
    for (const at of sent.slice(1)) client.message(9, at, videoFrame(false, Buffer.alloc(300)));
    await until('all arrived', () => reader.tags.length === sent.length);
    expect(reader.tags.map((tag) => tag.timestamp)).toEqual(sent);
    // Deltas that accumulate past 2^32 (49 days of one session) go on from zero.
    const delta = Buffer.from([
      0x46, 0x00, 0x00, 0x28, 0x00, 0x00, 0x09, 9, 0x27, 1, 0, 0, 0, 1, 2, 3, 4,
    ]);
    client.message(9, 0xfffffff0, videoFrame(false, Buffer.alloc(4)));
    client.send(delta);
    await until('the last ones arrived', () => reader.tags.length === sent.length + 2);
    expect(reader.tags.slice(-2).map((tag) => tag.timestamp)).toEqual([0xfffffff0, 24]);
    client.end();
  });
});

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

describe('a new order', () => {
  it('closes the session of a rotated key at once, and its players; the others go on', async () => {
    push(t.url('field/one', keys.one));
    push(t.url('field/two', keys.two));
    await until('both are on', () => feed('one')?.stream && feed('two')?.stream);
    const reader = read(t.flvUrl('field/one', keys.play));
    await until('it plays', () => reader.tags.length > 0);
    const two = feed('two')?.connectedAt;
    t.ingest.apply({
      ...t.order,
      feeds: [
        { id: 'one', key: 'a-new-key-for-one' },
        { id: 'two', key: keys.two },
      ],
    });
    await until('the session was closed', () => !feed('one')?.connected, 1000);
    expect(feed('one')?.lastEnd?.reason).toBe('revoked');
    await until('the encoder noticed', () => running[0]?.ended());
    await until('the player noticed', () => reader.ended());
    const again = push(t.url('field/one', keys.one));
    await until('the old key is refused', () => again.ended());
    push(t.url('field/one', 'a-new-key-for-one'));
    await until('the new key works', () => feed('one')?.connected);
    expect(feed('two')).toMatchObject({ connected: true, connectedAt: two });
  });

  it('closes the sessions of a removed feed, and players when the play key changes', async () => {
    push(t.url('field/two', keys.two));
    await until('it is on', () => feed('two')?.stream);
    const reader = read(t.flvUrl('field/two', keys.play));
    await until('it plays', () => reader.tags.length > 0);
    t.ingest.apply({ ...t.order, playKey: 'another-play-key' });
    await until('the player was closed', () => reader.ended());
    expect(feed('two')?.connected).toBe(true);
    t.ingest.apply({ ...t.order, feeds: t.order.feeds.slice(0, 1) });
    await until('the encoder was closed', () => running[0]?.ended());
    expect(Object.keys(t.ingest.report().feeds)).toEqual(['one']);
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
