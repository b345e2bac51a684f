// A destination in a process of its own: takes RTMP from anybody and keeps a diary of each stream.
// Its one argument is the port to listen on; 0: any.
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { amf0, rtmpMessage } from '../kit/rtmp-client.ts';
import { machineMs } from './figures.ts';
import { createDiary, type Aged, type Diary, type DiaryWriter } from './stream-diary.ts';

/** Asks for what was noted so far, by stream name. */
export interface AskReceiver {
  readonly ask: 'ages' | 'diaries';
  readonly id: number;
}

export type FromReceiver =
  | { readonly t: 'listening'; readonly port: number; readonly at: number }
  | { readonly t: 'ages'; readonly id: number; readonly of: Record<string, readonly Aged[]> }
  | { readonly t: 'diaries'; readonly id: number; readonly of: Record<string, Diary> };

const diaries = new Map<string, DiaryWriter>();
const say = (message: FromReceiver): void => void process.send?.(message);
const handshakeBytes = 1536;

interface ChunkStream {
  length: number;
  type: number;
  extended: boolean;
  timestamp: number;
  /** Added when a message begins without a head of its own. */
  delta: number;
  body: Buffer;
  filled: number;
}

function serve(socket: Socket): void {
  let held = Buffer.alloc(0);
  let stage: 'hello' | 'echo' | 'messages' = 'hello';
  let chunkSize = 128;
  let diary: DiaryWriter | null = null;
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
    const stream = streams.get(id) ?? newChunkStream();
    streams.set(id, stream);
    let time = headBytes > 0 ? held.readUIntBE(idBytes, 3) : 0;
    const extended = headBytes > 0 ? time === 0xffffff : stream.extended;
    const length = headBytes >= 7 ? held.readUIntBE(idBytes + 3, 3) : stream.length;
    if (extended) {
      if (held.length < at + 4) return false;
      if (headBytes > 0) time = held.readUInt32BE(at);
      at += 4;
    }
    const part = Math.min(chunkSize, length - stream.filled);
    if (held.length < at + part) return false;
    stream.extended = extended;
    stream.length = length;
    if (headBytes >= 7) stream.type = held[idBytes + 6] ?? 0;
    if (stream.filled === 0) begin(stream, headBytes, time);
    held.copy(stream.body, stream.filled, at, at + part);
    stream.filled += part;
    held = held.subarray(at + part);
    if (stream.filled === length) {
      stream.filled = 0;
      message(stream);
    }
    return true;
  }

  function message({ type, timestamp, body }: ChunkStream): void {
    if (type === 1) chunkSize = body.readUInt32BE(0);
    else if (type === 8) diary?.sound(machineMs(), timestamp, body);
    else if (type === 9) diary?.picture(machineMs(), timestamp, body);
    else if (type === 20) command(body);
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
      const name = text(body, body.readUInt16BE(1) + 3 + 9 + 1);
      diary = diaries.get(name) ?? createDiary();
      diaries.set(name, diary);
      diary.published(machineMs());
      const status = { level: 'status', code: 'NetStream.Publish.Start', description: name };
      socket.write(rtmpMessage(20, 0, amf0('onStatus', 0, null, status), { stream: 1 }));
    }
  }
}

function newChunkStream(): ChunkStream {
  const none = { length: 0, type: 0, extended: false, timestamp: 0, delta: 0 };
  return { ...none, body: Buffer.alloc(0), filled: 0 };
}

/** A message begins: its time is given whole, as a step, or is another step like the last. */
function begin(stream: ChunkStream, headBytes: number, time: number): void {
  stream.body = Buffer.allocUnsafe(stream.length);
  if (headBytes === 11) {
    stream.timestamp = time;
    stream.delta = 0;
    return;
  }
  if (headBytes > 0) stream.delta = time;
  stream.timestamp += stream.delta;
}

/** The AMF0 string at `at`. */
function text(body: Buffer, at: number): string {
  const length = body.readUInt16BE(at + 1);
  return body.toString('utf8', at + 3, at + 3 + length);
}

function each<T>(of: (writer: DiaryWriter) => T): Record<string, T> {
  return Object.fromEntries([...diaries].map(([name, writer]) => [name, of(writer)]));
}

const server = createServer(serve);
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () =>
  say({ t: 'listening', port: (server.address() as AddressInfo).port, at: machineMs() }),
);
process.on('message', ({ ask, id }: AskReceiver) =>
  say(
    ask === 'ages'
      ? { t: 'ages', id, of: each((w) => w.ages()) }
      : { t: 'diaries', id, of: each((w) => w.diary()) },
  ),
);
process.on('disconnect', () => process.exit(0));
