// Audio levels for those who look at them: about ten a second, the highest peak in between.
import type { Clock } from '../core/clock.ts';

/** Peak per channel of each input, dBFS; −100 is silence. */
export type MeterListener = (meters: Record<string, number[]>) => void;

export interface Meters {
  watch(listener: MeterListener): () => void;
  /** `InputVolumeMeters` from OBS. */
  heard(inputs: readonly unknown[]): void;
}

const everyMs = 95;
const floorDb = -100;

/** Linear amplitude → dBFS, to a tenth, not below −100. */
export function toDbfs(amplitude: number): number {
  if (!(amplitude > 0)) return floorDb;
  return Math.max(floorDb, Math.round(200 * Math.log10(amplitude)) / 10);
}

/** `subscribe` tells OBS whether anybody looks. */
export function createMeters(clock: Clock, subscribe: (wanted: boolean) => void): Meters {
  const listeners = new Set<MeterListener>();
  let highest = new Map<string, number[]>();
  let sentAt = -Infinity;

  return {
    watch(listener) {
      listeners.add(listener);
      if (listeners.size === 1) subscribe(true);
      return () => {
        if (listeners.delete(listener) && listeners.size === 0) subscribe(false);
      };
    },
    heard(inputs) {
      // Per input: name and, per channel, [magnitude, peak, peak before the fader].
      for (const input of inputs as { inputName: string; inputLevelsMul: number[][] }[]) {
        const peaks = input.inputLevelsMul.map((channel) => channel[1] ?? 0);
        const old = highest.get(input.inputName) ?? [];
        highest.set(
          input.inputName,
          peaks.map((peak, i) => Math.max(peak, old[i] ?? 0)),
        );
      }
      const now = clock.mono();
      if (now - sentAt < everyMs) return;
      sentAt = now;
      const meters: Record<string, number[]> = {};
      for (const [name, peaks] of highest) meters[name] = peaks.map(toDbfs);
      highest = new Map();
      for (const listener of listeners) listener(meters);
    },
  };
}
