// The encoder in a process of its own: publishes a file in real time, for ever, to several servers at
// once. Each picture and each sound packet is stamped as it leaves.
import { readFileSync } from 'node:fs';
import { createFlvParser } from '../../server/air/bus/flv-parser.ts';
import type { FlvTag } from '../../server/air/bus/flv-tag.ts';
import { rtmpClient, rtmpMessage, type RtmpClient } from '../kit/rtmp-client.ts';
import { machineMs } from './figures.ts';
import { stampedPicture, stampedSound } from './stamp.ts';

/** Where it publishes: a server on this machine. */
export interface EncoderTarget {
  readonly port: number;
  readonly app: string;
  readonly name: string;
}

export type ToEncoder =
  | { readonly t: 'load'; readonly file: string; readonly number: number }
  | { readonly t: 'publish'; readonly targets: readonly EncoderTarget[] };

/** `publishing`: when the first picture left, ms of the machine's clock. */
export type FromEncoder =
  | { readonly t: 'loaded' }
  | { readonly t: 'publishing'; readonly at: number }
  | { readonly t: 'failed'; readonly why: string };

/** As OBS sends. */
const chunkSize = 4096;
const frameMs = 1000 / 30;

const say = (message: FromEncoder): void => void process.send?.(message);

let tags: readonly FlvTag[] = [];
let encoder = 0;

async function open({ port, app, name }: EncoderTarget): Promise<RtmpClient> {
  const client = await rtmpClient(port);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(chunkSize);
  client.connectApp(app);
  await client.expect('NetConnection.Connect.Success');
  client.publish(name);
  await client.expect('NetStream.Publish.Start');
  client.send(rtmpMessage(1, 0, size, { cid: 2 }));
  for (const tag of tags) if (tag.header) send(client, tag, 0, tag.body);
  return client;
}

async function publish(targets: readonly EncoderTarget[]): Promise<void> {
  const media = tags.filter((tag) => tag.type !== 'script' && !tag.header && tag.body.length > 5);
  const pictures = media.filter((tag) => tag.type === 'video');
  const lengthMs = (pictures.at(-1)?.timestamp ?? 0) + frameMs;
  const clients = await Promise.all(targets.map(open));
  const began = machineMs();
  say({ t: 'publishing', at: began });
  let next = 0;
  let loop = 0;
  let turn = 0;
  const pump = (): void => {
    for (;;) {
      const tag = media[next];
      if (!tag) return;
      const timestamp = Math.round(loop * lengthMs + tag.timestamp);
      const due = began + timestamp;
      const now = machineMs();
      if (due > now) {
        setTimeout(pump, due - now);
        return;
      }
      next += 1;
      if (next === media.length) {
        next = 0;
        loop += 1;
      }
      // Turn about: the first one written to has no advantage.
      turn += 1;
      const mark = tag.type === 'video' ? stampedPicture : stampedSound;
      for (let i = 0; i < clients.length; i += 1) {
        const client = clients[(i + turn) % clients.length];
        const body = mark(tag.body, { encoder, due, left: machineMs() });
        if (client) send(client, tag, timestamp, body);
      }
    }
  };
  pump();
}

function send(client: RtmpClient, tag: FlvTag, timestamp: number, body: Buffer): void {
  const audio = tag.type === 'audio';
  client.send(
    rtmpMessage(audio ? 8 : 9, timestamp, body, {
      stream: 1,
      cid: audio ? 4 : 6,
      chunk: chunkSize,
    }),
  );
}

process.on('message', (message: ToEncoder) => {
  if (message.t === 'load') {
    tags = createFlvParser().push(readFileSync(message.file));
    encoder = message.number;
    say({ t: 'loaded' });
  } else {
    publish(message.targets).catch((error: unknown) => say({ t: 'failed', why: String(error) }));
  }
});
process.on('disconnect', () => process.exit(0));
