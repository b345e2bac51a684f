// The slate's ladder: of what is ready now, the best to go out after a given picture.
import type { AirOrder, AirReport } from '../../contract/air-link.ts';
import type { SlateKind } from '../../contract/air.ts';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { createCapture, type CaptureSettings } from './capture.ts';
import { capturedName, createCaptured } from './captured.ts';
import type { Still } from './cut.ts';
import type { FlvTag } from './flv-tag.ts';
import { freezeReel } from './freeze.ts';
import type { Reel } from './reel.ts';
import { createRendered } from './rendered.ts';
import type { SlateWish } from './slate-args.ts';

export interface SlatePorts {
  readonly clock: Clock;
  readonly log: Log;
  /** In [0,1), for the jitter of retries. */
  readonly random: () => number;
  /** Folder of the slates; made when missing. */
  readonly dir: string;
  /** Writes the wished slate to `path`, whole or not at all. */
  render(wish: SlateWish, path: string, signal: AbortSignal): Promise<void>;
  readonly captureSettings?: CaptureSettings;
}

/** A rung of the ladder, ready to be played. */
export interface SlatePick {
  readonly kind: Exclude<SlateKind, 'none'>;
  readonly reel: Reel;
}

export interface Slate {
  /** The slate to have ready from now on; until it is, the one before stays in use. */
  want(wish: SlateWish): void;
  /** Whether OBS's program is its slate scene and nothing else. */
  showing(on: boolean): void;
  /** A tag of the program, on the air or not, as it was read. */
  watch(tag: FlvTag): void;
  /** The program's session ended. */
  watchEnded(): void;
  /** The best after `still`, the last picture of what goes out; null while there is nothing at all. */
  pick(still: Still | null): SlatePick | null;
  capture(): AirReport['capture'];
  /** Called when another rung is ready or `capture` changed; returns the removal. */
  onChange(listener: () => void): () => void;
  /** Resolves when no captured slate is being read or written. */
  idle(): Promise<void>;
  close(): void;
}

/** Makes the ladder; it has nothing before the first `want` and the first picture. */
export function createSlate(ports: SlatePorts): Slate {
  const { clock, log } = ports;
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const rendered = createRendered({ ...ports, changed });
  const captured = createCaptured({ log, dir: ports.dir, changed });
  const capture = createCapture(ports.captureSettings);
  let look: AirOrder['slate'] | null = null;
  /** Decoder headers of the program as it arrives now. */
  let video: FlvTag | null = null;
  let audio: FlvTag | null = null;
  let frozen: { key: FlvTag; reel: Reel } | null = null;

  function nameOf(v: FlvTag | null, a: FlvTag | null): string | null {
    return v && a && look ? capturedName(v, a, look) : null;
  }

  /** Looks for the slate of the program's encoder before it is needed. */
  function lookUp(): void {
    const name = nameOf(video, audio);
    if (name) captured.find(name);
  }

  function header(tag: FlvTag): void {
    const before = tag.type === 'video' ? video : audio;
    if (before?.body.equals(tag.body)) return;
    if (tag.type === 'video') video = tag;
    else audio = tag;
    lookUp();
    changed();
  }

  function freeze(still: Still): Reel {
    if (frozen?.key !== still.key) frozen = { key: still.key, reel: freezeReel(still) };
    return frozen.reel;
  }

  return {
    want(wish) {
      rendered.want(wish);
      if (look && JSON.stringify(look) === JSON.stringify(wish.slate)) return;
      look = wish.slate;
      lookUp();
      changed();
    },
    showing(on) {
      const before = capture.busy;
      capture.showing(on, clock.mono());
      if (capture.busy !== before) changed();
    },
    watch(tag) {
      if (tag.header && tag.type !== 'script') header(tag);
      const reel = capture.push(tag, clock.mono());
      const name = reel && nameOf(reel.videoHeader, reel.audioHeader);
      if (!reel || !name) return;
      const { durationMs, pictures, sounds } = reel;
      log.info(
        { name, durationMs, pictures: pictures.length, sounds: sounds.length },
        'slate captured from OBS',
      );
      captured.keep(name, reel);
    },
    watchEnded() {
      capture.ended(clock.mono());
      video = audio = null;
    },
    pick(still) {
      const name = still && nameOf(still.videoHeader, still.audioHeader);
      const fromObs = name ? captured.find(name) : null;
      if (fromObs) return { kind: 'captured', reel: fromObs };
      const drawn = rendered.reel();
      if (drawn) return { kind: 'rendered', reel: drawn };
      return still && { kind: 'freeze', reel: freeze(still) };
    },
    capture() {
      if (!video || !audio) return 'idle';
      if (capture.busy) return 'capturing';
      const name = nameOf(video, audio);
      return name !== null && captured.missing(name) ? 'wanted' : 'idle';
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    idle: () => captured.idle(),
    close: () => rendered.close(),
  };
}
