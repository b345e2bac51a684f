// One ffmpeg that encodes all that goes out: fed from the bus through its own queue, its tags handed on.
import type { Readable } from 'node:stream';
import type { EncoderProfile } from '../../contract/profiles.ts';
import type { Clock } from '../../core/clock.ts';
import { createFlvParser } from '../bus/flv-parser.ts';
import { flvFileHeader, retimed, serialiseTag, type FlvTag } from '../bus/flv-tag.ts';
import type { BusTap } from '../bus/tap.ts';
import { createFedProcess } from '../fed-process.ts';
import { createTagQueue } from '../outputs/queue.ts';
import { encodeArgs } from './encode-args.ts';
import { createLatencyMeter } from './latency.ts';
import { createSoundFill } from './sound-fill.ts';

export interface EncoderProcessPorts {
  readonly tap: BusTap;
  readonly clock: Clock;
  readonly ffmpegPath: string;
  /** What it sends, in order, timed from its own start. */
  readonly onTag: (tag: FlvTag) => void;
}

export interface EncoderProcess {
  /** Null before the bus sent a first key frame, and when ffmpeg could not be started. */
  readonly pid: number | null;
  /** Ms for which it owes a picture for what it was fed. */
  deafMs(): number;
  /** Whether a picture came out of it. */
  readonly spoke: boolean;
  /** Frames that it was too slow for. */
  readonly dropped: number;
  latency(): { readonly medianMs: number; readonly worstMs: number } | null;
  /** Lets it end by itself, then makes it; resolves when it is gone. */
  end(): Promise<void>;
  kill(): void;
  /** Resolves once, when it is gone, with its last lines. */
  readonly gone: Promise<readonly string[]>;
}

/** Older than this it is cut to the next key frame: what goes out must not fall behind for good. */
const queueLimits = { maxBytes: 16 * 1024 * 1024, maxAgeMs: 1500, cutOn: 'key' } as const;
/** A constant frame rate would fill a longer hole picture by picture; starting anew is quicker. */
const holeMs = 3000;
const kept = { lines: 20, chars: 300 };
const patience = { endMs: 1000, interruptMs: 500 };

/**
 * Attaches to the bus; ffmpeg is started with the first key frame, and where the bus has older
 * pictures it begins after them. Never throws: what fails shows in `gone`.
 */
export function startEncoder(profile: EncoderProfile, ports: EncoderProcessPorts): EncoderProcess {
  const { clock, tap } = ports;
  const queue = createTagQueue(queueLimits);
  const fill = createSoundFill();
  const latency = createLatencyMeter();
  let detach: () => void = nothing;
  /** Time on the bus of its own 0: the first key frame; null before that. */
  let base: number | null = null;
  let newest = 0;
  /** Where in its own time it begins to encode, and the time of its first picture as it came out. */
  let fromMs = 0;
  let firstOut: number | null = null;
  let owedSince: number | null = null;

  const ffmpeg = createFedProcess({
    clock,
    ffmpegPath: ports.ffmpegPath,
    next() {
      const tag = queue.shift();
      return tag && serialiseTag(tag);
    },
    keep: (line) => line,
    kept,
    patience,
    onUnfed: () => detach(),
  });

  function begin(): void {
    const child = ffmpeg.start({
      args: encodeArgs(profile, fromMs),
      head: flvFileHeader,
      descriptors: { 1: 'pipe' },
    });
    if (!child?.stdout) return;
    listen(child.stdout);
    ffmpeg.feed();
  }

  function listen(stdout: Readable): void {
    const parser = createFlvParser();
    stdout.on('error', nothing);
    stdout.on('data', (chunk: Buffer) => {
      if (!ffmpeg.feeding) return;
      try {
        for (const tag of parser.push(chunk)) receive(tag);
      } catch (error) {
        ffmpeg.kill(error instanceof Error ? error.message : String(error));
      }
    });
  }

  function receive(tag: FlvTag): void {
    if (tag.type === 'video' && !tag.header) {
      firstOut ??= tag.timestamp;
      owedSince = null;
      latency.came(tag.timestamp - firstOut + fromMs, clock.mono());
    }
    ports.onTag(tag);
  }

  function take(tag: FlvTag): void {
    if (base === null && tag.key) base = newest = tag.timestamp;
    const now = clock.mono();
    if (!tag.header && tag.type !== 'script') {
      // Sound of before the key frame has no place in a time that begins with it.
      if (base === null || tag.timestamp < base) return;
      if (tag.timestamp - newest > holeMs) {
        return ffmpeg.kill('nothing came for seconds: starting anew');
      }
      newest = tag.timestamp;
    }
    const zero = base ?? tag.timestamp;
    for (const fed of fill.push(tag)) queue.push(retimed(fed, fed.timestamp - zero), now);
    if (tag.type !== 'video' || tag.header) return;
    latency.fed(tag.timestamp - zero, now);
    if (replaying) fromMs = tag.timestamp - zero;
    else if (!ffmpeg.started) begin();
    if (ffmpeg.started) owedSince ??= now;
  }

  let replaying = true;
  detach = tap.attach((tag) => {
    if (!ffmpeg.feeding) return;
    take(tag);
    ffmpeg.feed();
  });
  replaying = false;
  if (ffmpeg.feeding && base !== null) begin();
  // It may have failed while the bus was still handing over.
  if (!ffmpeg.feeding) detach();

  return {
    get pid() {
      return ffmpeg.pid;
    },
    deafMs: () => (owedSince === null ? 0 : clock.mono() - owedSince),
    get spoke() {
      return firstOut !== null;
    },
    get dropped() {
      return queue.dropped;
    },
    latency: () => latency.figures(),
    end: () => ffmpeg.end(),
    kill: () => ffmpeg.kill(),
    gone: ffmpeg.gone.then(({ exit }) =>
      exit === null ? ffmpeg.lines : [...ffmpeg.lines, `ended with ${exit}`],
    ),
  };
}

function nothing(): void {
  // Deliberately: there is nothing to undo, or `gone` tells it.
}
