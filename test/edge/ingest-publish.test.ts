// Real encoders and players against the real ingest: what is measured, what is seen when they go.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { rtmpClient, videoFrame } from '../kit/rtmp-client.ts';
import { paced } from '../kit/slowness.ts';
import { until } from '../kit/until.ts';
import { createGuests } from './ingest-guests.ts';
import { keys, runFfmpeg, startIngest, type TestIngest } from './ingest-harness.ts';

let t: TestIngest;
const guests = createGuests();
const { running, push, read } = guests;
const feed = (id: string) => t.ingest.report().feeds[id];

beforeAll(async () => {
  t = await startIngest();
});
afterEach(() => guests.leave(t));
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
    await until('its end is told', () => feed('one')?.lastEnd);
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
