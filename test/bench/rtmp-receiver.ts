// A destination in a process of its own: takes RTMP from anybody and notes how old each stamped frame is.
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { amf0, rtmpMessage } from '../kit/rtmp-client.ts';
import { machineMs } from './figures.ts';
import { stampOf } from './stamp.ts';

/** Asks for everything noted so far. */
export interface AskAges {
  readonly t: 'ages';
}

/** A frame: when it was stamped and how old it was when all of it had arrived, ms. */
export interface Aged {
  readonly stamp: number;
  readonly age: number;
}

/** `ages`: per stream name, oldest first. */
export type FromReceiver =
  { readonly t: 'listening'; port: number } | { readonly t: 'ages'; ages: Record<string, Aged[]> };

const ages: Record<string, Aged[]> = {};
const say = (message: FromReceiver): void => void process.send?.(message);
const handshakeBytes = 1536;

interface ChunkStream {
  length: number;
  type: number;
  extended: boolean;
  body: Buffer;
  filled: number;
}

function serve(socket: Socket): void {
  let held = Buffer.alloc(0);
  let stage: 'hello' | 'echo' | 'messages' = 'hello';
  let chunkSize = 128;
  let name = '';
  const streams = new Map<number, ChunkStream>();
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (data) => {
    held = held.length === 0 ? data : Buffer.concat([held, data]);
    while (step());
  });

  /** Handles what comes first in `held`; false when it is not all there yet. */
  function step(): boolean {
    if (stage === 'hello') {
      if (held.length < 1 + handshakeBytes) return false;
      const theirs = held.subarray(1, 1 + handshakeBytes);
      socket.write(Buffer.concat([Buffer.from([3]), Buffer.alloc(handshakeBytes, 1), theirs]));
      held = held.subarray(1 + handshakeBytes);
      stage = 'echo';
      return true;
    }
    if (stage === 'echo') {
      if (held.length < handshakeBytes) return false;
      held = held.subarray(handshakeBytes);
      stage = 'messages';
      return true;
    }
    return chunk();
  }

  function chunk(): boolean {
    const first = held[0];
    if (first === undefined) return false;
    const idBytes = (first & 0x3f) === 0 ? 2 : (first & 0x3f) === 1 ? 3 : 1;
    if (held.length < idBytes) return false;
    const id = idBytes === 1 ? first & 0x3f : held.readUIntBE(1, idBytes - 1);
    const headBytes = [11, 7, 3, 0][first >> 6] ?? 0;
    let at = idBytes + headBytes;
    if (held.length < at) return false;
    let stream = streams.get(id);
    if (!stream) {
      stream = { length: 0, type: 0, extended: false, body: Buffer.alloc(0), filled: 0 };
      streams.set(id, stream);
    }
    const extended = headBytes > 0 ? held.readUIntBE(idBytes, 3) === 0xffffff : stream.extended;
    const length = headBytes >= 7 ? held.readUIntBE(idBytes + 3, 3) : stream.length;
    if (extended) at += 4;
    const filled = stream.filled;
    const part = Math.min(chunkSize, length - filled);
    if (held.length < at + part) return false;
    stream.extended = extended;
    stream.length = length;
    if (headBytes >= 7) stream.type = held[idBytes + 6] ?? 0;
    if (filled === 0) stream.body = Buffer.allocUnsafe(length);
    held.copy(stream.body, filled, at, at + part);
    stream.filled = filled + part;
    held = held.subarray(at + part);
    if (stream.filled === length) {
      stream.filled = 0;
      message(stream.type, stream.body);
    }
    return true;
  }

  function message(type: number, body: Buffer): void {
    if (type === 1) chunkSize = body.readUInt32BE(0);
    else if (type === 9) {
      const stamp = stampOf(body);
      if (stamp !== null) (ages[name] ??= []).push({ stamp, age: machineMs() - stamp });
    } else if (type === 20) command(body);
  }

  function command(body: Buffer): void {
    const [what, transaction] = [text(body, 0), body.readDoubleBE(body.readUInt16BE(1) + 4)];
    const answer = (...values: readonly unknown[]): void =>
      void socket.write(rtmpMessage(20, 0, amf0(...values)));
    if (what === 'connect') {
      const status = { level: 'status', code: 'NetConnection.Connect.Success' };
      answer('_result', transaction, { fmsVer: 'FMS/3,0,1,123', capabilities: 31 }, status);
    } else if (what === 'createStream') answer('_result', transaction, null, 1);
    else if (what === 'publish') {
      // Name, transaction number and a null come before the stream's name.
      name = text(body, body.readUInt16BE(1) + 3 + 9 + 1);
      const status = { level: 'status', code: 'NetStream.Publish.Start', description: name };
      socket.write(rtmpMessage(20, 0, amf0('onStatus', 0, null, status), { stream: 1 }));
    }
  }
}

/** The AMF0 string at `at`. */
function text(body: Buffer, at: number): string {
  const length = body.readUInt16BE(at + 1);
  return body.toString('utf8', at + 3, at + 3 + length);
}

const server = createServer(serve);
server.listen(0, '127.0.0.1', () =>
  say({ t: 'listening', port: (server.address() as AddressInfo).port }),
);
process.on('message', () => say({ t: 'ages', ages }));
process.on('disconnect', () => process.exit(0));
