// One line of ffmpeg's EBU R128 meter to figures. Pure.

/** A reading of 100 ms of sound; LUFS, LU and dBTP. Null where the meter has no figure yet. */
export interface SoundReading {
  /** The last 400 ms. */
  readonly momentary: number | null;
  /** The last 3 s. */
  readonly shortTerm: number | null;
  /** Since the meter started, silence left out. */
  readonly integrated: number | null;
  readonly range: number | null;
  /** Highest true peak of these 100 ms over all channels. */
  readonly peak: number | null;
}

const line =
  /\bM:\s*(\S+)\s+S:\s*(\S+)\s+I:\s*(\S+) LUFS\s+LRA:\s*(\S+) LU(?:\s+FTPK:([-\s\w.+]+?) dBFS)?/;
/** R128's absolute gate: what is lower is silence, and the meter's own floor says nothing more. */
const floor = -70;
/** Readings before the windows of 400 ms and 3 s are full. */
const momentaryAfter = 4;
const shortTermAfter = 30;

/** Reads the meter's lines one after the other since its start; null for any other line. */
export function createLoudnessReader(): (text: string) => SoundReading | null {
  let readings = 0;
  return (text) => {
    const found = line.exec(text);
    if (!found) return null;
    readings += 1;
    const integrated = level(found[3]!);
    const channels = found[5]?.trim().split(/\s+/).map(level) ?? [];
    return {
      momentary: readings < momentaryAfter ? null : level(found[1]!),
      shortTerm: readings < shortTermAfter ? null : level(found[2]!),
      // Exactly the gate: nothing but silence so far.
      integrated: integrated === floor ? null : integrated,
      range: integrated === floor ? null : figure(found[4]!),
      peak: channels.reduce<number | null>(
        (most, one) => (one !== null && (most === null || one > most) ? one : most),
        null,
      ),
    };
  };
}

function level(text: string): number | null {
  if (text === '-inf') return floor;
  const value = figure(text);
  return value === null ? null : Math.max(floor, value);
}

function figure(text: string): number | null {
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
