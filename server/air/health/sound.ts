// The program's sound over the last seconds: silent, clipped, loudness, peak. Pure but for its memory.
import { createSilenceMeter } from '../radio/silence.ts';
import type { SoundReading } from './loudness-line.ts';

/** Over how long clipping is counted, and the peak kept, ms. */
const clippedWindowMs = 10_000;
const peakWindowMs = 3000;
/** What one reading stands for, s. */
const readingSeconds = 0.1;
/** Full scale, dBTP; the lossy audio of a clipped program swings about it and beyond. */
const fullScaleDb = -0.05;
/** A reading older than this is no longer now, ms. */
const staleMs = 2000;

export interface SoundFacts {
  readonly silentSeconds: number | null;
  readonly clippedSeconds: number | null;
  readonly momentaryLufs: number | null;
  readonly shortTermLufs: number | null;
  readonly integratedLufs: number | null;
  readonly rangeLu: number | null;
  readonly truePeakDb: number | null;
}

/** Nothing measured. */
const noSound: SoundFacts = {
  silentSeconds: null,
  clippedSeconds: null,
  momentaryLufs: null,
  shortTermLufs: null,
  integratedLufs: null,
  rangeLu: null,
  truePeakDb: null,
};

export interface SoundMeter {
  /** `now`: monotonic ms, like every time here. */
  read(reading: SoundReading, now: number): void;
  /** `mute`: pictures go out and no audio at all, which is silence, not ignorance. */
  facts(now: number, mute: boolean): SoundFacts;
}

/** A meter that starts counting at `startedAt`. */
export function createSoundMeter(startedAt: number): SoundMeter {
  const silence = createSilenceMeter(startedAt);
  /** Peaks of the readings of the last ten seconds, oldest first: at most a hundred or so. */
  let peaks: { readonly at: number; readonly peak: number }[] = [];
  let last: { readonly reading: SoundReading; readonly at: number } | null = null;
  return {
    read(reading, now) {
      last = { reading, at: now };
      silence.read(reading, now);
      peaks = peaks.filter((p) => now - p.at < clippedWindowMs).slice(-200);
      if (reading.peak !== null) peaks.push({ at: now, peak: reading.peak });
    },
    facts(now, mute) {
      if (!last || now - last.at >= staleMs) {
        return mute ? { ...noSound, silentSeconds: silence.silentSeconds(now) } : noSound;
      }
      const { reading } = last;
      const clipped = peaks.filter((p) => p.peak >= fullScaleDb && now - p.at < clippedWindowMs);
      const recent = peaks.filter((p) => now - p.at < peakWindowMs).map((p) => p.peak);
      return {
        silentSeconds: silence.silentSeconds(now),
        clippedSeconds: Math.round(clipped.length * readingSeconds * 10) / 10,
        momentaryLufs: reading.momentary,
        shortTermLufs: reading.shortTerm,
        integratedLufs: reading.integrated,
        rangeLu: reading.range,
        truePeakDb: recent.length > 0 ? Math.max(...recent) : null,
      };
    },
  };
}
