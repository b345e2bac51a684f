// One ffmpeg that measures the bus: fed through its own queue, read for pictures and loudness.
import type { Readable } from 'node:stream';
import type { Clock } from '../../core/clock.ts';
import { flvFileHeader, serialiseTag, type FlvTag } from '../bus/flv-tag.ts';
import type { BusTap } from '../bus/tap.ts';
import { createFedProcess } from '../fed-process.ts';
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
const kept = { lines: 20, chars: 300 };
const patience = { endMs: 1000, interruptMs: 500 };
/** Of what it says beside its readings, what may tell why it ended. */
const telling = /\[(error|fatal|warning)\]/;

/**
 * Attaches to the bus; ffmpeg is started with the first picture, when it is known whether there is
 * sound to announce. Never throws: what fails shows in `gone`.
 */
export function startMeter(ports: MeterPorts): MeterProcess {
  const { clock, tap } = ports;
  const queue = createTagQueue(queueLimits);
  const loudness = createLoudnessReader();
  let withSound = false;
  let detach: () => void = nothing;
  const startedAt = clock.mono();
  let soundAt = startedAt;
  let pictureAt = startedAt;
  /** Since when it owes an answer to what it was fed; null while it owes none. */
  let owedSince: number | null = null;

  const ffmpeg = createFedProcess({
    clock,
    ffmpegPath: ports.ffmpegPath,
    next() {
      const batch: Buffer[] = [];
      for (let tag = queue.shift(); tag; tag = queue.shift()) batch.push(serialiseTag(tag));
      return batch.length > 0 ? Buffer.concat(batch) : undefined;
    },
    keep(line) {
      const reading = loudness(line);
      if (!reading) return telling.test(line) ? line : null;
      owedSince = null;
      ports.onSound(reading);
      return null;
    },
    kept,
    patience,
    onUnfed() {
      cancelFeed();
      detach();
    },
  });

  function begin(): void {
    const head = Buffer.from(flvFileHeader);
    // A file that announces sound makes ffmpeg wait for it, and map it.
    if (!withSound) head[4] = 1;
    const child = ffmpeg.start({
      args: healthArgs(withSound),
      head,
      descriptors: { [pictureFd]: 'pipe' },
    });
    if (!child) return;
    const raw = child.stdio[pictureFd] as Readable;
    raw.on('error', nothing);
    raw.on(
      'data',
      createPictureReader(pictureBytes, (picture) => {
        owedSince = null;
        ports.onPicture(picture);
      }),
    );
  }

  function take(tag: FlvTag, replaying: boolean): void {
    const now = clock.mono();
    if (tag.type === 'audio') {
      if (!tag.header) soundAt = now;
      else if (!ffmpeg.started) withSound = true;
      else if (!withSound) return ffmpeg.kill('the program has sound now');
    }
    for (const fed of sparseFeed(tag, replaying)) queue.push(fed, now);
    if (tag.key) pictureAt = now;
    if (tag.key && !ffmpeg.started) begin();
    if (ffmpeg.started && (tag.key || (tag.type === 'audio' && !tag.header))) owedSince ??= now;
  }

  const cancelFeed = clock.every(feedMs, () => ffmpeg.feed());
  let replaying = true;
  detach = tap.attach((tag) => {
    if (ffmpeg.feeding && tag.type !== 'script') take(tag, replaying);
  });
  replaying = false;
  // It may have failed while the bus was still handing over.
  if (!ffmpeg.feeding) detach();

  return {
    get pid() {
      return ffmpeg.pid;
    },
    deafMs: () => (owedSince === null ? 0 : clock.mono() - owedSince),
    dryMs() {
      const now = clock.mono();
      return { sound: now - soundAt, picture: now - pictureAt };
    },
    end: () => ffmpeg.end(),
    kill: () => ffmpeg.kill(),
    gone: ffmpeg.gone.then(() => ffmpeg.lines),
  };
}

function nothing(): void {
  // Deliberately: there is nothing to undo, or `gone` tells it.
}
