// The heart of the bus, pure: tags of several sources in, one endless stream with its own clock out.
// Cuts only on key frames, never sends a timestamp that goes back, never pictures before their header.
import type { BusSource, Cut, Step, Still } from './cut.ts';
import type { FlvTag } from './flv-tag.ts';
import { createOutputClock } from './output-clock.ts';
import {
  createSourceTrack,
  type SourceTrack,
  type TimedTag,
  type TrustSettings,
} from './source-track.ts';
import { createTold } from './told.ts';

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
  /** A person puts the slate on whatever arrives, or gives the air back to the best trusted source. */
  force(on: boolean, mono: number): Step;
  /** Who is on the air; `off` before `start`. */
  readonly source: BusSource | 'off';
  /** Whether that source's pictures are going out (false until its first key frame). */
  readonly feeding: boolean;
  /** Of the live source last on the air; of the program as it arrives before any was; null before that. */
  readonly still: Still | null;
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

const live = ['program', 'bypass'] as const;

/** Makes a splicer that is off and has seen no source; its output begins at `startMs`. */
export function createSplicer(
  settings: SplicerSettings = defaultSplicerSettings,
  startMs = 0,
): Splicer {
  const tracks: Record<BusSource, SourceTrack> = {
    program: createSourceTrack(settings),
    bypass: createSourceTrack(settings),
    slate: createSourceTrack(settings),
  };
  const clock = createOutputClock(startMs);
  const told = createTold();
  const counts = { clamped: 0, rejoined: 0, dropped: 0 };
  let current: BusSource | 'off' = 'off';
  let forced = false;
  let aired: Still | null = null;
  /** out = src + offset for the source on the air; null while it waits for a key frame. */
  let offset: number | null = null;
  /** Where the source on the air came in: nothing of it may lie before. */
  let anchor = 0;
  let pictureMono = 0;
  /** Only for a source whose audio runs on another timeline than its video, for `strayMs`. */
  let audioShift = 0;
  let straySince: number | null = null;

  function switchTo(to: BusSource, reason: Cut['reason'], mono: number): Cut {
    const cut: Cut = { from: current, to, reason };
    current = to;
    offset = null;
    audioShift = 0;
    straySince = null;
    pictureMono = mono;
    return cut;
  }

  function emit(track: SourceTrack, timed: TimedTag, wanted: number, mono: number): FlvTag[] {
    const { tag } = timed;
    const type = tag.type === 'video' ? 'video' : 'audio';
    const { out, clamped } = clock.take(type, wanted, mono);
    if (clamped) counts.clamped += 1;
    const tags: FlvTag[] = [];
    const say = (header: FlvTag | null, at: number): void => {
      const news = told.tell(header, at);
      if (news) tags.push(news);
    };
    say(type === 'video' ? track.videoHeader : track.audioHeader, out);
    // At the cut the audio's header goes first too: readers then know both streams from the start.
    if (tag.key) say(track.audioHeader, Math.max(out, clock.last('audio')));
    if (tag.key && current !== 'slate') aired = stillOf(track, tag);
    tags.push(told.frame(tag, out));
    return tags;
  }

  /** A tag of the source on the air, as sent: empty when it has to be left out. */
  function carry(track: SourceTrack, timed: TimedTag, mono: number): FlvTag[] {
    const { tag, src } = timed;
    const changed = tag.type === 'video' && !told.isSetTo(track.videoHeader);
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

  /** Whether the source may take the air: trusted, and a platform would get picture and sound of it. */
  function fit(source: BusSource, mono: number): boolean {
    const track = tracks[source];
    if (!track.settled(mono) || !track.videoHeader) return false;
    // OBS always sends sound; of a phone without it a platform would end the whole session.
    return source === 'program' || track.audioHeader !== null;
  }

  /** Whether a still better source is about to come in on its own next key frame. */
  function outranked(source: BusSource, mono: number): boolean {
    return live.some(
      (other) => ranks[other] < ranks[source] && tracks[other].gop().length > 0 && fit(other, mono),
    );
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
        if (forced || ranks[source] >= ranks[current] || !tag.key) return nothing;
        if (!fit(source, mono) || outranked(source, mono)) return nothing;
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
      for (const source of forced ? [] : live) {
        const track = tracks[source];
        if (!fit(source, mono) || track.gop().length === 0) continue;
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
    force(on, mono) {
      forced = on;
      if (!on || current === 'off' || current === 'slate') return nothing;
      return { tags: [], cut: switchTo('slate', 'forced', mono) };
    },
    get source() {
      return current;
    },
    get feeding() {
      return current !== 'off' && offset !== null;
    },
    get still() {
      const key = tracks.program.gop()[0]?.tag;
      return aired ?? (key ? stillOf(tracks.program, key) : null);
    },
    get script() {
      return current === 'off' ? null : tracks[current].script;
    },
    get counts() {
      return { ...counts };
    },
  };
}

function stillOf(track: SourceTrack, key: FlvTag): Still | null {
  const { videoHeader, audioHeader } = track;
  return videoHeader && { videoHeader, audioHeader, key };
}
