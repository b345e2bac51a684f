// What of the uplink outlives a restart, read back from the settings with care. Pure.
import type { Measured } from './capacity.ts';

export const storedKey = 'uplink.set';
export const measuredKey = 'uplink.measured';
export const shedKey = 'uplink.shed';

/** What people said; `kbps` undefined: nothing, the station's file counts. */
export interface Stored {
  readonly kbps: number | null | undefined;
  readonly shedAllowed: boolean;
}

/** What was said, or nothing. */
export function readStored(value: unknown): Stored {
  const { kbps, shedAllowed } = (value ?? {}) as Record<string, unknown>;
  return {
    kbps: typeof kbps === 'number' || kbps === null ? kbps : undefined,
    shedAllowed: shedAllowed === true,
  };
}

/** The last measure; null when there is none. */
export function readMeasured(value: unknown): Measured | null {
  const { kbps, at, how } = (value ?? {}) as Partial<Measured>;
  const known = how === 'test' || how === 'congestion';
  return typeof kbps === 'number' && typeof at === 'number' && known ? { kbps, at, how } : null;
}

/** Outputs that were shed, with how often in a row. */
export function readShed(value: unknown): Map<string, number> {
  const list: unknown[] = Array.isArray(value) ? value : [];
  return new Map(
    list.flatMap((item) => {
      const { id, times } = (item ?? {}) as Record<string, unknown>;
      return typeof id === 'string' ? [[id, typeof times === 'number' ? times : 1]] : [];
    }),
  );
}
