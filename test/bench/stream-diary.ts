// What a destination notes of one stream: sessions, who fed it when, how old its pictures were, and its clocks.
import { stampOf } from './stamp.ts';

/** A picture: when it left the encoder and how old it was when all of it had arrived, ms. */
export interface Aged {
  readonly stamp: number;
  readonly age: number;
}

/** Pictures in a row from one feeder in one session; times are ms of the machine's clock. */
export interface Stretch {
  /** Number of the encoder; null for pictures without a stamp: the slate. */
  readonly encoder: number | null;
  readonly firstAt: number;
  lastAt: number;
  pictures: number;
}

/** The clocks of the stream over some seconds of program, ms. */
export interface ClockWindow {
  readonly at: number;
  /** Arrival minus timestamp, of the quickest picture. */
  readonly wall: number;
  /** How much the picture's timestamps are ahead of the sound's, for the same moment; median. */
  readonly av: number;
}

/** A time without any picture, whatever the session. */
export interface Gap {
  /** When the last picture before it had arrived, ms of the machine's clock. */
  readonly at: number;
  readonly ms: number;
}

/** Everything noted since the destination began. */
export interface Diary {
  /** When each session was let in: more than one means that the platform saw a break. */
  readonly sessions: readonly number[];
  readonly stretches: readonly Stretch[];
  /** Packets whose timestamp was not greater than the one before them, per session and kind. */
  readonly nonMonotonic: number;
  /** Longest time without any picture since the first one, whatever the session, ms. */
  readonly longestGapMs: number;
  /** The newest of those that a person could see. */
  readonly gaps: readonly Gap[];
  /** Largest step of a picture's timestamp within a session, ms. */
  readonly longestStepMs: number;
  readonly windows: readonly ClockWindow[];
}

/** One stream's notes, being written. */
export interface DiaryWriter {
  /** A publisher was let in. */
  published(at: number): void;
  picture(at: number, timestamp: number, body: Buffer): void;
  sound(at: number, timestamp: number, body: Buffer): void;
  diary(): Diary;
  /** The newest pictures with a stamp, oldest first. */
  ages(): readonly Aged[];
}

const windowMs = 5000;
const keptAges = 4000;
/** Three pictures missing. */
const gapMs = 100;
const keptGaps = 1000;
/** The picture's first bytes say that it is a picture and not the decoder's settings. */
const isMedia = (body: Buffer): boolean => body[1] === 1;

/** Starts the notes of one stream. */
export function createDiary(): DiaryWriter {
  const sessions: number[] = [];
  const stretches: Stretch[] = [];
  const windows: ClockWindow[] = [];
  const ages: Aged[] = [];
  const gaps: Gap[] = [];
  const last = { picture: -Infinity, sound: -Infinity, arrival: Number.NaN };
  const found = { nonMonotonic: 0, longestGapMs: 0, longestStepMs: 0 };
  let present: Stretch | null = null;
  let open = openWindow(0, null);

  function step(kind: 'picture' | 'sound', timestamp: number): void {
    if (timestamp <= last[kind]) found.nonMonotonic += 1;
    else if (kind === 'picture' && last.picture >= 0) {
      found.longestStepMs = Math.max(found.longestStepMs, timestamp - last.picture);
    }
    last[kind] = timestamp;
  }

  function arrived(at: number): void {
    const ms = at - last.arrival;
    last.arrival = at;
    if (Number.isNaN(ms)) return;
    found.longestGapMs = Math.max(found.longestGapMs, ms);
    if (ms > gapMs) gaps.push({ at: at - ms, ms });
    if (gaps.length > keptGaps) gaps.shift();
  }

  function closeWindow(): void {
    const { at, pictures, sounds, wall } = open;
    if (pictures.length === 0 || sounds.length === 0) return;
    windows.push({ at, wall, av: median(pictures) - median(sounds) });
  }

  /** The window that `at` falls in; another encoder's timeline is another one. */
  function windowFor(at: number, encoder: number): OpenWindow {
    if (open.encoder !== encoder || at - open.at > windowMs) {
      closeWindow();
      open = openWindow(at, encoder);
    }
    return open;
  }

  return {
    published(at) {
      sessions.push(at);
      last.picture = -Infinity;
      last.sound = -Infinity;
      present = null;
    },
    picture(at, timestamp, body) {
      if (!isMedia(body)) return;
      step('picture', timestamp);
      arrived(at);
      const stamp = stampOf(body);
      const encoder = stamp?.encoder ?? null;
      if (present?.encoder !== encoder) {
        present = { encoder, firstAt: at, lastAt: at, pictures: 0 };
        stretches.push(present);
      }
      present.lastAt = at;
      present.pictures += 1;
      if (!stamp) return;
      ages.push({ stamp: stamp.left, age: at - stamp.left });
      if (ages.length > 2 * keptAges) ages.splice(0, keptAges);
      const window = windowFor(at, stamp.encoder);
      window.pictures.push(timestamp - stamp.due);
      window.wall = Math.min(window.wall, at - timestamp);
    },
    sound(at, timestamp, body) {
      if (!isMedia(body)) return;
      step('sound', timestamp);
      const stamp = stampOf(body);
      if (stamp) windowFor(at, stamp.encoder).sounds.push(timestamp - stamp.due);
    },
    diary: () => ({ sessions, stretches, windows, gaps, ...found }),
    ages: () => ages,
  };
}

interface OpenWindow {
  readonly at: number;
  readonly encoder: number | null;
  readonly pictures: number[];
  readonly sounds: number[];
  wall: number;
}

function openWindow(at: number, encoder: number | null): OpenWindow {
  return { at, encoder, pictures: [], sounds: [], wall: Infinity };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
