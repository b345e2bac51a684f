// One ffmpeg child: fed from the bus through its own queue, read for progress, ended step by step.
import type { Readable } from 'node:stream';
import type { Clock } from '../../core/clock.ts';
import { redactText } from '../../core/redact.ts';
import { serialiseTag, type FlvTag } from '../bus/flv-tag.ts';
import type { BusTap } from '../bus/tap.ts';
import { createFedProcess, readText, type Launch } from '../fed-process.ts';
import type { MediaSink } from '../hls/packager.ts';
import { classify, type Verdict } from './classify.ts';
import { fileHeaderFor, feedFilter } from './feed.ts';
import type { WorkerPlan } from './plan.ts';
import { mediaFd, presetFd, progressFd } from './ffmpeg-args.ts';
import { afterBlock, bitrateKbps, createProgressParser, noDelivery } from './progress.ts';
import { createTagQueue } from './queue.ts';

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

const kept = { lines: 60, chars: 500 };
const patience = { endMs: 2000, interruptMs: 1000 };

/** Starts ffmpeg on `plan` and feeds it until it is gone. Never throws: what fails shows in `gone`. */
export function startWorker(plan: WorkerPlan, ports: WorkerPorts): Worker {
  const { clock, tap } = ports;
  const queue = createTagQueue(plan.queue);
  let delivery = noDelivery;
  let detach: () => void = nothing;
  const startedAt = clock.mono();
  let lastTagAt = startedAt;
  let drops = { count: 0, atPublish: 0, at: null as number | null };

  const ffmpeg = createFedProcess({
    clock,
    ffmpegPath: ports.ffmpegPath,
    next() {
      const tag = queue.shift();
      return tag && serialiseTag(tag);
    },
    keep: (line) => redactText(line, plan.secrets),
    kept,
    patience,
    onUnfed: () => detach(),
  });
  const { lines } = ffmpeg;
  const gone = ffmpeg.gone.then(({ failed }): Verdict =>
    failed === null
      ? classify({ lines, published: delivery.published, stuckMs: stuckMs() })
      : { cause: 'spawn', detail: failed },
  );
  const child = ffmpeg.start(launchOf(plan, ports.mediaFd));
  if (!child) return dead(gone);

  const parse = createProgressParser();
  readText(child.stdio[progressFd] as Readable, (text) => {
    for (const block of parse(text)) {
      // What went while nobody was there to take it is no slowness of who comes now.
      if (!delivery.published) drops = { count: queue.dropped, atPublish: queue.dropped, at: null };
      delivery = afterBlock(delivery, block, clock.mono());
    }
  });
  if (child.stdout && plan.packages) readMedia(child.stdout);
  else if (child.stdout) readText(child.stdout, ports.onMeasure);

  /** A muxer whose output makes no sense is ended: the next one is tried as after any failure. */
  function readMedia(stream: Readable): void {
    stream.on('data', (chunk: Buffer) => {
      if (ports.sink && !ports.sink.read(chunk)) ffmpeg.kill();
    });
    stream.on('error', nothing);
  }

  const wanted = feedFilter(plan.takes);
  const take = (tag: FlvTag) => {
    const now = clock.mono();
    lastTagAt = now;
    ports.sink?.fed(tag);
    queue.push(tag, now);
    if (queue.dropped > drops.count) drops = { ...drops, count: queue.dropped, at: now };
    ffmpeg.feed();
  };
  let replaying = true;
  detach = tap.attach((tag) => {
    if (ffmpeg.feeding && wanted(tag, replaying)) take(tag);
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
    pid: ffmpeg.pid,
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
    end: () => ffmpeg.end(),
    kill: () => ffmpeg.kill(),
    gone,
  };
}

function launchOf(plan: WorkerPlan, file: number | undefined): Launch {
  return {
    args: plan.args,
    head: fileHeaderFor(plan.takes),
    descriptors: {
      ...(plan.measures || plan.packages ? { 1: 'pipe' as const } : {}),
      [progressFd]: 'pipe',
      ...(file === undefined ? {} : { [mediaFd]: file }),
    },
    secret: { fd: presetFd, text: plan.preset },
    niceness: plan.niceness,
  };
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

function nothing(): void {
  // Deliberately: there is nothing to undo, or `gone` tells it.
}
