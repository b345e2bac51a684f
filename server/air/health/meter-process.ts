// One ffmpeg that measures the bus: fed through its own queue, read for pictures and loudness.
import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Clock } from '../../core/clock.ts';
import { stopChild, type StopStep } from '../../core/stop-child.ts';
import { flvFileHeader, serialiseTag, type FlvTag } from '../bus/flv-tag.ts';
import type { BusTap } from '../bus/tap.ts';
import { createTagQueue } from '../outputs/queue.ts';
import { healthArgs, pictureFd } from './health-args.ts';
import { createLoudnessReader, type SoundReading } from './loudness-line.ts';
import { createPictureReader } from './picture-reader.ts';
import { pictureBytes } from './picture.ts';
import { sparseFeed } from './sparse-feed.ts';

export interface MeterPorts {
  readonly tap: BusTap;
  readonly clock: Clock;
  readonly ffmpegPath: string;
  readonly onPicture: (picture: Buffer) => void;
  readonly onSound: (reading: SoundReading) => void;
}

export interface MeterProcess {
  /** Null before the bus sent a first picture, and when ffmpeg could not be started. */
  readonly pid: number | null;
  /** Ms in which it was fed and told nothing. */
  deafMs(): number;
  /** Ms since the bus last sent sound and pictures. */
  dryMs(): { readonly sound: number; readonly picture: number };
  /** Lets it end by itself, then makes it; resolves when it is gone. */
  end(): Promise<void>;
  kill(): void;
  /** Resolves once, when it is gone, with its last lines. */
  readonly gone: Promise<readonly string[]>;
}

/** Sound and key frames of some seconds: a meter that is late by more measures the past. */
const queueLimits = { maxBytes: 8 * 1024 * 1024, maxAgeMs: 5000, cutOn: 'key' } as const;
/** Fed in batches: fifty small writes a second would cost both sides as much as the measuring. */
const feedMs = 200;
const keptLines = 20;
const maxLine = 300;

const stopLadder: readonly StopStep[] = [
  { act: (child) => child.stdin?.end(), waitMs: 1000 },
  { act: (child) => child.kill('SIGINT'), waitMs: 500 },
];

/**
 * Attaches to the bus; ffmpeg is started with the first picture, when it is known whether there is
 * sound to announce. Never throws: what fails shows in `gone`.
 */
export function startMeter(ports: MeterPorts): MeterProcess {
  const { clock, tap } = ports;
  const queue = createTagQueue(queueLimits);
  const lines: string[] = [];
  let child: ChildProcess | null = null;
  let withSound = false;
  let feeding = true;
  let blocked = false;
  let detach: () => void = nothing;
  const startedAt = clock.mono();
  let soundAt = startedAt;
  let pictureAt = startedAt;
  /** Since when it owes an answer to what it was fed; null while it owes none. */
  let owedSince: number | null = null;
  let settle: (lines: readonly string[]) => void = nothing;
  const gone = new Promise<readonly string[]>((resolve) => {
    settle = resolve;
  });

  /** Feeds no more. */
  function stop(): void {
    feeding = false;
    cancelFeed();
    detach();
  }

  function finish(): void {
    stop();
    settle(lines);
  }

  function write(bytes: Buffer): void {
    const stdin = child?.stdin;
    if (!stdin || stdin.write(bytes)) return;
    blocked = true;
    stdin.once('drain', () => {
      blocked = false;
      pump();
    });
  }

  function pump(): void {
    if (!child || !feeding || blocked) return;
    const batch: Buffer[] = [];
    for (let tag = queue.shift(); tag; tag = queue.shift()) batch.push(serialiseTag(tag));
    if (batch.length > 0) write(Buffer.concat(batch));
  }

  function begin(): void {
    try {
      child = spawn(ports.ffmpegPath, healthArgs(withSound), {
        stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
        // Its own group: a Ctrl-C in the terminal reaches us, and we end it in order.
        detached: true,
        env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', AV_LOG_FORCE_NOCOLOR: '1' },
      });
    } catch (error) {
      lines.push(error instanceof Error ? error.message : String(error));
      finish();
      return;
    }
    const mine = child;
    mine.once('error', (error) => {
      lines.push(error.message);
      if (mine.pid === undefined) finish();
    });
    mine.once('close', finish);
    // It may be gone while we write; `close` tells.
    mine.stdin!.on('error', nothing);
    listen(mine);
    const header = Buffer.from(flvFileHeader);
    // A file that announces sound makes ffmpeg wait for it, and map it.
    if (!withSound) header[4] = 1;
    write(header);
  }

  function listen(mine: ChildProcess): void {
    const pictures = createPictureReader(pictureBytes, (picture) => {
      owedSince = null;
      ports.onPicture(picture);
    });
    const raw = mine.stdio[pictureFd] as Readable;
    raw.on('data', pictures);
    raw.on('error', nothing);
    const loudness = createLoudnessReader();
    const stderr = mine.stderr!;
    let rest = '';
    stderr.setEncoding('utf8');
    stderr.on('error', nothing);
    stderr.on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = (parts.pop() ?? '').slice(-4000);
      for (const line of parts) {
        const reading = loudness(line);
        if (reading) {
          owedSince = null;
          ports.onSound(reading);
        } else if (/\[(error|fatal|warning)\]/.test(line)) {
          lines.push(line.slice(0, maxLine));
          if (lines.length > keptLines) lines.shift();
        }
      }
    });
  }

  function take(tag: FlvTag, replaying: boolean): void {
    const now = clock.mono();
    if (tag.type === 'audio') {
      if (!tag.header) soundAt = now;
      else if (!child) withSound = true;
      else if (!withSound) {
        lines.push('the program has sound now');
        kill();
        return;
      }
    }
    for (const fed of sparseFeed(tag, replaying)) queue.push(fed, now);
    if (tag.key) pictureAt = now;
    if (tag.key && !child) begin();
    if (child && (tag.key || (tag.type === 'audio' && !tag.header))) owedSince ??= now;
  }

  function kill(): void {
    stop();
    if (child) child.kill('SIGKILL');
    else settle(lines);
  }

  const cancelFeed = clock.every(feedMs, pump);
  let replaying = true;
  detach = tap.attach((tag) => {
    if (feeding && tag.type !== 'script') take(tag, replaying);
  });
  replaying = false;
  // It may have failed while the bus was still handing over.
  if (!feeding) detach();

  return {
    get pid() {
      return child?.pid ?? null;
    },
    deafMs: () => (owedSince === null ? 0 : clock.mono() - owedSince),
    dryMs() {
      const now = clock.mono();
      return { sound: now - soundAt, picture: now - pictureAt };
    },
    async end() {
      stop();
      if (child) await stopChild(clock, child, stopLadder);
      else settle(lines);
    },
    kill,
    gone,
  };
}

function nothing(): void {
  // Deliberately: there is nothing to undo, or `gone` tells it.
}
