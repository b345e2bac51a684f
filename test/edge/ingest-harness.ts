// What the ingest's edge tests share: a real ingest on a free port, ffmpeg pushes, an HTTP-FLV reader.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IngestSettings } from '../../server/air/ingest/guard.ts';
import type { IngestLimits } from '../../server/air/ingest/limits.ts';
import { createIngest, type Ingest } from '../../server/air/ingest/server.ts';
import { systemClock } from '../../server/core/clock.ts';
import { silentLog } from '../../server/core/log.ts';
import { freePort } from '../kit/ports.ts';
import { until } from '../kit/until.ts';

export const keys = {
  program: 'program-key-7k2mq9xw',
  play: 'play-key-3jd84hfs',
  one: 'feed-one-key-9sk3ndk2',
  two: 'feed-two-key-8dj3kd9a',
} as const;

/** The settings every test starts from. */
export function orderFor(rtmpPort: number): IngestSettings {
  return {
    rtmpPort,
    programKey: keys.program,
    playKey: keys.play,
    feeds: [
      { id: 'one', key: keys.one },
      { id: 'two', key: keys.two },
    ],
  };
}

export interface TestIngest {
  readonly ingest: Ingest;
  readonly port: number;
  readonly order: IngestSettings;
  /** `rtmp://127.0.0.1:port/field/one?k=…` and the like. */
  url(path: string, key?: string): string;
  /** The loopback HTTP-FLV address of any path. */
  flvUrl(path: string, key?: string): string;
  /** Resident memory of the child in MB. */
  memoryMb(): number;
  close(): Promise<void>;
}

const query = (key: string): string => (key === '' ? '' : `?k=${key}`);

/** Starts an ingest and waits until it listens. */
export async function startIngest(
  options: { limits?: Partial<IngestLimits>; host?: string | null } = {},
): Promise<TestIngest> {
  const port = await freePort();
  const dataDir = mkdtempSync(join(tmpdir(), 'studio-ingest-'));
  const host = options.host === undefined ? '127.0.0.1' : options.host;
  const ingest = createIngest({
    clock: systemClock(),
    log: silentLog,
    dataDir,
    ...(host === null ? {} : { host }),
    ...(options.limits ? { limits: options.limits } : {}),
  });
  const order = orderFor(port);
  ingest.apply(order);
  await until(
    'the ingest listens',
    () => ingest.report().state === 'up' && ingest.programFlvUrl(),
    30_000,
  );
  return {
    ingest,
    port,
    order,
    url: (path, key = '') => `rtmp://127.0.0.1:${port}/${path}${query(key)}`,
    flvUrl(path, key = '') {
      const { origin } = new URL(ingest.programFlvUrl() ?? '');
      return `${origin}/${path}.flv${query(key)}`;
    },
    memoryMb: () => residentMb(ingest.pid() ?? 0),
    async close() {
      await ingest.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Resident memory of a process in MB. */
export function residentMb(pid: number): number {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1024;
}

export interface Push {
  readonly process: ChildProcess;
  /** Exit code once it ended by itself; null while it runs or when it was killed. */
  exit(): number | null;
  ended(): boolean;
  stderr(): string;
  kill(): Promise<void>;
}

/** A real encoder: test picture with tone, H.264 + AAC, a key frame each second, in real time. */
export function pushTest(url: string, size = '640x360'): Push {
  return runFfmpeg(
    `-re -f lavfi -i testsrc2=size=${size}:rate=30 -f lavfi -i sine=frequency=440:sample_rate=48000 ` +
      '-c:v libx264 -preset ultrafast -tune zerolatency -g 30 -pix_fmt yuv420p -c:a aac ' +
      `-f flv ${url}`,
  );
}

/** Any ffmpeg run; the arguments are cut at the spaces. */
export function runFfmpeg(args: string): Push {
  const child = spawn(
    'ffmpeg',
    ['-hide_banner', '-nostdin', '-loglevel', 'error', ...args.split(' ')],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let text = '';
  child.stderr.on('data', (d: Buffer) => {
    text = (text + d.toString()).slice(-20_000);
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    process: child,
    exit: () => child.exitCode,
    ended,
    stderr: () => text,
    async kill() {
      if (!ended()) child.kill('SIGKILL');
      await gone;
    },
  };
}

export interface Tag {
  readonly type: number;
  readonly timestamp: number;
  readonly body: Buffer;
}

export interface FlvReader {
  status(): number | null;
  /** Every tag received so far. */
  readonly tags: Tag[];
  ended(): boolean;
  close(): void;
}

/** Reads HTTP-FLV and cuts it into tags. */
export function readFlv(url: string, headers: Record<string, string> = {}): FlvReader {
  let status: number | null = null;
  let ended = false;
  let rest = Buffer.alloc(0);
  let begun = false;
  const tags: Tag[] = [];
  const request = get(url, { headers, agent: false }, (response: IncomingMessage) => {
    status = response.statusCode ?? null;
    response.on('error', () => undefined);
    response.on('close', () => {
      ended = true;
    });
    response.on('data', (data: Buffer) => {
      if (status !== 200) return;
      rest = Buffer.concat([rest, data]);
      if (!begun) {
        if (rest.length < 13) return;
        begun = true;
        rest = rest.subarray(13);
      }
      while (rest.length >= 15) {
        const size = rest.readUIntBE(1, 3);
        if (rest.length < 15 + size) return;
        tags.push({
          type: rest[0] ?? 0,
          timestamp: rest.readUIntBE(4, 3) + (rest[7] ?? 0) * 2 ** 24,
          body: Buffer.from(rest.subarray(11, 11 + size)),
        });
        rest = rest.subarray(15 + size);
      }
    });
  });
  request.on('error', () => {
    ended = true;
  });
  return { status: () => status, tags, ended: () => ended, close: () => request.destroy() };
}

/** Whether a process exists (and is not a zombie). */
export function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
