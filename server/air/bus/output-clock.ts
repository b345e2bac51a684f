// The bus's own timeline: where the output is now, and the promise that no stream ever goes back.

export interface OutputClock {
  /** Where the output stands at `mono`: the last timestamp sent plus the wall time since. */
  expected(mono: number): number;
  /** First timestamp free for a cut: at `expected`, after everything sent. Integer ms. */
  cutPoint(mono: number): number;
  /** Last timestamp sent on a stream; one before the start until the first. */
  last(stream: 'audio' | 'video'): number;
  /**
   * Timestamp to send, `wanted` or the least that is later than all sent on the stream; the clock
   * moves on. `clamped` says whether `wanted` was not kept.
   */
  take(stream: 'audio' | 'video', wanted: number, mono: number): { out: number; clamped: boolean };
}

/**
 * Makes a clock that starts at `startMs` and never goes back, however often the sources change. It
 * does not wrap: FLV keeps 32 bits of it, and every reader of the bus unrolls them (49 days).
 */
export function createOutputClock(startMs = 0): OutputClock {
  const streams = { audio: startMs - 1, video: startMs - 1 };
  let newest = startMs - 1;
  let newestMono: number | null = null;

  const expected = (mono: number): number =>
    newestMono === null ? startMs : newest + Math.max(0, mono - newestMono);

  return {
    expected,
    cutPoint: (mono) => Math.max(Math.round(expected(mono)), newest + 1),
    last: (stream) => streams[stream],
    take(stream, wanted, mono) {
      const out = Math.max(wanted, streams[stream] + 1);
      streams[stream] = out;
      if (out > newest) {
        newest = out;
        newestMono = mono;
      }
      return { out, clamped: out !== wanted };
    },
  };
}
