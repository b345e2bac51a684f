// Plays the live playlist: hls.js where the browser needs it, Safari by itself; opened again for ever.
import type Hls from 'hls.js';
import type { PlayerIs } from './face.ts';
import type { Edge } from './latency.ts';
import { createLiveKeeper } from './live-keeper.ts';
import { retryMs } from './retry.ts';

export interface Player {
  readonly state: PlayerIs;
  /** Plays this playlist from now on; null stops. The same one goes on as it is. */
  want(url: string | null): void;
  /** Tries again now instead of at the next turn. */
  hurry(): void;
  /** Epoch ms, by the server's clock, of the picture on screen; null while unknown. */
  shownAt(): number | null;
  /** Null while nothing plays, or where the browser plays by itself. */
  edge(): Edge | null;
  goLive(): void;
}

/** Pictures that have not moved for this long are lost. */
const stillMs = 7000;
/** Longer for the first ones, which need the library, a playlist and a key frame. */
const firstMs = 15_000;
/** Pictures that moved for this long: the next trouble is a new one. */
const healthyMs = 5000;
const lookMs = 250;
/** In the first seconds nobody minds a jump; it joined behind by what loading took. */
const settleMs = 4000;
const startSlackSeconds = 0.5;

type Library = typeof Hls;

/** Takes `video` over; `changed` is called when its state does. */
export function createPlayer(video: HTMLVideoElement, changed: () => void): Player {
  let state: PlayerIs = 'idle';
  let wanted: string | null = null;
  let library: Library | null = null;
  let hls: Hls | null = null;
  let open = false;
  /** Of the try in hand; an answer to an older one counts for nothing. */
  let turn = 0;
  let attempts = 0;
  let retryTimer = 0;
  let position = -1;
  let movedAt = 0;
  let movingSince: number | null = null;
  const keeper = createLiveKeeper();

  function become(next: PlayerIs): void {
    if (next === state) return;
    state = next;
    changed();
  }

  function shut(): void {
    turn += 1;
    open = false;
    hls?.destroy();
    hls = null;
    video.removeAttribute('src');
    video.load();
  }

  function lose(): void {
    if (wanted === null || retryTimer !== 0) return;
    shut();
    become('lost');
    retryTimer = window.setTimeout(begin, retryMs(attempts, Math.random));
    attempts += 1;
  }

  function begin(): void {
    window.clearTimeout(retryTimer);
    retryTimer = 0;
    if (wanted === null) return;
    shut();
    open = true;
    position = -1;
    movingSince = null;
    movedAt = performance.now() + firstMs - stillMs;
    if (state !== 'lost') become('connecting');
    const url = wanted;
    const mine = turn;
    void start(url, mine).catch(() => {
      if (mine === turn) lose();
    });
  }

  async function start(url: string, mine: number): Promise<void> {
    if (playsByItself(video)) {
      video.src = url;
    } else {
      library ??= (await import('hls.js')).default;
      if (mine !== turn) return;
      if (!library.isSupported()) {
        open = false;
        become('unsupported');
        return;
      }
      hls = new library(settings);
      hls.on(library.Events.ERROR, (_name, error) => {
        if (error.fatal && mine === turn) lose();
      });
      hls.loadSource(url);
      hls.attachMedia(video);
    }
    await video.play().catch((error: unknown) => {
      // Interrupted by the next try, or by a person who pauses: nothing to ask for.
      if (error instanceof DOMException && error.name === 'NotAllowedError') become('blocked');
    });
  }

  function goLive(): void {
    const edge = hls?.liveSyncPosition ?? seekableEnd(video);
    if (edge !== null) video.currentTime = edge;
    void video.play().catch(() => undefined);
  }

  /** Hls.js walks back to live at 1.06 times the speed; from afar, and at the very start, it jumps. */
  function catchUp(now: number): void {
    if (!hls || video.paused || movingSince === null) return;
    const { latency, targetLatency, liveSyncPosition } = hls;
    if (liveSyncPosition === null) return;
    const far = keeper.due(latency, targetLatency, now);
    const late = latency - (targetLatency ?? Infinity) > startSlackSeconds;
    const starting = now - movingSince < settleMs;
    if (far || (late && starting && isBuffered(video, liveSyncPosition))) goLive();
  }

  function look(): void {
    if (!open) return;
    const now = performance.now();
    if (video.currentTime !== position && video.readyState >= 2) {
      // Where it begins is not yet a picture that moves.
      if (position >= 0) {
        movingSince ??= now;
        if (now - movingSince > healthyMs) attempts = 0;
        become('playing');
      }
      position = video.currentTime;
      movedAt = now;
      catchUp(now);
      return;
    }
    if (state === 'blocked') {
      if (!video.paused) become('connecting');
      else return;
    }
    // A person who pauses is not a fault; a page in the background may be put to sleep.
    if (video.paused && movingSince !== null && !video.ended) {
      movedAt = now;
      // Nor is it late: that counts again from when the picture moves.
      keeper.due(null, null, now);
    }
    if (video.ended || now - movedAt > stillMs) lose();
  }

  video.addEventListener('error', () => {
    if (open && hls === null && video.hasAttribute('src')) lose();
  });
  window.setInterval(look, lookMs);

  return {
    get state() {
      return state;
    },
    want(url) {
      if (url === wanted) return;
      wanted = url;
      attempts = 0;
      if (url !== null) return begin();
      window.clearTimeout(retryTimer);
      retryTimer = 0;
      shut();
      become('idle');
    },
    hurry() {
      if (retryTimer !== 0) begin();
    },
    shownAt() {
      const date = hls?.playingDate?.getTime() ?? nativeDate(video);
      return date === null || !Number.isFinite(date) ? null : date;
    },
    edge() {
      return hls && movingSince !== null
        ? { behind: hls.latency, target: hls.targetLatency }
        : null;
    },
    goLive,
  };
}

const settings = {
  lowLatencyMode: true,
  // Fragments are handed on as they are: a worker would only copy them.
  enableWorker: false,
  backBufferLength: 10,
  maxLiveSyncPlaybackRate: 1.06,
  liveSyncOnStallIncrease: 0.5,
  // Fewer tries than usual: the page has its own, which also ask the server whether there is one.
  manifestLoadPolicy: loading(2, 6000),
  playlistLoadPolicy: loading(3, 12_000),
  fragLoadPolicy: loading(3, 12_000),
};

function loading(tries: number, answerMs: number) {
  const again = { maxNumRetry: tries, retryDelayMs: 400, maxRetryDelayMs: 2000 };
  return {
    default: {
      maxTimeToFirstByteMs: answerMs,
      maxLoadTimeMs: 20_000,
      timeoutRetry: again,
      errorRetry: again,
    },
  };
}

/** Apple's browsers: others claim to, without low latency. */
function playsByItself(video: HTMLVideoElement): boolean {
  return (
    navigator.vendor.startsWith('Apple') &&
    video.canPlayType('application/vnd.apple.mpegurl') !== ''
  );
}

/** WebKit tells the date of time 0. */
function nativeDate(video: HTMLVideoElement): number | null {
  const from = (video as { getStartDate?: () => Date }).getStartDate?.().getTime();
  return from === undefined || Number.isNaN(from) ? null : from + video.currentTime * 1000;
}

function isBuffered({ buffered }: HTMLVideoElement, at: number): boolean {
  for (let i = 0; i < buffered.length; i += 1) {
    if (buffered.start(i) <= at && at + 0.3 < buffered.end(i)) return true;
  }
  return false;
}

function seekableEnd({ seekable }: HTMLVideoElement): number | null {
  return seekable.length > 0 ? seekable.end(seekable.length - 1) - 1 : null;
}
