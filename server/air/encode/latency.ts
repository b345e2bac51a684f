// How long a picture is on its way through the encoder, by its time: fed here, come back there. Pure.

export interface LatencyMeter {
  /** A picture of this time (ms from the first fed) went in at `mono`. */
  fed(timestamp: number, mono: number): void;
  /** A picture of this time (ms, on the same line) came out at `mono`. */
  came(timestamp: number, mono: number): void;
  /** Middle and worst of the last ten seconds or so, ms; null before anything came out. */
  figures(): { readonly medianMs: number; readonly worstMs: number } | null;
}

const kept = 300;
/** A constant frame rate moves a picture by half a frame: by so much the figures may be wrong. */
const nearMs = 17;

/** Makes a meter; what never comes out is forgotten. */
export function createLatencyMeter(): LatencyMeter {
  let waiting: { timestamp: number; mono: number }[] = [];
  let measured: number[] = [];
  return {
    fed(timestamp, mono) {
      waiting.push({ timestamp, mono });
      if (waiting.length > kept) waiting = waiting.slice(-kept);
    },
    came(timestamp, mono) {
      const at = waiting.findLastIndex((w) => w.timestamp <= timestamp + nearMs);
      const found = waiting[at];
      // The same picture twice, where the source has fewer: only the first tells.
      if (!found || found.timestamp < timestamp - nearMs) return;
      waiting = waiting.slice(at + 1);
      measured.push(mono - found.mono);
      if (measured.length > kept) measured = measured.slice(-kept);
    },
    figures() {
      if (measured.length === 0) return null;
      const sorted = measured.toSorted((a, b) => a - b);
      const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
      return { medianMs: Math.round(median), worstMs: Math.round(sorted.at(-1) ?? 0) };
    },
  };
}
