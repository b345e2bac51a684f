// What the edge tests of always-encode share: sources of any format behind HTTP-FLV, and a bus that encodes them.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBus } from '../../server/air/bus/bus.ts';
import { createFlvParser } from '../../server/air/bus/flv-parser.ts';
import { flvFileHeader, retimed, serialiseTag, type FlvTag } from '../../server/air/bus/flv-tag.ts';
import { farthestFrom } from '../../server/air/bus/look-alike.ts';
import { renderSlate } from '../../server/air/bus/slate-render.ts';
import { createSlate } from '../../server/air/bus/slate.ts';
import { defaultSplicerSettings } from '../../server/air/bus/splicer.ts';
import { createEncodedBus, type EncodedBus } from '../../server/air/encode/encoded-bus.ts';
import type { EncoderProfile } from '../../server/contract/profiles.ts';
import { systemClock } from '../../server/core/clock.ts';
import { silentLog, type Log } from '../../server/core/log.ts';
import { runBehind } from '../kit/run-behind.ts';
import { until } from '../kit/until.ts';
import { order } from '../service/air-fakes.ts';

/** How a source looks and sounds. */
export interface SourceMedia {
  readonly size: string;
  /** An ffmpeg lavfi source with its rate, without its size: `testsrc2=r=30`. */
  readonly picture: string;
  readonly rate: 44_100 | 48_000;
  readonly channels: 1 | 2;
  readonly kbps?: number;
}

export interface FlvSource {
  readonly url: string;
  /** Sends from its first key frame on, in real time, round and round. */
  play(): void;
  /** Sends nothing more; connections stay. */
  halt(): void;
  close(): Promise<void>;
}

/** Encodes 2 s of media once and offers it as a media server does: headers first, then live. */
export async function openSource(media: SourceMedia): Promise<FlvSource> {
  const tags = await encode(media);
  const headers = tags.filter((t) => t.header);
  const frames = tags.filter((t) => !t.header && t.type !== 'script');
  const loopMs = (frames.at(-1)?.timestamp ?? 0) + 33;
  const readers = new Set<ServerResponse>();
  let group: FlvTag[] = [];
  let at = 0;
  let round = 0;
  let origin: number | null = null;
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'video/x-flv' });
    response.write(flvFileHeader);
    for (const tag of [...headers, ...group]) response.write(serialiseTag(tag));
    readers.add(response);
    response.once('close', () => readers.delete(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const timer = setInterval(() => {
    while (origin !== null) {
      const frame = frames[at]!;
      const timestamp = frame.timestamp + round * loopMs;
      if (timestamp > performance.now() - origin) return;
      at = (at + 1) % frames.length;
      if (at === 0) round += 1;
      const tag = retimed(frame, timestamp);
      if (tag.key) group = [];
      group.push(tag);
      for (const reader of readers) reader.write(serialiseTag(tag));
    }
  }, 5);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/program/main.flv`,
    play() {
      at = 0;
      round += 1;
      group = [];
      origin = performance.now() - round * loopMs;
    },
    halt() {
      origin = null;
    },
    async close() {
      clearInterval(timer);
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function encode(media: SourceMedia): Promise<FlvTag[]> {
  const { size, picture, rate, channels, kbps = 1500 } = media;
  const { stdout } = await runBehind(
    'ffmpeg',
    [
      ...`-nostdin -v error -f lavfi -i ${picture}:s=${size}`.split(' '),
      ...`-f lavfi -i sine=frequency=440:sample_rate=${rate} -t 2`.split(' '),
      ...'-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 30 -bf 0'.split(' '),
      ...`-b:v ${kbps}k -c:a aac -ac ${channels} -ar ${rate} -f flv pipe:1`.split(' '),
    ],
    64 * 1024 * 1024,
  );
  return createFlvParser().push(stdout);
}

export interface EncodedRig {
  readonly bus: EncodedBus;
  readonly folder: string;
  /** What the encoder's room logged. */
  readonly lines: readonly string[];
  close(): Promise<void>;
}

/** A bus on these sources with its slate rendered, off; always-encode as the profile says. */
export async function openRig(
  profile: EncoderProfile,
  program: FlvSource,
  backup: FlvSource | null,
): Promise<EncodedRig> {
  const clock = systemClock();
  const folder = mkdtempSync(join(tmpdir(), 'encode-'));
  const lines: string[] = [];
  const note = (fields: object, message: string): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log };
  const slate = createSlate({
    clock,
    log: silentLog,
    random: Math.random,
    dir: join(folder, 'slates'),
    render: (wish, path, signal) => renderSlate(wish, path, { clock, signal }),
    farthest: (png, reel) => farthestFrom(png, reel, { clock }),
  });
  slate.want({ encoder: profile, slate: order().slate });
  const plain = createBus({
    clock,
    log: silentLog,
    random: Math.random,
    program: () => ({ url: program.url, headers: {} }),
    bypass: () => backup && { url: backup.url, headers: {} },
    slate,
    settings: { ...defaultSplicerSettings, settleMs: 300, flapMs: 0 },
  });
  const bus = createEncodedBus({ bus: plain, slate, clock, log, random: Math.random });
  bus.encode(profile);
  bus.bypass(backup ? 'backup' : null);
  await until('the slate is rendered', () => slate.pick(null), 60_000);
  return {
    bus,
    folder,
    lines,
    async close() {
      bus.close();
      slate.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
