// What the tests of the meter share: a program made by a real ffmpeg, read by a real bus, measured for real.
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { createBus, type Bus } from '../../server/air/bus/bus.ts';
import { createFlvParser } from '../../server/air/bus/flv-parser.ts';
import { flvFileHeader, retimed, serialiseTag } from '../../server/air/bus/flv-tag.ts';
import { reelFromFlv, type Reel } from '../../server/air/bus/reel.ts';
import { createHealth, type Health } from '../../server/air/health/health.ts';
import { systemClock } from '../../server/core/clock.ts';
import { silentLog } from '../../server/core/log.ts';
import { runBehind } from '../kit/run-behind.ts';

const run = promisify(execFile);

export interface Media {
  /** Filters over a colourful moving picture, 640×360 at 30 fps (or of `size`). */
  readonly picture?: string;
  readonly size?: string;
  /** A lavfi source. */
  readonly sound: string;
  readonly seconds: number;
  readonly kbps?: number;
  readonly bFrames?: number;
}

/** The media as an encoder set for the platforms sends it: constant rate, a key frame each two seconds. */
export async function encode(media: Media): Promise<Buffer> {
  const { size = '640x360', picture = 'null', kbps = 800, bFrames = 0 } = media;
  const rate = `${kbps}k`;
  const { stdout } = await runBehind(
    'ffmpeg',
    [
      ...`-nostdin -v error -f lavfi -i testsrc2=size=${size}:rate=30 -f lavfi -i`.split(' '),
      media.sound,
      '-t',
      String(media.seconds),
      '-vf',
      picture,
      ...`-c:v libx264 -preset superfast -pix_fmt yuv420p -g 60 -keyint_min 60`.split(' '),
      ...`-sc_threshold 0 -bf ${bFrames} -b:v ${rate} -maxrate ${rate} -bufsize ${rate}`.split(' '),
      ...'-c:a aac -b:a 128k -ar 48000 -ac 2 -f flv pipe:1'.split(' '),
    ],
    64 * 1024 * 1024,
  );
  return stdout;
}

/** What ffmpeg itself says of the whole: integrated loudness, LUFS. */
export async function integratedLufs(flv: Buffer): Promise<number> {
  const args = ['-nostats', '-f', 'flv', '-i', 'pipe:0', '-map', '0:a'];
  const measured = run('ffmpeg', [...args, '-af', 'ebur128', '-f', 'null', '-']);
  measured.child.stdin!.end(flv);
  const summary = (await measured).stderr.split('Summary:').at(-1) ?? '';
  return Number(/I:\s+(\S+) LUFS/.exec(summary)![1]);
}

export interface Measured {
  readonly bus: Bus;
  readonly health: Health;
  /** Ms of media sent so far; stays at the end of what is not repeated. */
  sentMs: () => number;
  /** Nothing more is sent of the program. */
  readonly halt: () => void;
  close(): Promise<void>;
}

export interface MeasureOptions {
  /** What covers the end of the program. */
  readonly slate?: Reel;
  /** The program has no end: from here on, ms, its groups of pictures come again and again. */
  readonly repeatFromMs?: number;
}

/** Sends the program in real time to a bus that runs, with a meter on it. */
export async function measure(flv: Buffer, options: MeasureOptions = {}): Promise<Measured> {
  const { slate = null, repeatFromMs = Infinity } = options;
  const clock = systemClock();
  const tags = createFlvParser().push(flv);
  const again = tags.findIndex((tag) => tag.key && tag.timestamp >= repeatFromMs);
  let sentMs = 0;
  let halted = false;
  const timers = new Set<NodeJS.Timeout>();
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'video/x-flv' });
    response.write(flvFileHeader);
    const origin = performance.now();
    let at = 0;
    let offset = 0;
    const timer = setInterval(() => {
      const now = halted ? -1 : performance.now() - origin;
      for (let tag = tags[at]; tag && tag.timestamp + offset <= now; tag = tags[at]) {
        sentMs = tag.timestamp + offset;
        response.write(serialiseTag(retimed(tag, sentMs)));
        at += 1;
        if (at < tags.length || again < 0) continue;
        at = again;
        offset = sentMs + 33 - tags[again]!.timestamp;
      }
    }, 20);
    timers.add(timer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/program/main.flv`;
  const bus = createBus({
    clock,
    log: silentLog,
    random: Math.random,
    program: () => ({ url, headers: {} }),
    bypass: () => null,
    slate: {
      pick: () => (slate ? { kind: 'rendered', reel: slate } : null),
      watch: () => undefined,
      watchEnded: () => undefined,
      onChange: () => () => undefined,
    },
  });
  const health = createHealth({ tap: bus.tap, clock, log: silentLog, random: Math.random });
  bus.run(true);
  health.follow({ on: true, live: true });
  return {
    bus,
    health,
    sentMs: () => sentMs,
    halt: () => void (halted = true),
    async close() {
      await health.close();
      bus.close();
      for (const timer of timers) clearInterval(timer);
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** The media as a slate to be played for ever. */
export async function slateOf(media: Media): Promise<Reel> {
  return reelFromFlv(await encode(media));
}
