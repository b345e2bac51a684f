// What the edge tests of the bus share: a media server's HTTP-FLV door fed by a real ffmpeg, and a recorder.
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BusPorts } from '../../server/air/bus/bus.ts';
import { createFlvParser } from '../../server/air/bus/flv-parser.ts';
import { flvFileHeader, retimed, serialiseTag, type FlvTag } from '../../server/air/bus/flv-tag.ts';
import type { BusTap } from '../../server/air/bus/tap.ts';

/** For a bus that has nothing to cover a loss with. */
export const noSlate: BusPorts['slate'] = {
  pick: () => null,
  watch: () => undefined,
  watchEnded: () => undefined,
  onChange: () => () => undefined,
};

export interface Door {
  readonly url: string;
  /**
   * Starts a real encoder: 640×360 at 30 fps, a key frame a second, white picture, 440 Hz; `from`
   * is its first timestamp, ms.
   */
  publish(from?: number): Publisher;
  /** Ends every reader's connection, as a media server does that dies. */
  drop(): void;
  readonly connections: number;
  close(): Promise<void>;
}

export interface Publisher {
  /** SIGKILL: the readers stay connected and get nothing, as with the real media server. */
  kill(): void;
  freeze(): void;
  thaw(): void;
}

/** A media server as far as a reader sees it: headers and newest group first, then live. */
export async function openDoor(): Promise<Door> {
  const readers = new Set<ServerResponse>();
  const encoders: ChildProcess[] = [];
  let headers: FlvTag[] = [];
  let group: FlvTag[] = [];
  let connections = 0;
  const server = createServer((_, response) => {
    connections += 1;
    response.writeHead(200, { 'content-type': 'video/x-flv' });
    response.write(flvFileHeader);
    for (const tag of [...headers, ...group]) response.write(serialiseTag(tag));
    readers.add(response);
    response.once('close', () => readers.delete(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  function pass(tag: FlvTag): void {
    if (tag.key) group = [];
    if (tag.header) headers = [...headers.filter((h) => h.type !== tag.type), tag];
    else if (tag.type !== 'script') group.push(tag);
    for (const reader of readers) reader.write(serialiseTag(tag));
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/program/main.flv`,
    publish(from = 0) {
      const child = spawn('ffmpeg', encoderArguments, { stdio: ['ignore', 'pipe', 'ignore'] });
      encoders.push(child);
      const parser = createFlvParser();
      headers = [];
      group = [];
      child.stdout.on('data', (chunk: Buffer) => {
        for (const tag of parser.push(chunk)) {
          pass(tag.header ? tag : retimed(tag, (tag.timestamp + from) % 2 ** 32));
        }
      });
      return {
        kill: () => child.kill('SIGKILL'),
        freeze: () => child.kill('SIGSTOP'),
        thaw: () => child.kill('SIGCONT'),
      };
    },
    drop() {
      for (const reader of readers) reader.destroy();
    },
    get connections() {
      return connections;
    },
    async close() {
      for (const child of encoders) child.kill('SIGKILL');
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const encoderArguments = [
  '-nostdin',
  '-v',
  'error',
  '-re',
  '-f',
  'lavfi',
  '-i',
  'color=c=white:s=640x360:r=30',
  '-re',
  '-f',
  'lavfi',
  '-i',
  'sine=frequency=440:sample_rate=48000',
  '-c:v',
  'libx264',
  '-preset',
  'ultrafast',
  '-tune',
  'zerolatency',
  '-pix_fmt',
  'yuv420p',
  '-g',
  '30',
  '-keyint_min',
  '30',
  '-sc_threshold',
  '0',
  '-b:v',
  '600k',
  '-c:a',
  'aac',
  '-ac',
  '2',
  '-flush_packets',
  '1',
  '-f',
  'flv',
  'pipe:1',
];

/** A picture recorded: its bus timestamp, when it came (monotonic ms), and in which turn of this process. */
export interface Picture {
  readonly at: number;
  readonly timestamp: number;
  readonly turn: number;
}

export interface Recorder {
  /** In order. */
  readonly pictures: readonly Picture[];
  /** The present turn: what happens in one go, a cut with the first picture after it, has the same. */
  turn(): number;
  /** Decoder headers recorded so far. */
  readonly headers: number;
  /** Ends the file; resolves when it is whole. */
  close(): Promise<void>;
}

/** Writes what a consumer of the bus gets into an FLV file. */
export function record(tap: BusTap, file: string): Recorder {
  const out = createWriteStream(file);
  const pictures: Picture[] = [];
  let headers = 0;
  let turns = 0;
  let inTurn = false;
  const turn = (): number => {
    if (!inTurn) {
      inTurn = true;
      turns += 1;
      queueMicrotask(() => (inTurn = false));
    }
    return turns;
  };
  out.write(flvFileHeader);
  const detach = tap.attach((tag) => {
    out.write(serialiseTag(tag));
    if (tag.header) headers += 1;
    if (tag.type === 'video' && !tag.header) {
      pictures.push({ at: performance.now(), timestamp: tag.timestamp, turn: turn() });
    }
  });
  return {
    pictures,
    turn,
    get headers() {
      return headers;
    },
    close() {
      detach();
      return new Promise((resolve) => out.end(() => resolve()));
    },
  };
}
