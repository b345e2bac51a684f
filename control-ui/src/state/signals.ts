// The high-rate signals that travel outside the state: thumbnails and audio meters, drawn without React.
import type { Meters } from '../../../server/contract/socket.ts';
import type { StudioSocket } from './link.ts';

/** The last picture of a scene: an object URL and the server's epoch ms of its capture. */
export interface Thumbnail {
  readonly url: string;
  readonly at: number;
}

export interface Signals {
  thumbnail(scene: string): Thumbnail | undefined;
  /** Peaks per channel in dBFS of each input; empty until heard or when they stopped coming. */
  meters(): Meters;
  onThumbnail(listener: (scene: string) => void): () => void;
  onMeters(listener: () => void): () => void;
  close(): void;
}

export interface SignalPorts {
  readonly socket: StudioSocket;
  /** Local epoch ms. */
  readonly now: () => number;
  /** Told on each signal, so that the link knows the line lives. */
  readonly heard: () => void;
  readonly makeUrl: (jpeg: ArrayBuffer) => string;
  readonly dropUrl: (url: string) => void;
  /** Whether anybody looks at the page, and how to hear of a change. */
  readonly looking: () => boolean;
  readonly onLooking: (listener: () => void) => () => void;
  readonly every: (ms: number, fn: () => void) => () => void;
}

/** Meters that stopped coming read as empty after this, never as the last level. */
const metersStaleMs = 1000;

/** Watches while somebody looks; asks again after each reconnection. */
export function createSignals(ports: SignalPorts): Signals {
  const { socket } = ports;
  const pictures = new Map<string, Thumbnail>();
  const thumbnailListeners = new Set<(scene: string) => void>();
  const meterListeners = new Set<() => void>();
  let levels: Meters = {};
  let levelsAt = 0;

  function watch(): void {
    const looking = ports.looking();
    if (socket.connected) socket.emit('watch', { thumbnails: looking, meters: looking });
  }
  function setLevels(next: Meters): void {
    levels = next;
    for (const listener of meterListeners) listener();
  }

  socket.on('connect', watch);
  socket.on('thumbnail', (scene, jpeg, at) => {
    ports.heard();
    const before = pictures.get(scene);
    pictures.set(scene, { url: ports.makeUrl(jpeg), at });
    for (const listener of thumbnailListeners) listener(scene);
    if (before) ports.dropUrl(before.url);
  });
  socket.on('meters', (meters) => {
    ports.heard();
    levelsAt = ports.now();
    setLevels(meters);
  });
  const stopLooking = ports.onLooking(watch);
  const stopTimer = ports.every(500, () => {
    if (Object.keys(levels).length > 0 && ports.now() - levelsAt > metersStaleMs) setLevels({});
  });
  watch();

  return {
    thumbnail: (scene) => pictures.get(scene),
    meters: () => levels,
    onThumbnail(listener) {
      thumbnailListeners.add(listener);
      return () => thumbnailListeners.delete(listener);
    },
    onMeters(listener) {
      meterListeners.add(listener);
      return () => meterListeners.delete(listener);
    },
    close() {
      stopLooking();
      stopTimer();
      for (const picture of pictures.values()) ports.dropUrl(picture.url);
      pictures.clear();
    },
  };
}
