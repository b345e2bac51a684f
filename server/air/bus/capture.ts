// Takes a slate out of the program while OBS shows its slate scene, pure: tags in, a reel out when it is sure.
import type { FlvTag } from './flv-tag.ts';
import { retimed } from './flv-tag.ts';
import { reelFromTags, type Reel } from './reel.ts';
import { createSourceClock } from './source-clock.ts';
import { isMedia } from './source-track.ts';

export interface CaptureSettings {
  /** From the word of the switcher until its pictures are through encoder and network. */
  readonly leadMs: number;
  /** The scene must stay on for this long after the last picture kept. */
  readonly holdMs: number;
  /** Groups of pictures to keep. */
  readonly groups: number;
  /** Past either bound the whole groups there are must do; without one the capture begins again. */
  readonly maxMs: number;
  readonly maxBytes: number;
  /** A gap in arrival or in timestamps this long is a fault, never a slate. */
  readonly gapMs: number;
}

/** 20 s hold two groups of OBS's own default (8.3 s); 24 MB are that at 9 Mb/s. */
export const defaultCaptureSettings: CaptureSettings = {
  leadMs: 700,
  holdMs: 1000,
  groups: 2,
  maxMs: 20_000,
  maxBytes: 24 * 1024 * 1024,
  gapMs: 500,
};

export interface Capture {
  /** The scene came on or went off; what was collected near a change is thrown away. */
  showing(on: boolean, mono: number): void;
  /** A tag of the program (`mono`: arrival, ms); gives the reel once, when it may be kept. */
  push(tag: FlvTag, mono: number): Reel | null;
  /**
   * The reel it gave is not the slate after all: it begins again from `from` on (ms, as arrivals), if
   * the scene is still on.
   */
  refused(from: number): void;
  /** The program's session ended. */
  ended(mono: number): void;
  /** Whether the scene is on and its reel not yet taken. */
  readonly busy: boolean;
}

interface Take {
  readonly origin: number;
  tags: FlvTag[];
  bytes: number;
  /** Where each whole group ends, ms from `origin`. */
  ends: number[];
  /** When enough had come; null before. */
  full: number | null;
}

/** Sound of the round after the last one kept, for loops that need a frame more. */
const spareMs = 150;

/** Makes a capture that waits for the scene; one reel for each showing and each encoder. */
export function createCapture(settings: CaptureSettings = defaultCaptureSettings): Capture {
  let on = false;
  let done = false;
  let since = 0;
  let clock = createSourceClock();
  let video: FlvTag | null = null;
  let audio: FlvTag | null = null;
  let last: { src: number; mono: number } | null = null;
  let take: Take | null = null;
  /** The session began when the scene was on already: nothing else can be in it. */
  let bornShowing = false;

  function again(mono: number): void {
    since = mono;
    last = null;
    take = null;
  }

  function header(tag: FlvTag, mono: number): void {
    const before = tag.type === 'video' ? video : audio;
    if (before?.body.equals(tag.body)) return;
    if (!video && !audio) bornShowing = on;
    if (tag.type === 'video') video = tag;
    else audio = tag;
    done = false;
    again(mono);
  }

  /** Whether the pictures come as pictures of a steady encoder do. */
  function steady(src: number, mono: number): boolean {
    const before = last;
    last = { src, mono };
    if (!before) return true;
    const step = src - before.src;
    return mono - before.mono <= settings.gapMs && step > 0 && step <= settings.gapMs;
  }

  function collect(open: Take, tag: FlvTag, at: number, mono: number): void {
    const end = open.ends.at(-1) ?? 0;
    if (open.full !== null) {
      if (tag.type === 'audio' && at < end + spareMs) open.tags.push(retimed(tag, at));
      return;
    }
    if (tag.key && at > 0) open.ends.push(at);
    const over = at > settings.maxMs || open.bytes + tag.body.length > settings.maxBytes;
    if (open.ends.length >= settings.groups || (over && open.ends.length > 0)) {
      open.full = mono;
      return;
    }
    if (over) return again(mono);
    open.tags.push(retimed(tag, at));
    open.bytes += tag.body.length;
  }

  /** The reel, when sound covers it; null when this take has to be made again. */
  function finish(open: Take, headers: readonly FlvTag[]): Reel | null {
    const end = open.ends.at(-1) ?? 0;
    try {
      const reel = reelFromTags([...headers, ...open.tags], end);
      return reel.sounds.length * reel.frameMs >= end * 0.95 ? reel : null;
    } catch {
      return null;
    }
  }

  return {
    showing(now, mono) {
      if (now === on) return;
      on = now;
      if (!now) bornShowing = false;
      done = false;
      again(mono);
    },
    push(tag, mono) {
      if (tag.header && tag.type !== 'script') header(tag, mono);
      if (!on || done || !video || !audio || !isMedia(tag)) return null;
      const src = clock.at(tag.timestamp);
      if (tag.type === 'video' && !steady(src, mono)) again(mono);
      if (!bornShowing && mono - since < settings.leadMs) return null;
      if (!take && tag.key) take = { origin: src, tags: [], bytes: 0, ends: [], full: null };
      if (!take) return null;
      collect(take, tag, src - take.origin, mono);
      if (!take || take.full === null || mono - take.full < settings.holdMs) return null;
      const reel = finish(take, [video, audio]);
      take = null;
      done = reel !== null;
      if (!done) again(mono);
      return reel;
    },
    refused(from) {
      done = bornShowing = false;
      again(from);
    },
    ended(mono) {
      clock = createSourceClock();
      video = audio = null;
      again(mono);
    },
    get busy() {
      return on && !done;
    },
  };
}
