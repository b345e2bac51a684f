// One shared capture per scene and interval, for all who watch; commands always go first.
import type { Cancel, Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { ObsCaller } from './obs-port.ts';

/** One picture of one scene; `at` in epoch ms. */
export type ThumbnailListener = (scene: string, jpeg: Buffer, at: number) => void;

export interface ThumbnailPorts {
  readonly obs: ObsCaller;
  readonly clock: Clock;
  readonly log: Log;
  /** Null while OBS is not connected. */
  readonly scenes: () => { all: readonly string[]; fast: readonly (string | null)[] } | null;
  /** True while a command waits for OBS. */
  readonly busy: () => boolean;
}

export interface Thumbnails {
  watch(listener: ThumbnailListener): () => void;
  close(): void;
}

const tickMs = 100;
const fastMs = 500;
const slowMs = 2000;
const widthPx = 320;

/** The scene whose picture is the most overdue; null when none is due. `taken` in monotonic ms. */
export function nextDue(
  scenes: { all: readonly string[]; fast: readonly (string | null)[] },
  taken: ReadonlyMap<string, number>,
  now: number,
): string | null {
  let best: string | null = null;
  let most = 0;
  for (const scene of scenes.all) {
    const every = scenes.fast.includes(scene) ? fastMs : slowMs;
    const lateness = (now - (taken.get(scene) ?? -Infinity)) / every;
    if (lateness >= 1 && lateness > most) {
      best = scene;
      most = lateness;
    }
  }
  return best;
}

/** Captures only while somebody watches; a newcomer gets the last pictures at once. */
export function createThumbnails(ports: ThumbnailPorts): Thumbnails {
  const { clock } = ports;
  const listeners = new Set<ThumbnailListener>();
  const taken = new Map<string, number>();
  const last = new Map<string, { jpeg: Buffer; at: number; mono: number }>();
  let stop: Cancel | null = null;
  let capturing = false;

  async function tick(): Promise<void> {
    const scenes = ports.scenes();
    if (capturing || ports.busy() || !scenes) return;
    for (const known of last.keys()) if (!scenes.all.includes(known)) last.delete(known);
    const scene = nextDue(scenes, taken, clock.mono());
    if (scene === null) return;
    capturing = true;
    taken.set(scene, clock.mono());
    try {
      const shot = await ports.obs.call('GetSourceScreenshot', {
        sourceName: scene,
        imageFormat: 'jpg',
        imageWidth: widthPx,
        imageCompressionQuality: 70,
      });
      const jpeg = Buffer.from(shot.imageData.slice(shot.imageData.indexOf(',') + 1), 'base64');
      const at = clock.now();
      last.set(scene, { jpeg, at, mono: clock.mono() });
      for (const listener of listeners) listener(scene, jpeg, at);
    } catch (error) {
      ports.log.debug({ err: error, scene }, 'no thumbnail');
    } finally {
      capturing = false;
    }
  }

  return {
    watch(listener) {
      listeners.add(listener);
      for (const [scene, shot] of last) {
        if (clock.mono() - shot.mono < 3000) listener(scene, shot.jpeg, shot.at);
      }
      stop ??= clock.every(tickMs, () => void tick());
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) {
          stop?.();
          stop = null;
        }
      };
    },
    close() {
      stop?.();
      stop = null;
      listeners.clear();
    },
  };
}
