// Those who stop in the middle of it and those who are too many: the ingest lets go of them in time.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rtmpClient, rtmpMessage, videoFrame } from '../kit/rtmp-client.ts';
import { paced } from '../kit/slowness.ts';
import { until } from '../kit/until.ts';
import { keys, readFlv, startIngest, type TestIngest } from './ingest-harness.ts';
import { besieged, type Besieged } from './ingest-siege.ts';

let t: TestIngest;
let publisher: Besieged['publisher'];
let unharmed: Besieged['unharmed'];
const feed = (id: string) => t.ingest.report().feeds[id];

beforeAll(async () => {
  t = await startIngest();
  ({ publisher, unharmed } = besieged(t));
});
afterAll(() => t.close());

describe('those who stop', () => {
  // Its waits go by while the players below are fed.
  it.concurrent(
    'a silent connection is closed, a stalled publisher loses its path and frees the key, all within 15 s',
    async () => {
      const limit = await paced();
      const began = performance.now();
      const silent = connect(t.port, '127.0.0.1');
      let silentClosed = false;
      silent.on('error', () => undefined);
      silent.on('close', () => {
        silentClosed = true;
      });
      // Says just enough, now and then, to look alive.
      const slow = await rtmpClient(t.port);
      slow.connectApp('field');
      const stalled = await publisher('two');
      stalled.message(9, 0, videoFrame(true, Buffer.alloc(50)));
      // Bytes keep coming, pictures do not.
      const trickle = setInterval(() => {
        slow.command('getStreamLength', null, 'x');
        stalled.message(3, 0, Buffer.from([0, 0, 0, 1]), { cid: 2, stream: 0 });
      }, 300);
      try {
        await until('the feed is on', () => feed('two')?.stream);
        await until('the stalled publisher lost its path', () => !feed('two')?.connected, 15_000);
        expect(feed('two')?.lastEnd?.reason).toBe('idle');
        await stalled.untilClosed();
        await slow.untilClosed();
        await until('the silent one was closed', () => silentClosed);
        const next = await publisher('two');
        const took = performance.now() - began;
        next.end();
        expect(took).toBeLessThan(await limit(15_000));
      } finally {
        clearInterval(trickle);
      }
    },
  );

  it.concurrent(
    'stopped players are closed and memory stays bounded, while a reader misses nothing',
    async () => {
      const live = await publisher('one');
      live.message(9, 0, videoFrame(true, Buffer.alloc(100)));
      await until('the feed is on', () => feed('one')?.stream);
      const stoppedRtmp = await rtmpClient(t.port);
      stoppedRtmp.connectApp('field');
      stoppedRtmp.play(`one?k=${keys.play}`);
      await stoppedRtmp.expect('NetStream.Play.Start');
      stoppedRtmp.socket.pause();
      const { host, port } = new URL(t.flvUrl('x'));
      const stoppedHttp = connect(Number(port), '127.0.0.1');
      let httpClosed = false;
      stoppedHttp.on('error', () => undefined);
      stoppedHttp.on('close', () => {
        httpClosed = true;
      });
      stoppedHttp.write(`GET /field/one.flv?k=${keys.play} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      stoppedHttp.pause();
      const reader = readFlv(t.flvUrl('field/one', keys.play));
      await until('the reader joined', () => reader.tags.length > 0);

      const before = t.memoryMb();
      let most = before;
      const frames = 600;
      const payload = Buffer.alloc(250_000, 7);
      for (let i = 1; i <= frames; i += 1) {
        live.message(9, i * 40, videoFrame(i % 10 === 0, payload));
        if (i % 20 === 0) {
          await until('the reader keeps up', () => reader.tags.length >= i - 20, 20_000);
          most = Math.max(most, t.memoryMb());
        }
      }
      await until('the reader got everything', () => reader.tags.length === frames + 1, 20_000);
      // 150 MB went by; two players kept for ever would hold 300.
      expect(most - before).toBeLessThan(150);
      stoppedHttp.resume();
      stoppedRtmp.socket.resume();
      await until('both were closed', () => httpClosed && stoppedRtmp.closed());
      expect(stoppedRtmp.receivedBytes()).toBeLessThan(60 * 2 ** 20);
      expect(feed('one')?.connected).toBe(true);
      reader.close();
      live.end();
      await until('the path is free again', () => !feed('one')?.connected);
    },
  );

  it('an admitted publisher cannot make it hold more than its share', async () => {
    const before = t.memoryMb();
    const greedy = await publisher('one');
    // One unfinished message of 7 MB on each chunk stream.
    for (let cid = 3; cid < 60; cid += 1) {
      greedy.send(rtmpMessage(9, 0, Buffer.alloc(100), { cid, stream: 1, length: 7 * 2 ** 20 }));
    }
    await greedy.untilClosed();
    expect(t.memoryMb() - before).toBeLessThan(100);
    const huge = await publisher('two');
    huge.send(rtmpMessage(9, 0, Buffer.alloc(100), { stream: 1, length: 12 * 2 ** 20 }));
    await huge.untilClosed();
    await unharmed();
  });
});

describe('too many at once', () => {
  it('are refused beyond the limit, and let in again after', async () => {
    const small = await startIngest({ limits: { local: 5, pendingMs: 60_000 } });
    try {
      const clients = await Promise.all(Array.from({ length: 5 }, () => rtmpClient(small.port)));
      await expect(rtmpClient(small.port)).rejects.toThrow('closed');
      clients[0]?.end();
      const next = await until('one more fits', () => rtmpClient(small.port));
      for (const client of [...clients, next]) client.end();
      await until('it was counted', () => small.ingest.report().refused > 0);
    } finally {
      await small.close();
    }
  });
});
