// Plays the program as it is sent: low-latency FLV over HTTP, reopened by itself after any interruption.
import { useEffect, useState, type RefObject } from 'react';
import type Mpegts from 'mpegts.js';

/** `off` not wanted; `opening` no picture yet; `playing`; `stalled` the picture stopped moving. */
export type PlayerState = 'off' | 'opening' | 'playing' | 'stalled';

const url = '/monitor/program.flv';
const stalledMs = 2000;
/** A player whose picture has not moved for this long is opened again. */
const reopenMs = 4000;
const checkMs = 500;

type Library = typeof Mpegts;

function createPlayer(library: Library, video: HTMLVideoElement): Mpegts.Player {
  const player = library.createPlayer(
    { type: 'flv', isLive: true, url: new URL(url, location.href).href },
    {
      enableStashBuffer: false,
      liveBufferLatencyChasing: true,
      liveBufferLatencyMaxLatency: 1.2,
      liveBufferLatencyMinRemain: 0.3,
      autoCleanupSourceBuffer: true,
      autoCleanupMaxBackwardDuration: 20,
      autoCleanupMinBackwardDuration: 10,
    },
  );
  player.attachMediaElement(video);
  player.load();
  return player;
}

export interface ProgramPlayer {
  readonly state: PlayerState;
  /** How far the picture shown is behind what has arrived, ms in tenths of a second; null if unknown. */
  readonly lagMs: number | null;
}

/** What lies between the picture shown and the newest one received. */
function lagOf({ buffered, currentTime }: HTMLVideoElement): number | null {
  if (buffered.length === 0) return null;
  const behind = buffered.end(buffered.length - 1) - currentTime;
  return Math.max(0, Math.round(behind * 10)) * 100;
}

/** Keeps `video` playing the program while `wanted`; the library is fetched when first needed. */
export function useProgramPlayer(
  video: RefObject<HTMLVideoElement | null>,
  wanted: boolean,
): ProgramPlayer {
  const [state, setState] = useState<PlayerState>('opening');
  const [lagMs, setLag] = useState<number | null>(null);
  useEffect(() => {
    const element = video.current;
    if (!wanted || !element) return undefined;
    let player: Mpegts.Player | null = null;
    let library: Library | null = null;
    let movedAt = performance.now();
    let position = -1;

    const close = (): void => {
      player?.destroy();
      player = null;
    };
    const open = (): void => {
      close();
      movedAt = performance.now();
      if (!library) return;
      player = createPlayer(library, element);
      player.on(library.Events.ERROR, close);
      // Refused until a person touches the page when not muted; the check below tries again.
      element.play().catch(() => undefined);
    };
    let closed = false;
    let loading = false;
    const load = async (): Promise<void> => {
      loading = true;
      try {
        library = (await import('mpegts.js')).default;
        library.LoggingControl.enableAll = false;
        if (!closed) open();
      } finally {
        loading = false;
      }
    };
    // Not reachable now: the timer asks again.
    const fetchLibrary = (): void => void load().catch(() => undefined);
    fetchLibrary();
    const timer = setInterval(() => {
      const now = performance.now();
      if (element.currentTime !== position && element.readyState >= 2) {
        position = element.currentTime;
        movedAt = now;
        setState('playing');
        setLag(lagOf(element));
        return;
      }
      if (now - movedAt >= stalledMs) setState((was) => (was === 'playing' ? 'stalled' : was));
      if (!library) {
        if (!loading) fetchLibrary();
      } else if (now - movedAt >= reopenMs || (player === null && now - movedAt >= 1000)) open();
      else if (element.paused && player) element.play().catch(() => undefined);
    }, checkMs);
    return () => {
      closed = true;
      clearInterval(timer);
      close();
      setState('opening');
    };
  }, [video, wanted]);
  return wanted ? { state, lagMs } : { state: 'off', lagMs: null };
}
