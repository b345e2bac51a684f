// One file of a recording, from its first key frame to its end: waits for the disk, then feeds its writer.
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { FlvTag } from '../bus/flv-tag.ts';
import type { Verdict } from './classify.ts';
import type { WorkerPlan } from './plan.ts';
import type { RecordingDisk } from './recording-disk.ts';
import { diskVerdict, type RecordingFile } from './recording-file.ts';
import { withFile, withoutFile } from './recording-manifest.ts';
import { startWorker, type Worker, type WorkerView } from './worker.ts';

export interface SessionPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly disk: RecordingDisk;
  readonly ffmpegPath: string;
}

export interface SessionWish {
  /** Which output records. */
  readonly output: string;
  readonly folder: string;
  /** Whose clock names the file (IANA); null: UTC. */
  readonly zone: string | null;
  /** What is written beside the files about the folder. */
  readonly about: Readonly<Record<string, unknown>>;
  readonly plan: WorkerPlan;
  /** Wall-clock time of the first picture, epoch ms. */
  readonly startedAt: number;
}

export interface Session {
  readonly folder: string;
  /** Null until it is made. */
  readonly file: string | null;
  readonly startedMono: number;
  readonly pid: number | null;
  /** The writer's; null until the file is made. */
  view(): WorkerView | null;
  lines(): readonly string[];
  /** Gives it one tag more; kept until the writer runs. Ignored once it is told to end. */
  push(tag: FlvTag): void;
  /** What it was given is written, then the file closed. `discard`: it is not wanted after all. */
  end(options?: { discard: boolean }): void;
  kill(): void;
  /** The writer is gone, or there never was one; why, if nobody asked for it. */
  readonly gone: Promise<Verdict>;
  /** The file is closed and in the list. */
  readonly closed: Promise<void>;
}

/** What waits for the disk before the writer runs: half a minute at 16 Mb/s. */
const maxWaitingBytes = 64e6;
/** How long an ended file may take to write what it was given. */
const drainMs = 1500;
const drainEveryMs = 20;
const syncMs = 5000;

/** Starts one; never throws: what fails shows in `gone`. */
export function startSession(wish: SessionWish, ports: SessionPorts): Session {
  const { clock, disk, log } = ports;
  const { folder, output } = wish;
  let waiting: FlvTag[] = [];
  let waitingBytes = 0;
  let consume: ((tag: FlvTag) => void) | null = null;
  let worker: Worker | null = null;
  let file: RecordingFile | null = null;
  let ending = false;
  let discarded = false;
  let killed = false;
  let lastTagAt = wish.startedAt;
  const startedMono = clock.mono();

  async function write(): Promise<Verdict> {
    try {
      file = await disk.open(folder, wish.startedAt, wish.zone);
    } catch (error) {
      return diskVerdict(error);
    }
    const made = file;
    if (killed || discarded || waitingBytes > maxWaitingBytes) {
      return { cause: 'folder', detail: 'the disk did not answer in time' };
    }
    const start = { file: made.name, output, start: iso(wish.startedAt), end: null, bytes: null };
    void disk.note(folder, (m) => withFile({ ...m, about: { ...wish.about } }, start));
    const mine = startWorker(wish.plan, {
      tap: {
        flowing: true,
        attach(taker) {
          for (const tag of waiting) taker(tag);
          waiting = [];
          consume = taker;
          return () => (consume = null);
        },
      },
      clock,
      ffmpegPath: ports.ffmpegPath,
      onMeasure: () => undefined,
      mediaFd: made.fd,
    });
    worker = mine;
    if (ending) drain(mine);
    let syncing = false;
    const stopSyncs = clock.every(syncMs, () => {
      if (syncing) return;
      syncing = true;
      disk
        .sync(made)
        .catch(() => undefined)
        .finally(() => (syncing = false));
    });
    const verdict = await mine.gone;
    stopSyncs();
    return verdict;
  }

  /** Ends the writer once it has all it was given. */
  function drain(mine: Worker): void {
    const until = clock.mono() + drainMs;
    const look = () => {
      if (mine.view().queueMs > 0 && clock.mono() < until) clock.after(drainEveryMs, look);
      else void mine.end();
    };
    // Not at once: what came this very moment has no age yet, and would be taken for nothing.
    clock.after(drainEveryMs, look);
  }

  const gone = write();
  const closed = gone.then(async () => {
    waiting = [];
    const made = file;
    if (!made) return;
    try {
      const bytes = await disk.finish(folder, made, !discarded);
      const end = iso(lastTagAt);
      const entry = { file: made.name, output, start: iso(wish.startedAt), end, bytes };
      await disk.note(folder, (m) =>
        bytes === 0 ? withoutFile(m, made.name) : withFile(m, entry),
      );
    } catch (error) {
      log.error({ err: error, folder, file: made.name }, 'a recording could not be closed');
    }
  });

  return {
    folder,
    startedMono,
    get file() {
      return file?.name ?? null;
    },
    get pid() {
      return worker?.pid ?? null;
    },
    view: () => worker?.view() ?? null,
    lines: () => worker?.lines() ?? [],
    push(tag) {
      if (ending) return;
      lastTagAt = clock.now();
      if (consume) consume(tag);
      else if (!worker && waitingBytes <= maxWaitingBytes) {
        waiting.push(tag);
        waitingBytes += tag.body.length;
      }
    },
    end({ discard } = { discard: false }) {
      if (ending) return;
      ending = true;
      discarded = discard;
      if (!worker) return;
      if (discard) worker.kill();
      else drain(worker);
    },
    kill() {
      ending = true;
      killed = true;
      worker?.kill();
    },
    gone,
    closed,
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
