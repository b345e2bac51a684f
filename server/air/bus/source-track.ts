// What the bus knows of one source: its timeline, its decoder headers, its newest pictures, and
// whether its flow is healthy enough to be put on the air.
import { metadataOf } from '../ingest/media-packet.ts';
import { makeTag, type FlvTag } from './flv-tag.ts';
import { createGopCache } from './gop-cache.ts';
import { createSourceClock } from './source-clock.ts';

/** A tag with its time on the source's own endless line. */
export interface TimedTag {
  readonly tag: FlvTag;
  readonly src: number;
}

/** How a source becomes trusted and stops being so; all ms. */
export interface TrustSettings {
  /** No picture for this long, by arrival: the source is lost. */
  readonly lossMs: number;
  /** Healthy flow before the source may go on the air. */
  readonly settleMs: number;
  /** The settle time grows no further than this. */
  readonly maxSettleMs: number;
  /** A loss sooner than this after going on the air counts as flapping. */
  readonly flapMs: number;
}

export interface SourceTrack {
  /** Decoder headers of the present session; null before they came. */
  readonly videoHeader: FlvTag | null;
  readonly audioHeader: FlvTag | null;
  /** onMetaData as the source sent it, in the form FLV files have it; null when it sent none. */
  readonly script: FlvTag | null;
  /** The newest group of pictures, from its key frame on. */
  gop(): readonly TimedTag[];
  /** Takes in a tag; media comes back with its time, anything that is not sendable media as null. */
  take(tag: FlvTag, mono: number): TimedTag | null;
  /** Whether pictures came without a gap, and not faster than real time, for the settle time. */
  settled(mono: number): boolean;
  /** The source went on the air. */
  aired(mono: number): void;
  /** The source was lost while on the air: soon after it went on, the settle time doubles. */
  lost(mono: number): void;
  /** The session ended: everything about it is forgotten, except how often it flapped. */
  reset(): void;
}

/** Media this far ahead of the wall is a backlog being poured out, not a live flow. */
const burstMs = 700;
const maxScriptBytes = 64 * 1024;
/** Makes the track of one source, which has sent nothing yet. */
export function createSourceTrack(settings: TrustSettings): SourceTrack {
  const gop = createGopCache<TimedTag>();
  let clock = createSourceClock();
  let videoHeader: FlvTag | null = null;
  let audioHeader: FlvTag | null = null;
  let script: FlvTag | null = null;
  let lastPicture: number | null = null;
  let healthy: { mono: number; src: number } | null = null;
  let settleMs = settings.settleMs;
  let airedAt = 0;

  function header(tag: FlvTag): void {
    if (tag.type === 'video') {
      if (!videoHeader?.body.equals(tag.body)) gop.clear();
      videoHeader = tag;
    } else audioHeader = tag;
  }

  function watchFlow(src: number, mono: number): void {
    const gap = lastPicture === null || mono - lastPicture > settings.lossMs;
    if (gap || !healthy || src - healthy.src - (mono - healthy.mono) > burstMs) {
      healthy = { mono, src };
    }
    lastPicture = mono;
  }

  return {
    get videoHeader() {
      return videoHeader;
    },
    get audioHeader() {
      return audioHeader;
    },
    get script() {
      return script;
    },
    gop: () => gop.entries(),
    take(tag, mono) {
      if (tag.type === 'script') {
        script = plainMetadata(tag) ?? script;
        return null;
      }
      if (tag.header) {
        header(tag);
        return null;
      }
      if (!isMedia(tag)) return null;
      const src = clock.at(tag.timestamp);
      if (tag.type === 'video') watchFlow(src, mono);
      const timed = { tag, src };
      gop.add(tag, timed);
      return timed;
    },
    settled: (mono) =>
      healthy !== null &&
      lastPicture !== null &&
      mono - lastPicture <= settings.lossMs &&
      mono - healthy.mono >= settleMs,
    aired(mono) {
      airedAt = mono;
    },
    lost(mono) {
      const flapped = mono - airedAt < settings.flapMs;
      settleMs = flapped ? Math.min(settleMs * 2, settings.maxSettleMs) : settings.settleMs;
    },
    reset() {
      clock = createSourceClock();
      videoHeader = audioHeader = script = healthy = null;
      lastPicture = null;
      gop.clear();
    },
  };
}

/** H.264 pictures and AAC frames with something in them; all else has no place on the bus. */
export function isMedia(tag: FlvTag): boolean {
  const first = tag.body[0] ?? 0;
  if (tag.type === 'audio') return first >> 4 === 10 && tag.body[1] === 1 && tag.body.length > 2;
  return (first & 0x8f) === 7 && tag.body[1] === 1 && tag.body.length > 5;
}

function plainMetadata(tag: FlvTag): FlvTag | null {
  const body = tag.body.length > maxScriptBytes ? null : metadataOf(tag.body);
  return body && makeTag('script', 0, body);
}
