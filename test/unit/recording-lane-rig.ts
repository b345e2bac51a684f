// A recording lane on a bus and writers moved by hand.
import type { FlvTag } from '../../server/air/bus/flv-tag.ts';
import type { Verdict } from '../../server/air/outputs/classify.ts';
import { createLane, type Lane } from '../../server/air/outputs/recording-lane.ts';
import type { Session } from '../../server/air/outputs/recording-session.ts';
import { manualClock, type ManualClock } from '../service/air-fakes.ts';

/** A file that a test makes write, end or die. */
export interface Writer extends Session {
  readonly got: FlvTag[];
  readonly startedAt: number;
  accepted: boolean;
  ended: 'no' | 'kept' | 'discarded' | 'killed';
  /** Its process is gone. */
  die(verdict?: Verdict): Promise<void>;
}

/** A lane, what is around it, and what became of it. */
export interface LaneRig {
  readonly clock: ManualClock;
  readonly lane: Lane;
  readonly writers: Writer[];
  /** Why the recording was lost, each time. */
  readonly lost: Verdict[];
  /** How each try at a next file ended. */
  readonly rolls: (Verdict | null)[];
  /** All media that was sent, headers left out. */
  readonly sent: FlvTag[];
  /** Takes what the bus sends; null while the lane does not listen. */
  consumer: ((tag: FlvTag) => void) | null;
  /** What the bus gives to one who joins. */
  gop: FlvTag[];
  wanted: { folder: string; rollMs: number };
  header(type: 'video' | 'audio', body: string): FlvTag;
  video(body?: string): FlvTag;
  give(tag: FlvTag): void;
  /** A group of pictures of a second, sound between them. */
  group(pictures?: number): void;
  /** The lane records, its first file writes. */
  started(): void;
  /** All media of the files that were kept. */
  kept(): FlvTag[];
}

/** How a process ends that says nothing. */
export const died: Verdict = { cause: 'unknown', detail: 'ended without a word' };
/** What a writer was given, headers left out. */
export const frames = (w: Writer) => w.got.filter((tag) => !tag.header);
/** The headers a writer was given, as text. */
export const headers = (w: Writer) =>
  w.got.filter((tag) => tag.header).map((tag) => String(tag.body));

/** A lane that has not begun, on a bus with nothing to give. */
export function laneRig(): LaneRig {
  const clock = manualClock();
  const r: LaneRig = {
    clock,
    lane: createLane({
      clock,
      tap: {
        flowing: true,
        attach(taker) {
          for (const tag of r.gop) taker(tag);
          r.consumer = taker;
          return () => (r.consumer = null);
        },
      },
      startSession: (startedAt) => addWriter(r, startedAt),
      wanted: () => r.wanted,
      onGone: (verdict) => void r.lost.push(verdict),
      onRoll: (verdict) => void r.rolls.push(verdict),
    }),
    writers: [],
    lost: [],
    rolls: [],
    sent: [],
    consumer: null,
    gop: [],
    wanted: { folder: 'A', rollMs: 60_000 },
    header: (type, body) => ({
      type,
      timestamp: clock.mono(),
      body: Buffer.from(body),
      header: true,
      key: false,
    }),
    video: (body = 'avc-1') => r.header('video', body),
    give(tag) {
      if (!tag.header) r.sent.push(tag);
      r.consumer?.(tag);
    },
    group(pictures = 4) {
      for (let i = 0; i < pictures; i += 1) {
        const timestamp = r.clock.mono();
        const at = { timestamp, header: false };
        r.give({ ...at, type: 'video', key: i === 0, body: Buffer.from(`v${timestamp}`) });
        r.give({ ...at, type: 'audio', key: false, body: Buffer.from(`a${timestamp}`) });
        r.clock.advance(1000 / pictures);
        r.lane.tick();
      }
    },
    started() {
      r.gop = [r.video(), r.header('audio', 'aac')];
      r.lane.start();
      r.gop = [];
      r.group();
      r.writers[0]!.accepted = true;
      r.lane.tick();
    },
    kept: () =>
      r.writers.filter((w) => w.ended !== 'discarded' && w.ended !== 'killed').flatMap(frames),
  };
  return r;
}

/** A file that starts in the folder that is wanted; a test says when it writes and when it dies. */
function addWriter(r: LaneRig, startedAt: number): Writer {
  const { folder } = r.wanted;
  let gone: (verdict: Verdict) => void = () => undefined;
  const made: Writer = {
    folder,
    startedAt,
    file: `${folder}${r.writers.length}`,
    startedMono: r.clock.mono(),
    pid: null,
    got: [],
    accepted: false,
    ended: 'no',
    view: () => ({
      accepted: made.accepted,
      dryMs: 0,
      stuckMs: 0,
      droppedAgoMs: null,
      dropped: 0,
      queueMs: 0,
      sentBytes: 0,
      bitrateKbps: 0,
    }),
    lines: () => [],
    push: (tag) => void (made.ended === 'no' && made.got.push(tag)),
    end(options) {
      if (made.ended === 'no') made.ended = options?.discard ? 'discarded' : 'kept';
    },
    kill: () => void (made.ended = 'killed'),
    gone: new Promise((resolve) => (gone = resolve)),
    closed: new Promise(() => undefined),
    async die(verdict = died) {
      gone(verdict);
      await new Promise<void>((resolve) => void setImmediate(resolve));
    },
  };
  r.writers.push(made);
  return made;
}
