// Keeps a recording going from file to file: the next one starts at a key frame, the last one ends just there.
import type { Clock } from '../../core/clock.ts';
import type { BusTap } from '../bus/tap.ts';
import type { FlvTag } from '../bus/flv-tag.ts';
import type { Verdict } from './classify.ts';
import type { Session } from './recording-session.ts';

export interface LanePorts {
  readonly tap: BusTap;
  readonly clock: Clock;
  /** Starts a file whose first picture is shown at `startedAt` (epoch ms). */
  readonly startSession: (startedAt: number) => Session;
  /** Folder to be in, and how long a file may get, ms. */
  readonly wanted: () => { readonly folder: string; readonly rollMs: number };
  /** The file being written was lost and nothing took its place; its writer's last lines. */
  readonly onGone: (verdict: Verdict, lines: readonly string[]) => void;
  /** The next file could not be started: the present one goes on. Null: now it could. */
  readonly onRoll: (verdict: Verdict | null) => void;
}

export interface Lane {
  /** The file being written; null while there is none. */
  readonly current: Session | null;
  /** Whether any file is not closed yet. */
  readonly busy: boolean;
  /** Ms since the bus last gave anything. */
  dryMs(): number;
  /** Whether the next file is being started beside the present one. */
  readonly rolling: boolean;
  start(): void;
  tick(): void;
  /** Ends cleanly: everything given so far is written. */
  end(): void;
  kill(): void;
}

/** A writer shows its first fragment about a second after its first frame. */
const handoverMs = 8000;
const rollAgainMs = 3000;
/** What the present file would miss if the next one failed. */
const maxHeldBytes = 64e6;

interface Handover {
  readonly session: Session;
  readonly at: number;
  held: FlvTag[];
  heldBytes: number;
}

const noHeaders = { video: null, audio: null };

/** A lane without a file. */
export function createLane(ports: LanePorts): Lane {
  const { clock, tap } = ports;
  const open = new Set<Session>();
  let current: Session | null = null;
  let next: Handover | null = null;
  let headers: { readonly video: FlvTag | null; readonly audio: FlvTag | null } = noHeaders;
  /** Frames followed the headers: from now on others are those of another encoding. */
  let described = false;
  /** The encoder changed: nothing fits the present file any more, a key frame begins the next. */
  let cut = false;
  let rollAfter = 0;
  let lastTagAt = 0;
  let detach: (() => void) | null = null;
  let ended = false;

  function begin(startedAt: number, timestamp: number): Session {
    const session = ports.startSession(startedAt);
    open.add(session);
    for (const tag of [headers.video, headers.audio]) {
      if (tag) session.push({ ...tag, timestamp });
    }
    void session.gone.then((verdict) => lost(session, verdict));
    void session.closed.then(() => open.delete(session));
    return session;
  }

  function take(tag: FlvTag): void {
    lastTagAt = clock.mono();
    if (tag.type === 'script' || ended) return;
    if (tag.header) {
      header(tag);
      return;
    }
    if (tag.key) atKeyFrame(tag);
    if (cut) return;
    described = true;
    if (next) hold(next, tag);
    else current?.push(tag);
  }

  /** One MP4 describes one encoding: with other headers the present file could not be decoded. */
  function header(tag: FlvTag): void {
    if (tag.type === 'script' || headers[tag.type]?.body.equals(tag.body)) return;
    headers = { ...headers, [tag.type]: tag };
    if (described) cut = true;
    else current?.push(tag);
  }

  function atKeyFrame(tag: FlvTag): void {
    if (cut && current) {
      abandon(null);
      current.end();
      current = begin(clock.now(), tag.timestamp);
      cut = false;
    } else if (due()) {
      next = { session: begin(clock.now(), tag.timestamp), at: lastTagAt, held: [], heldBytes: 0 };
    }
  }

  function due(): boolean {
    // Not before the present one is known to write: it would have nothing to hand over.
    if (!current || next || lastTagAt < rollAfter || !current.view()?.accepted) return false;
    const { folder, rollMs } = ports.wanted();
    return folder !== current.folder || lastTagAt - current.startedMono >= rollMs;
  }

  function hold(handover: Handover, tag: FlvTag): void {
    handover.session.push(tag);
    handover.held.push(tag);
    handover.heldBytes += tag.body.length;
    if (handover.heldBytes > maxHeldBytes) {
      abandon({ cause: 'stalled', detail: 'the next file did not start in time' });
    }
  }

  /** The next file did not come to be: the present one gets what was held for that case. */
  function abandon(verdict: Verdict | null): void {
    if (!next) return;
    const { session, held } = next;
    next = null;
    session.end({ discard: true });
    for (const tag of held) current?.push(tag);
    rollAfter = clock.mono() + rollAgainMs;
    if (verdict) ports.onRoll(verdict);
  }

  function promote(): void {
    if (!next) return;
    current?.end();
    current = next.session;
    next = null;
    ports.onRoll(null);
  }

  function lost(session: Session, verdict: Verdict): void {
    if (session === next?.session) abandon(verdict);
    if (session !== current) return;
    const lines = current.lines();
    if (next) {
      // The next one has everything from its key frame on.
      promote();
      return;
    }
    leave();
    ports.onGone(verdict, lines);
  }

  function leave(): void {
    detach?.();
    detach = null;
    current = null;
    cut = false;
  }

  return {
    get current() {
      return current;
    },
    get busy() {
      return open.size > 0;
    },
    get rolling() {
      return next !== null;
    },
    dryMs: () => clock.mono() - lastTagAt,
    start() {
      if (current) return;
      lastTagAt = clock.mono();
      headers = noHeaders;
      described = false;
      ended = false;
      // Its newest group of pictures comes at once: it began to be shown as long ago as it lasts.
      const replayed: FlvTag[] = [];
      let replaying = true;
      detach = tap.attach((tag) => (replaying ? void replayed.push(tag) : take(tag)));
      replaying = false;
      const frames = replayed.filter((tag) => !tag.header && tag.type !== 'script');
      const first = frames[0]?.timestamp ?? 0;
      const shownMs = Math.max(0, (frames.at(-1)?.timestamp ?? 0) - first);
      current = begin(clock.now() - shownMs, first);
      for (const tag of replayed) take(tag);
    },
    tick() {
      if (next?.session.view()?.accepted) promote();
      else if (next && clock.mono() - next.at > handoverMs) {
        abandon({ cause: 'stalled', detail: 'the next file did not start in time' });
      }
      // After a change of encoder there was no old file to go on with.
      const age = current ? clock.mono() - current.startedMono : 0;
      if (age > handoverMs && !current?.view()?.accepted) current?.kill();
    },
    end() {
      if (next?.session.view()?.accepted) promote();
      else abandon(null);
      ended = true;
      current?.end();
    },
    kill() {
      ended = true;
      for (const session of open) session.kill();
    },
  };
}
