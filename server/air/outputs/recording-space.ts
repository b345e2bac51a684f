// Watches the room on the recordings' disk: asked each second, judged with some slack, never waited for.
import type { RecordingFacts } from '../../contract/outputs.ts';
import type { Clock } from '../../core/clock.ts';
import { secondsLeft, tooLittle } from '../../core/free-space.ts';
import type { RecordingDisk } from './recording-disk.ts';

export interface SpaceWatch {
  /** Asks again if a second has passed; `minBytes` is what must stay free. */
  look(minBytes: number): void;
  /** Whether there is too little room to record. */
  readonly low: boolean;
  /** The disk has answered, or did not within two seconds. */
  readonly known: boolean;
  readonly freeBytes: number | null;
  verdict(): { readonly cause: 'diskFull'; readonly detail: string };
  /** What is reported of the file in `place`, written at `bytesPerSecond`; null before the first answer. */
  facts(
    place: { readonly folder: string; readonly file: string | null } | null,
    bytesPerSecond: number,
  ): RecordingFacts | null;
}

const everyMs = 1000;
const patienceMs = 2000;

/** A watch that has not looked yet. */
export function createSpaceWatch(ports: {
  readonly clock: Clock;
  readonly disk: Pick<RecordingDisk, 'free'>;
}): SpaceWatch {
  const { clock, disk } = ports;
  let freeBytes: number | null = null;
  let minBytes = 0;
  let low = false;
  let firstAskedAt: number | null = null;
  let askedAt: number | null = null;
  let asking = false;

  const judge = (): void => {
    if (freeBytes !== null) low = tooLittle(low, freeBytes, minBytes);
  };

  return {
    look(min) {
      if (min !== minBytes) {
        minBytes = min;
        judge();
      }
      const now = clock.mono();
      if (asking || (askedAt !== null && now - askedAt < everyMs)) return;
      firstAskedAt ??= now;
      askedAt = now;
      asking = true;
      disk.free().then(
        (bytes) => {
          asking = false;
          freeBytes = bytes;
          judge();
        },
        // A disk that cannot be asked cannot be written either: opening a file tells why.
        () => {
          asking = false;
        },
      );
    },
    get low() {
      return low;
    },
    get known() {
      if (freeBytes !== null) return true;
      return firstAskedAt !== null && clock.mono() - firstAskedAt > patienceMs;
    },
    get freeBytes() {
      return freeBytes;
    },
    verdict: () => ({
      cause: 'diskFull',
      detail: `${gigabytes(freeBytes ?? 0)} GB free, ${gigabytes(minBytes)} GB must stay free`,
    }),
    facts(place, bytesPerSecond) {
      if (freeBytes === null) return null;
      return {
        folder: place?.folder ?? null,
        file: place?.file ?? null,
        freeBytes,
        secondsLeft: place ? secondsLeft(freeBytes, minBytes, bytesPerSecond) : null,
      };
    },
  };
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(bytes < 1e9 ? 3 : 1);
}
