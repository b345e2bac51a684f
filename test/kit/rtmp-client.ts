// A raw RTMP client that says exactly what it is told to, right or wrong: for hostile tests.
import { connect, type Socket } from 'node:net';
import { until } from './until.ts';

/** AMF0 of numbers, strings, booleans, null and flat or nested objects. */
export function amf0(...values: readonly unknown[]): Buffer {
  return Buffer.concat(values.map(one));
}

function one(value: unknown): Buffer {
  if (value === null || value === undefined) return Buffer.from([5]);
  if (typeof value === 'boolean') return Buffer.from([1, value ? 1 : 0]);
  if (typeof value === 'number') {
    const out = Buffer.alloc(9);
    out.writeDoubleBE(value, 1);
    return out;
  }
  if (typeof value === 'string') return Buffer.concat([Buffer.from([2]), short(value)]);
  const fields = Object.entries(value as Record<string, unknown>);
  return Buffer.concat([
    Buffer.from([3]),
    ...fields.flatMap(([name, field]) => [short(name), one(field)]),
    Buffer.from([0, 0, 9]),
  ]);
}

function short(text: string): Buffer {
  const body = Buffer.from(text);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(body.length);
  return Buffer.concat([length, body]);
}

/** One RTMP message cut into chunks of `chunk` bytes, with a full first header. */
export function rtmpMessage(
  type: number,
  timestamp: number,
  body: Buffer,
  options: { cid?: number; stream?: number; chunk?: number; length?: number } = {},
): Buffer {
  const { cid = 3, stream = 0, chunk = 128, length = body.length } = options;
  const extended = timestamp >= 0xffffff;
  const head = Buffer.alloc(extended ? 16 : 12);
  head[0] = cid;
  head.writeUIntBE(extended ? 0xffffff : timestamp, 1, 3);
  head.writeUIntBE(length, 4, 3);
  head[7] = type;
  head.writeUInt32LE(stream, 8);
  if (extended) head.writeUInt32BE(timestamp, 12);
  const parts: Buffer[] = [head];
  for (let at = 0; at < body.length; at += chunk) {
    if (at > 0) {
      parts.push(Buffer.from([0xc0 | cid]));
      if (extended) parts.push(head.subarray(12));
    }
    parts.push(body.subarray(at, at + chunk));
  }
  return Buffer.concat(parts);
}

export interface RtmpClient {
  readonly socket: Socket;
  /** Everything received after the handshake, the newest 256 kB. */
  received(): Buffer;
  /** Bytes received after the handshake in all. */
  receivedBytes(): number;
  /** Whether the server (or anybody) closed the connection. */
  closed(): boolean;
  send(data: Buffer): void;
  message(
    type: number,
    timestamp: number,
    body: Buffer,
    options?: { stream?: number; cid?: number },
  ): void;
  command(name: string, ...args: readonly unknown[]): void;
  connectApp(app: string, tcUrl?: string): void;
  /** createStream and publish, without waiting for answers. */
  publish(name: string): void;
  /** createStream and play, without waiting for answers. */
  play(name: string): void;
  /** Resolves when the received bytes contain `text`; rejects after `ms` (as `until` has it) or at the close. */
  expect(text: string, ms?: number): Promise<void>;
  /** Resolves when the connection is closed; rejects after `ms` (as `until` has it). */
  untilClosed(ms?: number): Promise<void>;
  end(): void;
}

/** Connects and shakes hands (simple handshake). */
export async function rtmpClient(port: number, host = '127.0.0.1'): Promise<RtmpClient> {
  const socket = connect(port, host);
  socket.setNoDelay(true);
  let buffered = Buffer.alloc(0);
  let total = 0;
  let isClosed = false;
  let handshaken = false;
  socket.on('data', (data) => {
    buffered = Buffer.concat([buffered, data]);
    if (handshaken) total += data.length;
    const keep = 256 * 1024;
    if (buffered.length > 2 * keep) buffered = Buffer.from(buffered.subarray(-keep));
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    isClosed = true;
  });
  const when = async (what: string, test: () => boolean, ms: number): Promise<void> => {
    const look = () => (test() && 'seen') || (isClosed && 'closed');
    const end = await until(what, look, ms, 5);
    if (end === 'closed') throw new Error(`closed while waiting for ${what}`);
  };

  socket.write(Buffer.concat([Buffer.from([3]), Buffer.alloc(1536, 1)]));
  await when('handshake', () => buffered.length >= 3073, 10_000);
  buffered = Buffer.from(buffered.subarray(3073));
  handshaken = true;
  socket.write(Buffer.alloc(1536, 1));

  let transaction = 1;
  const client: RtmpClient = {
    socket,
    received: () => buffered,
    receivedBytes: () => total,
    closed: () => isClosed,
    send(data) {
      if (!socket.destroyed) socket.write(data);
    },
    message(type, timestamp, body, options = {}) {
      client.send(
        rtmpMessage(type, timestamp, body, { stream: 1, cid: type === 8 ? 4 : 6, ...options }),
      );
    },
    command(name, ...args) {
      client.send(rtmpMessage(20, 0, amf0(name, transaction, ...args), { stream: 1 }));
      transaction += 1;
    },
    connectApp(app, tcUrl = `rtmp://${host}:${port}/${app}`) {
      client.command('connect', { app, type: 'nonprivate', flashVer: 'FMLE/3.0', tcUrl });
    },
    publish(name) {
      client.command('createStream', null);
      client.command('publish', null, name, 'live');
    },
    play(name) {
      client.command('createStream', null);
      client.command('play', null, name);
    },
    expect: (text, ms = 10_000) => when(text, () => buffered.includes(text), ms),
    async untilClosed(ms = 10_000) {
      await when('close', () => isClosed, ms);
    },
    end() {
      socket.destroy();
    },
  };
  return client;
}

/** An AVC video message (not a real picture): key or inter frame with `payload` as its data. */
export function videoFrame(key: boolean, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([key ? 0x17 : 0x27, 1, 0, 0, 0]), payload]);
}
