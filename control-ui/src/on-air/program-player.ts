// Plays the program as it is sent: low-latency FLV over HTTP, reopened by itself after any interruption.
import { useEffect, useState, type RefObject } from 'react';
import type Mpegts from 'mpegts.js';
import { createCatchUp, lagBehindAir, timeMarkOf, withMark, type TimeMark } from './program-lag.ts';

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
  /** How long ago the picture shown went out, ms in tenths of a second; null if unknown. */
  readonly lagMs: number | null;
}

/**
 * Keeps `video` playing the program while `wanted`, and near what goes out; the library is fetched
 * when first needed. `serverNow` gives the server's epoch ms, and stays the same function.
 */
export function useProgramPlayer(
  video: RefObject<HTMLVideoElement | null>,
  wanted: boolean,
  serverNow: () => number,
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
    let marks: readonly TimeMark[] = [];
    const catchUp = createCatchUp(Math.random);

    const close = (): void => {
      player?.destroy();
      player = null;
    };
    const open = (): void => {
      close();
      movedAt = performance.now();
      marks = [];
      setLag(null);
      catchUp.opened(movedAt);
      if (!library) return;
      const opened = createPlayer(library, element);
      opened.on(library.Events.ERROR, close);
      opened.on(library.Events.SCRIPTDATA_ARRIVED, (script: unknown) => {
        const mark = timeMarkOf(script);
        if (mark && opened === player) marks = withMark(marks, mark);
      });
      player = opened;
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
      const shown = element.readyState >= 2;
      // A stream counts from its first picture, as the player does. A picture that stands still
      // also grows old.
      const lag = shown ? lagBehindAir(marks, element.currentTime * 1000, serverNow()) : null;
      setLag(lag === null ? null : Math.round(lag / 100) * 100);
      if (catchUp.due(lag, now)) {
        setState('opening');
        return open();
      }
      if (element.currentTime !== position && shown) {
        position = element.currentTime;
        movedAt = now;
        setState('playing');
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
  }, [video, wanted, serverNow]);
  return wanted ? { state, lagMs } : { state: 'off', lagMs: null };
}
