// The heart of the bus, pure: tags of several sources in, one endless stream with its own clock out.
// Cuts only on key frames, never sends a timestamp that goes back, never pictures before their header.
import type { FlvTag } from './flv-tag.ts';
import { createOutputClock } from './output-clock.ts';
import { withParameterSets } from './parameter-sets.ts';
import {
  createSourceTrack,
  type SourceTrack,
  type TimedTag,
  type TrustSettings,
} from './source-track.ts';

/** Where pictures can come from. `bypass` is a direct feed for when the switcher itself is gone. */
export type BusSource = 'program' | 'bypass' | 'slate';

/** A change of source: `lost` no picture arrived, `ended` its session closed, `returned` trusted again. */
export interface Cut {
  readonly from: BusSource | 'off';
  readonly to: BusSource;
  readonly reason: 'start' | 'lost' | 'ended' | 'returned';
}

/** What one input led to: tags to send now, in order, and the cut made, if any. */
export interface Step {
  readonly tags: readonly FlvTag[];
  readonly cut: Cut | null;
}

export interface SplicerCounts {
  /** Timestamps moved forward because the source's went back a little. */
  readonly clamped: number;
  /** Times a source's timestamps jumped and were joined again to the output. */
  readonly rejoined: number;
  /** Tags of the source on the air that could not be sent (before a key frame, out of place). */
  readonly dropped: number;
}

export interface Splicer {
  /** Takes in a tag of any source, on the air or not. `mono` in ms, never going back. */
  push(source: BusSource, tag: FlvTag, mono: number): Step;
  /** Notices the loss of the source on the air; call at least each 100 ms. */
  tick(mono: number): Step;
  /** Starts sending: from a source already trusted, at its newest key frame; else the slate. */
  start(mono: number): Step;
  /** Stops sending; sources are still followed and the output clock is kept. */
  stop(): void;
  /** The source's session ended; its next tag begins a new one. */
  ended(source: BusSource, mono: number): Step;
  /** Who is on the air; `off` before `start`. */
  readonly source: BusSource | 'off';
  /** Whether that source's pictures are going out (false until its first key frame). */
  readonly feeding: boolean;
  /** onMetaData of the source on the air. */
  readonly script: FlvTag | null;
  readonly counts: SplicerCounts;
}

export type SplicerSettings = TrustSettings;

/** 0.5 s is the loss rule; 1 s of health before a return, 8 s at most when it flaps within 10 s. */
export const defaultSplicerSettings: SplicerSettings = {
  lossMs: 500,
  settleMs: 1000,
  maxSettleMs: 8000,
  flapMs: 10_000,
};

/** Lower is better: a better source takes the air from a worse one as soon as it is trusted. */
const ranks: Record<BusSource, number> = { program: 0, bypass: 1, slate: 2 };
/** A picture this much before the last one is a jump; less is jitter, and clamped. */
const backMs = 250;
/** Anything this far from where the wall says the output is, is a jump. */
const jumpMs = 2000;
const nothing: Step = { tags: [], cut: null };

/** Makes a splicer that is off and has seen no source. */
export function createSplicer(settings: SplicerSettings = defaultSplicerSettings): Splicer {
  const tracks: Record<BusSource, SourceTrack> = {
    program: createSourceTrack(settings),
    bypass: createSourceTrack(settings),
    slate: createSourceTrack(settings),
  };
  const clock = createOutputClock();
  const sent: { audio: Buffer | null; video: Buffer | null } = { audio: null, video: null };
  const counts = { clamped: 0, rejoined: 0, dropped: 0 };
  let current: BusSource | 'off' = 'off';
  /** out = src + offset for the source on the air; null while it waits for a key frame. */
  let offset: number | null = null;
  /** Where the source on the air came in: nothing of it may lie before. */
  let anchor = 0;
  let pictureMono = 0;
  /** Only for a source whose audio runs on another timeline than its video, for `strayMs`. */
  let audioShift = 0;
  let straySince: number | null = null;
  /** From the first change on, every key frame brings its parameter sets along. */
  let decoderChanged = false;

  function switchTo(to: BusSource, reason: Cut['reason'], mono: number): Cut {
    const cut: Cut = { from: current, to, reason };
    current = to;
    offset = null;
    audioShift = 0;
    straySince = null;
    pictureMono = mono;
    return cut;
  }

  /** The decoder header of `type`, when the readers do not have these bytes yet. */
  function header(track: SourceTrack, type: 'audio' | 'video', out: number, tags: FlvTag[]): void {
    const present = type === 'video' ? track.videoHeader : track.audioHeader;
    if (!present || sent[type]?.equals(present.body)) return;
    if (type === 'video' && sent.video) decoderChanged = true;
    sent[type] = present.body;
    tags.push({ ...present, timestamp: out });
  }

  function emit(track: SourceTrack, timed: TimedTag, wanted: number, mono: number): FlvTag[] {
    const { tag } = timed;
    const type = tag.type === 'video' ? 'video' : 'audio';
    const { out, clamped } = clock.take(type, wanted, mono);
    if (clamped) counts.clamped += 1;
    const tags: FlvTag[] = [];
    header(track, type, out, tags);
    // At the cut the audio's header goes first too: readers then know both streams from the start.
    if (tag.key) header(track, 'audio', Math.max(out, clock.last('audio')), tags);
    const sets = tag.key && decoderChanged ? sent.video : null;
    const body = sets ? withParameterSets(tag.body, sets) : tag.body;
    tags.push({ ...tag, timestamp: out, body });
    return tags;
  }

  /** A tag of the source on the air, as sent: empty when it has to be left out. */
  function carry(track: SourceTrack, timed: TimedTag, mono: number): FlvTag[] {
    const { tag, src } = timed;
    const changed =
      tag.type === 'video' && !(track.videoHeader && sent.video?.equals(track.videoHeader.body));
    if (offset === null || changed) {
      // Waiting to come in, or the decoder is about to change: only a key frame will do.
      if (!tag.key || !track.videoHeader) return drop();
      if (offset === null) {
        anchor = clock.cutPoint(mono);
        offset = anchor - src;
      }
    }
    if (tag.type === 'audio') return carryAudio(track, timed, mono, offset);
    let out = src + offset;
    if (out < clock.last('video') - backMs || out > clock.expected(mono) + jumpMs) {
      out = clock.cutPoint(mono);
      anchor = out;
      offset = out - src;
      audioShift = 0;
      counts.rejoined += 1;
    }
    pictureMono = mono;
    return emit(track, timed, out, mono);
  }

  function carryAudio(track: SourceTrack, timed: TimedTag, mono: number, by: number): FlvTag[] {
    if (!track.audioHeader) return drop();
    let out = timed.src + by + audioShift;
    if (Math.abs(out - clock.expected(mono)) > jumpMs) {
      // Stragglers from before a jump are dropped; a lasting difference is the source's own fault,
      // and sound out of step beats no sound.
      straySince ??= mono;
      if (mono - straySince <= jumpMs) return drop();
      audioShift += clock.cutPoint(mono) - out;
      out = timed.src + by + audioShift;
      counts.rejoined += 1;
    }
    straySince = null;
    return out < anchor ? drop() : emit(track, timed, out, mono);
  }

  function drop(): FlvTag[] {
    counts.dropped += 1;
    return [];
  }

  function lose(reason: 'lost' | 'ended', mono: number): Step {
    if (current !== 'off' && current !== 'slate') tracks[current].lost(mono);
    return { tags: [], cut: switchTo('slate', reason, mono) };
  }

  return {
    push(source, tag, mono) {
      const track = tracks[source];
      const timed = track.take(tag, mono);
      if (!timed || current === 'off') return nothing;
      let cut: Cut | null = null;
      if (source !== current) {
        const better = ranks[source] < ranks[current];
        if (!better || !tag.key || !track.videoHeader || !track.settled(mono)) return nothing;
        cut = switchTo(source, 'returned', mono);
        track.aired(mono);
      }
      const tags = carry(track, timed, mono);
      return tags.length === 0 && !cut ? nothing : { tags, cut };
    },
    tick(mono) {
      if (current === 'off' || current === 'slate') return nothing;
      return mono - pictureMono > settings.lossMs ? lose('lost', mono) : nothing;
    },
    start(mono) {
      if (current !== 'off') return nothing;
      for (const source of ['program', 'bypass'] as const) {
        const track = tracks[source];
        if (!track.settled(mono) || !track.videoHeader || track.gop().length === 0) continue;
        const cut = switchTo(source, 'start', mono);
        track.aired(mono);
        return { cut, tags: track.gop().flatMap((timed) => carry(track, timed, mono)) };
      }
      return { tags: [], cut: switchTo('slate', 'start', mono) };
    },
    stop() {
      current = 'off';
      offset = null;
    },
    ended(source, mono) {
      tracks[source].reset();
      if (source !== current) return nothing;
      if (source !== 'slate') return lose('ended', mono);
      offset = null;
      return nothing;
    },
    get source() {
      return current;
    },
    get feeding() {
      return current !== 'off' && offset !== null;
    },
    get script() {
      return current === 'off' ? null : tracks[current].script;
    },
    get counts() {
      return { ...counts };
    },
  };
}
