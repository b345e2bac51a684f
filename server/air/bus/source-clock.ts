// One source's timestamps unrolled: 32-bit wraps, and senders that forget the extended byte.

export interface SourceClock {
  /** The raw timestamp on an endless line, in ms; wraps are unrolled, other jumps pass through. */
  at(raw: number): number;
}

const wrap32 = 2 ** 32;
const wrap24 = 2 ** 24;
/** How near a step must be to −2^24 to be a lost extended byte (4 h 39 min 37 s) and not a jump. */
const nearWrapMs = 10_000;

/** Makes the clock of one session; a new session of the source needs a new clock. */
export function createSourceClock(): SourceClock {
  let last: number | null = null;
  let line = 0;
  return {
    at(raw) {
      if (last === null) line = raw;
      else {
        // The shortest way round the 32-bit circle, as a signed step.
        let step = (((raw - last) % wrap32) + wrap32) % wrap32;
        if (step >= wrap32 / 2) step -= wrap32;
        if (Math.abs(step + wrap24) < nearWrapMs) step += wrap24;
        line += step;
      }
      last = raw;
      return line;
    },
  };
}
