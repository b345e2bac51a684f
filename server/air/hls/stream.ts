// One web player's last minutes in memory: parts, segments and their headers, and who waits for the next.
import type { Clock } from '../../core/clock.ts';
import { nextPart, playlistText, secondsOf, type ListedSegment } from './playlist.ts';
import { createWaiting, type Waiting } from './waiting.ts';

export interface StreamPorts {
  readonly clock: Clock;
  /** What makes its names unique over restarts. */
  readonly session: string;
}

export interface StreamSettings {
  readonly partMs: number;
  readonly windowSeconds: number;
  /** The encoder's distance of key frames: the length of a segment. */
  readonly keyframeSeconds: number;
}

/** One part as the packager made it. */
export interface NewPart {
  readonly bytes: Buffer;
  readonly seconds: number;
  /** Epoch ms at which its first picture left. */
  readonly at: number;
  readonly independent: boolean;
  /** The next one begins with a key frame: the segment is whole. */
  readonly last: boolean;
  /** Its pictures do not continue those before; only together with `independent`. */
  readonly discontinuity: boolean;
}

export interface HlsStream {
  /** The headers of the segments from the next independent part on; the same bytes change nothing. */
  useInit(bytes: Buffer): void;
  publish(part: NewPart): void;
  /** The playlist now; null before the first part. */
  playlist(skip: boolean): string | null;
  /** Whether segment `msn` is listed whole, or with part `part` of it where that is not null. */
  has(msn: number, part: number | null): boolean;
  /** Whether a request for it is to be refused: it is further ahead than anybody can know of. */
  beyond(msn: number, part: number | null): boolean;
  /** The bytes of a file, `soon` for the announced part, null for what is not (or no longer) here. */
  file(name: string): readonly Buffer[] | 'soon' | null;
  /** Resolves with true once `ready` is at a change here; false as `Waiting` says. */
  readonly wait: Waiting['until'];
  /** Goes on, with these settings. */
  configure(settings: StreamSettings): void;
  /** Nothing more will come: the playlist says so, until it is configured again. */
  end(): void;
  /** Epoch ms at which the newest part ends; null before the first. */
  readonly endsAt: number | null;
  readonly targetSeconds: number;
  readonly partSeconds: number;
  /** Held in memory. */
  readonly bytes: number;
}

/** Whatever the window: above it the oldest segments go. */
const maxBytes = 192 * 1024 * 1024;
const maxWaiting = 512;
/** 2025-01-01: sequence numbers are the seconds since, more than there can have been segments. */
const since = Date.UTC(2025, 0);
/** hls.js keeps a list as long as this number is high, and walks over it. */
const maxDiscontinuity = 10_000;

interface Segment extends ListedSegment {
  readonly parts: { seconds: number; independent: boolean; bytes: Buffer }[];
  complete: boolean;
}

/** Makes an empty stream; its numbers begin at the present second, so that a later session's are higher. */
export function createHlsStream(ports: StreamPorts, first: StreamSettings): HlsStream {
  const { clock, session } = ports;
  const begun = Math.max(0, Math.floor((clock.now() - since) / 1000));
  const waiting = createWaiting(clock, maxWaiting);
  let settings = first;
  let targetSeconds = targetOf(first);
  let segments: Segment[] = [];
  /** No longer listed, still fetched by players that are behind. */
  let retired: Segment[] = [];
  let discontinuitySequence = Math.floor(begun / 10) % maxDiscontinuity;
  let inits: { number: number; bytes: Buffer }[] = [];
  let nextInit = -1;
  /** Of the segments that begin from now on. */
  let presentInit = -1;
  let bytes = 0;
  let ended = false;
  let endsAt: number | null = null;

  const newest = (): Segment | undefined => segments.at(-1);
  const sizeOf = (segment: Segment): number =>
    segment.parts.reduce((sum, part) => sum + part.bytes.length, 0);
  const lengthOf = (list: readonly Segment[]): number =>
    list.reduce((sum, segment) => sum + secondsOf(segment), 0);

  function openSegment(part: NewPart): Segment {
    close();
    const before = newest();
    const segment: Segment = {
      msn: before ? before.msn + 1 : begun,
      at: part.at,
      init: presentInit,
      // Other headers are other encoding: players are told to expect it.
      discontinuity: before !== undefined && (part.discontinuity || before.init !== presentInit),
      parts: [],
      complete: false,
    };
    segments.push(segment);
    return segment;
  }

  function close(): void {
    const segment = newest();
    if (!segment || segment.complete) return;
    segment.complete = true;
    targetSeconds = Math.max(targetSeconds, Math.round(secondsOf(segment)));
  }

  /** Takes off what is older than the window, and forgets what nobody can still ask for. */
  function trim(): void {
    const window = Math.max(settings.windowSeconds, 3 * targetSeconds);
    for (let oldest = segments[0]; oldest; oldest = segments[0]) {
      const rest = lengthOf(segments) - secondsOf(oldest);
      if (segments.length < 2 || (rest < window && bytes <= maxBytes)) break;
      segments.shift();
      retired.push(oldest);
      if (oldest.discontinuity) discontinuitySequence += 1;
    }
    const kept = 3 * targetSeconds;
    for (let oldest = retired[0]; oldest; oldest = retired[0]) {
      if (lengthOf(retired) - secondsOf(oldest) < kept && bytes <= maxBytes) break;
      retired.shift();
      bytes -= sizeOf(oldest);
    }
    const used = new Set([...retired, ...segments].map((segment) => segment.init));
    inits = inits.filter((init) => used.has(init.number) || init.number === presentInit);
  }

  function partOf(msn: number, index: number): readonly Buffer[] | 'soon' | null {
    const segment = [...retired, ...segments].find((s) => s.msn === msn);
    const part = segment?.parts[index];
    if (part) return [part.bytes];
    const hint = nextPart(segments);
    return !ended && hint.msn === msn && hint.index === index ? 'soon' : null;
  }

  const prefix = `${session}-`;
  return {
    useInit(made) {
      // Back to the encoder of before: players still have its headers.
      const known = inits.find((init) => init.bytes.equals(made));
      if (!known) inits.push({ number: (nextInit += 1), bytes: made });
      presentInit = known?.number ?? nextInit;
    },
    publish(part) {
      if (ended) return;
      const open = newest();
      const goesOn = open !== undefined && !open.complete && !part.independent;
      // A segment begins at a key frame; before the first there is nothing a player could show.
      if (!goesOn && !part.independent) return;
      const segment = goesOn ? open : openSegment(part);
      segment.parts.push({
        seconds: part.seconds,
        independent: part.independent,
        bytes: part.bytes,
      });
      bytes += part.bytes.length;
      endsAt = part.at + part.seconds * 1000;
      if (part.last) close();
      trim();
      waiting.tell();
    },
    playlist(skip) {
      if (segments.length === 0) return null;
      const partSeconds = settings.partMs / 1000;
      const facts = { session, segments, discontinuitySequence, targetSeconds, partSeconds, ended };
      return playlistText(facts, skip);
    },
    has(msn, part) {
      if (ended) return true;
      const segment = newest();
      if (!segment) return false;
      if (segment.msn > msn) return true;
      if (segment.msn < msn) return false;
      return part === null ? segment.complete : part < segment.parts.length;
    },
    beyond(msn, part) {
      if (segments.length === 0) return false;
      const hint = nextPart(segments);
      if (msn > hint.msn + 1) return true;
      const from = msn === hint.msn ? hint.index : 0;
      return msn >= hint.msn && part !== null && part > from + ahead(settings);
    },
    file(name) {
      if (!name.startsWith(prefix)) return null;
      const rest = name.slice(prefix.length);
      const init = /^i(\d{1,9})\.mp4$/.exec(rest);
      if (init) {
        const found = inits.find((i) => i.number === Number(init[1]));
        return found ? [found.bytes] : null;
      }
      const part = /^(\d{1,15})\.(\d{1,6})\.m4s$/.exec(rest);
      if (part) return partOf(Number(part[1]), Number(part[2]));
      const whole = /^(\d{1,15})\.m4s$/.exec(rest);
      const segment = whole && [...retired, ...segments].find((s) => s.msn === Number(whole[1]));
      return segment?.complete ? segment.parts.map((p) => p.bytes) : null;
    },
    wait: waiting.until,
    configure(next) {
      ended = false;
      settings = next;
      targetSeconds = Math.max(targetSeconds, targetOf(next));
    },
    end() {
      close();
      ended = true;
      waiting.tell();
    },
    get endsAt() {
      return endsAt;
    },
    get targetSeconds() {
      return targetSeconds;
    },
    get partSeconds() {
      return settings.partMs / 1000;
    },
    get bytes() {
      return bytes;
    },
  };
}

function targetOf(settings: StreamSettings): number {
  return Math.max(1, Math.ceil(settings.keyframeSeconds));
}

/** Parts a player may be ahead of the list: those of one more second (RFC 8216bis, 6.2.5.2). */
function ahead(settings: StreamSettings): number {
  return Math.max(3, Math.ceil(1000 / settings.partMs));
}
