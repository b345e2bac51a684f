// Strangers, broken encoders and stopped players against the ingest: it stays up, and nothing of theirs goes out.
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { amf0, rtmpClient, rtmpMessage, videoFrame, type RtmpClient } from '../kit/rtmp-client.ts';
import { until } from '../kit/until.ts';
import { keys, readFlv, startIngest, type FlvReader, type TestIngest } from './ingest-harness.ts';
import { besieged, type Besieged } from './ingest-siege.ts';

let t: TestIngest;
let publisher: Besieged['publisher'];
let unharmed: Besieged['unharmed'];
const feed = (id: string) => t.ingest.report().feeds[id];

beforeAll(async () => {
  // Longer than this machine may keep a publisher waiting: who is silent for less is not replaced.
  t = await startIngest({ limits: { takeoverMs: 8000 } });
  ({ publisher, unharmed } = besieged(t));
});
afterAll(() => t.close());

const command = (...values: unknown[]): Buffer => rtmpMessage(20, 0, amf0(...values));

describe('malformed input closes that connection and nothing else', () => {
  const connected = Buffer.concat([
    command('connect', 1, { app: 'field', tcUrl: 'rtmp://127.0.0.1/field' }),
    command('createStream', 2, null),
  ]);
  const cases: [string, Buffer][] = [
    ['connect without an object', command('connect', 1)],
    ['connect with null', command('connect', 1, null)],
    ['connect without an application', command('connect', 1, { tcUrl: 'rtmp://x/field' })],
    ['connect without an address', command('connect', 1, { app: 'field' })],
    ['connect with a bad address', command('connect', 1, { app: 'field', tcUrl: '::::' })],
    ['connect with numbers', command('connect', 1, { app: 7, tcUrl: 7 })],
    ['connect twice', Buffer.concat([connected, connected])],
    ['publish without connect', command('publish', 3, null, `one?k=${keys.one}`, 'live')],
    ['publish without a name', Buffer.concat([connected, command('publish', 3, null)])],
    ['publish with a number', Buffer.concat([connected, command('publish', 3, null, 7)])],
    ['publish with an object', Buffer.concat([connected, command('publish', 3, null, { a: 1 })])],
    [
      'publish twice',
      Buffer.concat([
        connected,
        command('publish', 3, null, `one?k=${keys.one}`),
        command('publish', 4, null, `two?k=${keys.two}`),
      ]),
    ],
    ['play without a name', Buffer.concat([connected, command('play', 3, null)])],
    ['a command named after the prototype', command('constructor', 1, null)],
    [
      'a command that ends half-way',
      rtmpMessage(20, 0, Buffer.concat([amf0('connect', 1), Buffer.from([3, 0, 200, 0x61])])),
    ],
    ['a command cut in its first number', rtmpMessage(20, 0, Buffer.from([0, 1, 2]))],
    ['nested without end', rtmpMessage(20, 0, nested(12_000))],
    ['an array of four thousand million', rtmpMessage(20, 0, Buffer.from('0affffffff0505', 'hex'))],
    ['a chunk size of zero', rtmpMessage(1, 0, Buffer.alloc(4), { cid: 2 })],
    ['a chunk size without a size', rtmpMessage(1, 0, Buffer.alloc(1), { cid: 2 })],
    ['a message of 16 MB', rtmpMessage(20, 0, Buffer.alloc(1), { length: 0xffffff })],
    ['media before anything', rtmpMessage(9, 0, videoFrame(true, Buffer.alloc(20)))],
    [
      // Shrinking a message half-way makes the parser step backwards over what it has read.
      'a message that shrinks half-way',
      Buffer.concat([
        rtmpMessage(20, 0, Buffer.alloc(128), { length: 200 }),
        rtmpMessage(20, 0, Buffer.alloc(0), { length: 100 }),
        Buffer.alloc(200),
      ]),
    ],
    [
      'ten thousand chunk streams',
      Buffer.concat(
        Array.from({ length: 10_000 }, (_, i) => {
          const head = Buffer.alloc(14);
          head[0] = 1;
          head.writeUInt16LE(i, 1);
          head.writeUIntBE(1000, 6, 3);
          head[9] = 20;
          return head;
        }),
      ),
    ],
  ];
  it.each(cases)('%s', async (_what, bytes) => {
    const before = t.ingest.report().refused;
    const client = await rtmpClient(t.port);
    client.send(bytes);
    await client.untilClosed(5000);
    await until('it was counted', () => t.ingest.report().refused > before);
    expect(t.ingest.report()).toMatchObject({ state: 'up', restarts: 0 });
  });

  it('random bytes, before and after the handshake', async () => {
    const sockets: Socket[] = [];
    for (let i = 0; i < 30; i += 1) {
      const socket = connect(t.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(randomBytes(20_000));
      sockets.push(socket);
      const client = await rtmpClient(t.port);
      client.send(
        i % 2 === 0 ? randomBytes(20_000) : Buffer.concat([connected, randomBytes(20_000)]),
      );
      sockets.push(client.socket);
    }
    await unharmed();
    for (const socket of sockets) socket.destroy();
  });

  it('leaves the ingest unharmed after all of it', () => unharmed());
});

function nested(depth: number): Buffer {
  const level = Buffer.from([3, 0, 1, 0x61]);
  return Buffer.concat([amf0('connect', 1), ...Array<Buffer>(depth).fill(level)]);
}

describe('injection into a live path', () => {
  const evil = Buffer.from('EVIL'.repeat(50));
  let live: RtmpClient;
  let reader: FlvReader;
  let sent = 0;
  const sendFrames = (count: number): void => {
    for (let i = 0; i < count; i += 1) {
      const payload = Buffer.alloc(200);
      payload.writeUInt32BE(sent, 0);
      live.message(9, sent * 40, videoFrame(sent % 25 === 0, payload));
      sent += 1;
    }
  };

  beforeAll(async () => {
    live = await publisher('one');
    sendFrames(25);
    await until('the feed is on', () => feed('one')?.stream);
    reader = readFlv(t.flvUrl('field/one', keys.play));
    await until('the reader joined', () => reader.tags.length >= 25);
  });
  afterAll(() => {
    reader.close();
    live.end();
  });

  const attackers: [string, (c: RtmpClient) => void][] = [
    [
      'a publisher with a wrong key',
      (c) => {
        c.connectApp('field');
        c.publish('one?k=wrong');
      },
    ],
    [
      'a publisher of the busy path with its key',
      (c) => {
        c.connectApp('field');
        c.publish(`one?k=${keys.one}`);
      },
    ],
    [
      'a player with the play key',
      (c) => {
        c.connectApp('field');
        c.play(`one?k=${keys.play}`);
      },
    ],
    [
      'a player without a key',
      (c) => {
        c.connectApp('field');
        c.play('one');
      },
    ],
    [
      'a player that then publishes',
      (c) => {
        c.connectApp('field');
        c.play(`one?k=${keys.play}`);
        c.publish(`one?k=${keys.one}`);
      },
    ],
    ['a connection that only connected', (c) => c.connectApp('field')],
  ];
  it.each(attackers)('by %s: nothing goes out', async (_what, approach) => {
    const attacker = await rtmpClient(t.port);
    approach(attacker);
    for (let i = 0; i < 20; i += 1) {
      attacker.message(9, i * 40, videoFrame(true, evil));
      attacker.message(8, i * 40, Buffer.concat([Buffer.from([0xaf, 1]), evil]));
      attacker.message(
        18,
        0,
        Buffer.concat([amf0('@setDataFrame', 'onMetaData', { evil: 'EVIL' })]),
      );
      sendFrames(1);
    }
    await attacker.untilClosed(5000);
    await until('every frame of the publisher arrived', () => reader.tags.length >= sent);
    expect(reader.tags.every((tag) => tag.type === 9 && !tag.body.includes('EVIL'))).toBe(true);
    expect(reader.tags.map((tag) => tag.body.readUInt32BE(5))).toEqual(
      Array.from({ length: sent }, (_, i) => i),
    );
    const joiner = readFlv(t.flvUrl('field/one', keys.play));
    await until('a joiner gets the group of pictures', () => joiner.tags.length > 0);
    expect(joiner.tags.some((tag) => tag.body.includes('EVIL'))).toBe(false);
    expect(joiner.tags[0]?.body[0]).toBe(0x17);
    joiner.close();
    expect(feed('one')?.connected).toBe(true);
  });

  it('by metadata that is none: joiners get none', async () => {
    live.message(18, 0, amf0('onFI', { EVIL: 1 }));
    live.message(15, 0, Buffer.concat([Buffer.from([0]), amf0('onMetaData', { EVIL: 1 })]));
    sendFrames(1);
    const joiner = readFlv(t.flvUrl('field/one', keys.play));
    await until('a joiner gets pictures', () => joiner.tags.length > 0);
    expect(joiner.tags.every((tag) => tag.type === 9)).toBe(true);
    joiner.close();
  });
});
