// Fakes for the tests of air: a clock moved by hand, an order, rooms that remember what they were told.
import type { AirOrder, AirReport } from '../../server/contract/air-link.ts';
import type { Clock } from '../../server/core/clock.ts';
import type { IngestPort, OutputsPort } from '../../server/air/air.ts';
import { reelFromTags, type Reel } from '../../server/air/bus/reel.ts';
import { flow } from '../unit/bus-media.ts';

export interface ManualClock extends Clock {
  /** Moves time on in ms, running the timers on the way at their times. */
  advance(ms: number): void;
}

/** A clock that stands still until it is moved. */
export function manualClock(): ManualClock {
  let now = 0;
  let timers: { at: number; every: number | null; fn: () => void }[] = [];
  const add = (at: number, every: number | null, fn: () => void): (() => void) => {
    const timer = { at, every, fn };
    timers.push(timer);
    return () => {
      timers = timers.filter((t) => t !== timer);
    };
  };
  return {
    now: () => 1_800_000_000_000 + now,
    mono: () => now,
    after: (ms, fn) => add(now + ms, null, fn),
    every: (ms, fn) => add(now + ms, ms, fn),
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const next = timers.filter((t) => t.at <= end).toSorted((a, b) => a.at - b.at)[0];
        if (!next) break;
        now = Math.max(now, next.at);
        if (next.every === null) timers = timers.filter((t) => t !== next);
        else next.at += next.every;
        next.fn();
      }
      now = end;
    },
  };
}

/** A reel of 2 s, 25 fps, whose pictures carry the mark `id`. */
export function reel(id = 9): Reel {
  return reelFromTags(
    flow({ ms: 2000, id }).map((m) => m.tag),
    2000,
  );
}

/** A complete order; `change` replaces what a test is about. */
export function order(change: Partial<AirOrder> = {}): AirOrder {
  return {
    contract: 1,
    rev: 1,
    issuedAt: 1,
    live: false,
    encoder: {
      id: 'small',
      name: 'Small',
      width: 640,
      height: 360,
      fps: 30,
      videoKbps: 800,
      audioKbps: 96,
      audioRate: 48_000,
      audioChannels: 2,
      keyframeSeconds: 1,
      h264Profile: 'high',
      x264Preset: 'ultrafast',
      alwaysEncode: false,
    },
    slate: {
      name: 'Capital Musical',
      text: 'Ya regresamos',
      background: '#1b1f3a',
      foreground: '#ffd166',
    },
    ingest: {
      rtmpPort: 1935,
      programKey: 'program-secret',
      backupKey: null,
      playKey: 'play-secret',
      feeds: [],
    },
    bypass: 'backup',
    forceSlate: false,
    captureSlate: false,
    slatePicture: null,
    outputs: [],
    ...change,
  };
}

/** An output of an order. */
export function outputOrder(id: string, run: boolean): AirOrder['outputs'][number] {
  const url = 'rtmp://127.0.0.1:1/live';
  return {
    id,
    kind: 'rtmp',
    run,
    url,
    key: 'stream-secret-key',
    settings: null,
    backupUrl: null,
    folder: null,
  };
}

/** An ingest that is up and has no program. */
export function fakeIngest(log: string[]): IngestPort & { changed(): void } {
  let listener: (() => void) | null = null;
  const state: AirReport['ingest'] = {
    state: 'up',
    rtmpPort: 1935,
    since: 1,
    restarts: 0,
    problem: null,
    refused: 0,
  };
  return {
    apply: (settings) => void log.push(`ingest ${settings.rtmpPort}`),
    report: () => ({ ...state, program: null, backup: null, feeds: {} }),
    onChange(given) {
      listener = given;
      return () => void log.push('ingest unheard');
    },
    changed: () => listener?.(),
    async close() {
      log.push('ingest closed');
    },
  };
}

/** Destinations that report nothing. */
export function fakeOutputs(log: string[]): OutputsPort {
  return {
    apply: (orders) =>
      void log.push(`outputs ${orders.map((o) => `${o.id}:${o.run}`).join(',')}`.trim()),
    report: () => ({}),
    onChange: () => () => undefined,
    async close() {
      log.push('outputs closed');
    },
  };
}
