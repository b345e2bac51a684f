// One ffmpeg that encodes all that goes out: fed from the bus through its own queue, its tags handed on.
import { spawn, type ChildProcess } from 'node:child_process';
import type { EncoderProfile } from '../../contract/profiles.ts';
import type { Clock } from '../../core/clock.ts';
import { stopChild, type StopStep } from '../../core/stop-child.ts';
import { createFlvParser } from '../bus/flv-parser.ts';
import { flvFileHeader, retimed, serialiseTag, type FlvTag } from '../bus/flv-tag.ts';
import type { BusTap } from '../bus/tap.ts';
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
const keptLines = 20;
const maxLine = 300;

const stopLadder: readonly StopStep[] = [
  { act: (child) => child.stdin?.end(), waitMs: 1000 },
  { act: (child) => child.kill('SIGINT'), waitMs: 500 },
];

/**
 * Attaches to the bus; ffmpeg is started with the first key frame, and where the bus has older
 * pictures it begins after them. Never throws: what fails shows in `gone`.
 */
export function startEncoder(profile: EncoderProfile, ports: EncoderProcessPorts): EncoderProcess {
  const { clock, tap } = ports;
  const queue = createTagQueue(queueLimits);
  const fill = createSoundFill();
  const latency = createLatencyMeter();
  const lines: string[] = [];
  let child: ChildProcess | null = null;
  let feeding = true;
  let blocked = false;
  let detach: () => void = nothing;
  /** Time on the bus of its own 0: the first key frame; null before that. */
  let base: number | null = null;
  let newest = 0;
  /** Where in its own time it begins to encode, and the time of its first picture as it came out. */
  let fromMs = 0;
  let firstOut: number | null = null;
  let owedSince: number | null = null;
  let settle: (lines: readonly string[]) => void = nothing;
  const gone = new Promise<readonly string[]>((resolve) => {
    settle = resolve;
  });

  function stop(): void {
    feeding = false;
    detach();
  }

  function finish(): void {
    stop();
    settle(lines);
  }

  function say(line: string): void {
    lines.push(line.slice(0, maxLine));
    if (lines.length > keptLines) lines.shift();
  }

  function fail(why: string): void {
    say(why);
    kill();
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
    while (child && feeding && !blocked) {
      const tag = queue.shift();
      if (!tag) return;
      write(serialiseTag(tag));
    }
  }

  function begin(): void {
    try {
      child = spawn(ports.ffmpegPath, encodeArgs(profile, fromMs), {
        stdio: ['pipe', 'pipe', 'pipe'],
        // Its own group: a Ctrl-C in the terminal reaches us, and we end it in order.
        detached: true,
        env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', AV_LOG_FORCE_NOCOLOR: '1' },
      });
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
      return finish();
    }
    const mine = child;
    mine.once('error', (error) => {
      say(error.message);
      if (mine.pid === undefined) finish();
    });
    mine.once('close', (code, signal) => {
      say(`ended with ${signal ?? code}`);
      finish();
    });
    // It may be gone while we write; `close` tells.
    mine.stdin!.on('error', nothing);
    listen(mine);
    write(flvFileHeader);
    pump();
  }

  function listen(mine: ChildProcess): void {
    const parser = createFlvParser();
    mine.stdout!.on('error', nothing);
    mine.stdout!.on('data', (chunk: Buffer) => {
      if (!feeding) return;
      try {
        for (const tag of parser.push(chunk)) receive(tag);
      } catch (error) {
        fail(error instanceof Error ? error.message : String(error));
      }
    });
    let rest = '';
    mine.stderr!.setEncoding('utf8');
    mine.stderr!.on('error', nothing);
    mine.stderr!.on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = (parts.pop() ?? '').slice(-4000);
      for (const line of parts) if (line.trim()) say(line);
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
      if (tag.timestamp - newest > holeMs) return fail('nothing came for seconds: starting anew');
      newest = tag.timestamp;
    }
    const zero = base ?? tag.timestamp;
    for (const fed of fill.push(tag)) queue.push(retimed(fed, fed.timestamp - zero), now);
    if (tag.type !== 'video' || tag.header) return;
    latency.fed(tag.timestamp - zero, now);
    if (replaying) fromMs = tag.timestamp - zero;
    else if (!child) begin();
    if (child) owedSince ??= now;
  }

  function kill(): void {
    stop();
    if (child) child.kill('SIGKILL');
    else settle(lines);
  }

  let replaying = true;
  detach = tap.attach((tag) => {
    if (!feeding) return;
    take(tag);
    pump();
  });
  replaying = false;
  if (feeding && base !== null) begin();
  // It may have failed while the bus was still handing over.
  if (!feeding) detach();

  return {
    get pid() {
      return child?.pid ?? null;
    },
    deafMs: () => (owedSince === null ? 0 : clock.mono() - owedSince),
    get spoke() {
      return firstOut !== null;
    },
    get dropped() {
      return queue.dropped;
    },
    latency: () => latency.figures(),
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
