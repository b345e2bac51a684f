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
  /** How far a reel's least alike picture is from a PNG, 0 to 255; see look-alike.ts. */
  farthest(png: Buffer, reel: Reel): Promise<number>;
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
  /**
   * Whether OBS's program is its slate scene and nothing else, and a PNG of that scene: what does not
   * look like it is not kept. Null: whatever arrives is.
   */
  showing(on: boolean, png: Buffer | null): void;
  /** A tag of the program, on the air or not, as it was read. */
  watch(tag: FlvTag): void;
  /** The program's session ended. */
  watchEnded(): void;
  /** The best after `still`, the last picture of what goes out; null while there is nothing at all. */
  pick(still: Still | null): SlatePick | null;
  capture(): AirReport['capture'];
  /** Called when another rung is ready or `capture` changed; returns the removal. */
  onChange(listener: () => void): () => void;
  /** Resolves when no captured slate is being judged, read or written. */
  idle(): Promise<void>;
  close(): void;
}

/**
 * Two scenes of one station differ by 30 and more in the mean of all colours, the same one as OBS
 * renders and as it encodes it by 6; the rest is for a clock or a background that moves.
 */
const alike = 16;
/** After one reel was refused the next is tried at once, after more of them later and later. */
const longestWaitMs = 60_000;

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
  let scene: Buffer | null = null;
  let judging: Promise<void> | null = null;
  /** Of this showing. */
  let refusals = 0;
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

  function keep(name: string, reel: Reel, apart: number | null): void {
    const { durationMs, pictures, sounds } = reel;
    log.info(
      { name, durationMs, pictures: pictures.length, sounds: sounds.length, apart },
      'slate captured from OBS',
    );
    captured.keep(name, reel);
  }

  async function judge(name: string, reel: Reel, png: Buffer): Promise<void> {
    try {
      const apart = Math.round((await ports.farthest(png, reel)) * 10) / 10;
      if (apart <= alike) return keep(name, reel, apart);
      log.warn({ apart }, 'what arrives is not the slate scene yet; not kept');
    } catch (error) {
      log.warn({ err: error }, 'what arrives could not be compared with the slate scene; not kept');
    }
    // A scene that moves all over is never alike: it is not worth an ffmpeg each few seconds.
    capture.refused(clock.mono() + Math.min(longestWaitMs, 1000 * (2 ** refusals - 1)));
    refusals += 1;
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
    showing(on, png) {
      const before = capture.busy;
      scene = on ? png : null;
      if (!on) refusals = 0;
      capture.showing(on, clock.mono());
      if (capture.busy !== before) changed();
    },
    watch(tag) {
      if (tag.header && tag.type !== 'script') header(tag);
      const reel = capture.push(tag, clock.mono());
      const name = reel && nameOf(reel.videoHeader, reel.audioHeader);
      if (!reel || !name) return;
      // Another encoder's, while the one before is looked at: it is taken again after that.
      if (judging) return capture.refused(clock.mono());
      if (!scene) return keep(name, reel, null);
      judging = judge(name, reel, scene).finally(() => {
        judging = null;
        changed();
      });
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
      if (capture.busy || judging) return 'capturing';
      const name = nameOf(video, audio);
      return name !== null && captured.missing(name) ? 'wanted' : 'idle';
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async idle() {
      await judging;
      await captured.idle();
    },
    close: () => rendered.close(),
  };
}
