// The radio feed's meter: loudness readings from ffmpeg's lines, and how long it has been silent.

/** One reading of the `ebur128` filter, ten a second. LUFS; null when it had no figure. */
export interface Loudness {
  /** 400 ms window: follows speech. */
  readonly momentary: number | null;
  /** 3 s window: what people are shown. */
  readonly shortTerm: number | null;
}

/** Below this the feed counts as silent, dB. */
const silenceDb = -50;
/** A gap shorter than this between loud readings is speech, ms. */
const graceMs = 1000;
/** A loudness older than this is no longer now, ms. */
const staleMs = 2000;

/** Reads `ametadata` lines in any chunking; holds at most one line. */
export function createLoudnessParser(): (chunk: string) => Loudness[] {
  let rest = '';
  let momentary: number | null = null;
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    // A line is under 100 characters; a longer rest is not ours to keep.
    rest = (lines.pop() ?? '').slice(-200);
    const out: Loudness[] = [];
    for (const line of lines) {
      const found = /^lavfi\.r128\.([MS])=(\S+)/.exec(line);
      if (!found) continue;
      const value = Number(found[2]);
      const figure = Number.isFinite(value) ? value : null;
      // ebur128 prints M before S for the same frame.
      if (found[1] === 'M') momentary = figure;
      else out.push({ momentary, shortTerm: figure });
    }
    return out;
  };
}

export interface SilenceMeter {
  /** `now`: monotonic ms. */
  read(reading: Loudness, now: number): void;
  /** Seconds since the last sound, 0 while there is any; counts on when no audio flows at all. */
  silentSeconds(now: number): number;
  /** Short-term loudness, LUFS; null when nothing was measured in the last two seconds. */
  loudness(now: number): number | null;
}

/** A meter that starts counting at `startedAt` (monotonic ms): until a first sound, all is silence. */
export function createSilenceMeter(startedAt: number): SilenceMeter {
  let lastSound = startedAt;
  let last: { value: number | null; at: number } | null = null;
  return {
    read(reading, now) {
      last = { value: reading.shortTerm, at: now };
      if (reading.momentary !== null && reading.momentary >= silenceDb) lastSound = now;
    },
    silentSeconds(now) {
      const silent = now - lastSound;
      return silent < graceMs ? 0 : Math.round(silent / 100) / 10;
    },
    loudness: (now) => (last && now - last.at < staleMs ? last.value : null),
  };
}
