// One ffmpeg child: fed from the bus through its own queue, read for progress, ended step by step.
import { spawn, type ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';
import type { Readable } from 'node:stream';
import type { Clock } from '../../core/clock.ts';
import { redactText } from '../../core/redact.ts';
import { stopChild, type StopStep } from '../../core/stop-child.ts';
import { serialiseTag, type FlvTag } from '../bus/flv-tag.ts';
import type { BusTap } from '../bus/tap.ts';
import type { MediaSink } from '../hls/packager.ts';
import { classify, type Verdict } from './classify.ts';
import { fileHeaderFor, feedFilter } from './feed.ts';
import type { WorkerPlan } from './plan.ts';
import { mediaFd, presetFd, progressFd } from './ffmpeg-args.ts';
import { afterBlock, bitrateKbps, createProgressParser, noDelivery } from './progress.ts';
import { createTagQueue } from './queue.ts';
import { openSecretFile } from './secret-file.ts';

export interface WorkerPorts {
  readonly tap: BusTap;
  readonly clock: Clock;
  readonly ffmpegPath: string;
  /** Text of stdout, for a plan that measures. */
  readonly onMeasure: (text: string) => void;
  /** Descriptor of an open file, for a plan that writes to one. */
  readonly mediaFd?: number;
  /** Takes the media on stdout, for a plan that packages. */
  readonly sink?: MediaSink;
}

/** What a worker shows of itself; times are ms ago. */
export interface WorkerView {
  readonly accepted: boolean;
  readonly dryMs: number;
  readonly stuckMs: number;
  readonly droppedAgoMs: number | null;
  /** Frames dropped since the destination let it publish. */
  readonly dropped: number;
  readonly queueMs: number;
  readonly sentBytes: number;
  readonly bitrateKbps: number;
}

export interface Worker {
  /** Null when it could not be started. */
  readonly pid: number | null;
  view(): WorkerView;
  /** Its last lines, secrets removed, oldest first. */
  lines(): readonly string[];
  /** Ends the session cleanly: end of input, then SIGINT, then SIGKILL. Resolves when it is gone. */
  end(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
  /** Resolves once, when it is gone; with what its last words mean. */
  readonly gone: Promise<Verdict>;
}

const keptLines = 60;
const maxLine = 500;

/** Starts ffmpeg on `plan` and feeds it until it is gone. Never throws: what fails shows in `gone`. */
export function startWorker(plan: WorkerPlan, ports: WorkerPorts): Worker {
  const { clock, tap } = ports;
  const queue = createTagQueue(plan.queue);
  const lines: string[] = [];
  let delivery = noDelivery;
  let feeding = true;
  let blocked = false;
  let detach: () => void = nothing;
  const startedAt = clock.mono();
  let lastTagAt = startedAt;
  let drops = { count: 0, atPublish: 0, at: null as number | null };

  const child = launch(plan, ports);
  const gone = new Promise<Verdict>((resolve) => {
    const finish = (verdict: () => Verdict) => {
      feeding = false;
      detach();
      resolve(verdict());
    };
    if (child instanceof Error) {
      finish(() => ({ cause: 'spawn', detail: child.message }));
      return;
    }
    child.once('error', (error) => {
      if (child.pid === undefined) finish(() => ({ cause: 'spawn', detail: error.message }));
    });
    // `close` comes after the last line was read; `exit` may come before it.
    child.once('close', () =>
      finish(() => classify({ lines, published: delivery.published, stuckMs: stuckMs() })),
    );
  });
  if (child instanceof Error) return dead(gone);

  const stdin = child.stdin!;
  const write = (bytes: Buffer) => {
    if (stdin.write(bytes)) return;
    blocked = true;
    stdin.once('drain', () => {
      blocked = false;
      pump();
    });
  };
  function pump(): void {
    for (let tag = next(); tag; tag = next()) write(serialiseTag(tag));
  }
  function next(): FlvTag | undefined {
    return feeding && !blocked ? queue.shift() : undefined;
  }
  // The worker may be gone while we write; `close` tells why.
  stdin.on('error', nothing);
  readLines(child.stderr!, (line) => {
    lines.push(redactText(line, plan.secrets).slice(0, maxLine));
    if (lines.length > keptLines) lines.shift();
  });
  const parse = createProgressParser();
  onText(child.stdio[progressFd] as Readable, (text) => {
    for (const block of parse(text)) {
      if (!delivery.published) drops = { ...drops, atPublish: queue.dropped };
      delivery = afterBlock(delivery, block, clock.mono());
    }
  });
  if (child.stdout && plan.packages) readMedia(child.stdout, ports.sink, child);
  else if (child.stdout) onText(child.stdout, ports.onMeasure);

  write(fileHeaderFor(plan.takes));
  const wanted = feedFilter(plan.takes);
  const take = (tag: FlvTag) => {
    const now = clock.mono();
    lastTagAt = now;
    ports.sink?.fed(tag);
    queue.push(tag, now);
    if (queue.dropped > drops.count) drops = { ...drops, count: queue.dropped, at: now };
    pump();
  };
  let replaying = true;
  detach = tap.attach((tag) => {
    if (feeding && wanted(tag, replaying)) take(tag);
  });
  replaying = false;

  function stuckMs(): number {
    const now = clock.mono();
    const dryMs = now - lastTagAt;
    const stuck = delivery.advancedAt === null ? 0 : now - delivery.advancedAt;
    // Without anything to send, standing still is no fault of the destination.
    return Math.max(0, Math.min(stuck, now - startedAt) - (dryMs > 500 ? dryMs : 0));
  }

  return {
    pid: child.pid ?? null,
    view() {
      const now = clock.mono();
      return {
        accepted: delivery.accepted,
        dryMs: now - lastTagAt,
        stuckMs: stuckMs(),
        droppedAgoMs: delivery.published && drops.at !== null ? now - drops.at : null,
        dropped: delivery.published ? queue.dropped - drops.atPublish : 0,
        queueMs: Math.round(queue.ageMs(now)),
        sentBytes: delivery.totalBytes,
        bitrateKbps: bitrateKbps(delivery, now),
      };
    },
    lines: () => lines,
    async end() {
      feeding = false;
      detach();
      await stopChild(clock, child, stopLadder);
    },
    kill() {
      feeding = false;
      detach();
      child.kill('SIGKILL');
    },
    gone,
  };
}

const stopLadder: readonly StopStep[] = [
  // Whatever waits in the queue is let go: a stop is a stop, and the trailer must still get out.
  { act: (child) => child.stdin?.end(), waitMs: 2000 },
  { act: (child) => child.kill('SIGINT'), waitMs: 1000 },
];

/** The process, or why the system would not start it. */
function launch(
  plan: WorkerPlan,
  { ffmpegPath, mediaFd: file }: Pick<WorkerPorts, 'ffmpegPath' | 'mediaFd'>,
): ChildProcess | Error {
  try {
    const secret = openSecretFile(plan.preset);
    try {
      const stdio: (number | 'pipe' | 'ignore')[] = [];
      stdio[0] = 'pipe';
      stdio[1] = plan.measures || plan.packages ? 'pipe' : 'ignore';
      stdio[2] = 'pipe';
      stdio[progressFd] = 'pipe';
      stdio[presetFd] = secret.fd;
      if (file !== undefined) stdio[mediaFd] = file;
      const child = spawn(ffmpegPath, [...plan.args], {
        stdio,
        // Its own group: a Ctrl-C in the terminal reaches us, and we end it in order.
        detached: true,
        env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', AV_LOG_FORCE_NOCOLOR: '1' },
      });
      // Before it has threads of its own: they inherit it.
      if (plan.niceness && child.pid !== undefined) yieldTo(child.pid, plan.niceness);
      return child;
    } finally {
      secret.close();
    }
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function yieldTo(pid: number, niceness: number): void {
  try {
    setPriority(pid, niceness);
  } catch {
    // It is gone already; `close` tells why.
  }
}

function nothing(): void {
  // Deliberately: there is nothing to undo, or `gone` tells it.
}

/** What a worker shows that has not been started. */
export const unstarted: WorkerView = {
  accepted: false,
  dryMs: 0,
  stuckMs: 0,
  droppedAgoMs: null,
  dropped: 0,
  queueMs: 0,
  sentBytes: 0,
  bitrateKbps: 0,
};

function dead(gone: Promise<Verdict>): Worker {
  return {
    pid: null,
    view: () => unstarted,
    lines: () => [],
    end: async () => undefined,
    kill: nothing,
    gone,
  };
}

/** A muxer whose output makes no sense is ended: the next one is tried as after any failure. */
function readMedia(stream: Readable, sink: MediaSink | undefined, child: ChildProcess): void {
  stream.on('data', (chunk: Buffer) => {
    if (sink && !sink.read(chunk)) child.kill('SIGKILL');
  });
  stream.on('error', nothing);
}

function onText(stream: Readable, use: (text: string) => void): void {
  stream.setEncoding('utf8');
  stream.on('data', use);
  stream.on('error', nothing);
}

function readLines(stream: Readable, use: (line: string) => void): void {
  let rest = '';
  onText(stream, (text) => {
    const parts = (rest + text).split('\n');
    rest = (parts.pop() ?? '').slice(-4000);
    for (const line of parts) if (line.trim()) use(line);
  });
}
