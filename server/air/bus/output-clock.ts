// The bus's own timeline: where the output is now, and the promise that no stream ever goes back.

export interface OutputClock {
  /** Where the output stands at `mono`: the last timestamp sent plus the wall time since. */
  expected(mono: number): number;
  /**
   * First timestamp free for a cut: at `expected`, after everything sent; drawn back to where the wall
   * says the output should be, so that the lateness of packets does not add up over the cuts. Integer ms.
   */
  cutPoint(mono: number): number;
  /** Last timestamp sent on a stream; one before the start until the first. */
  last(stream: 'audio' | 'video'): number;
  /**
   * Timestamp to send, `wanted` or the least that is later than all sent on the stream; the clock
   * moves on. `clamped` says whether `wanted` was not kept.
   */
  take(stream: 'audio' | 'video', wanted: number, mono: number): { out: number; clamped: boolean };
}

/** Packets of the start from which the least late one ties the output to the wall, ms. */
const tieMs = 3000;
/** A cut is moved by this much at the most, ms: less than anybody sees, more than any lateness. */
const mostPullMs = 100;

/**
 * Makes a clock that starts at `startMs` and never goes back, however often the sources change. It
 * does not wrap: FLV keeps 32 bits of it, and every reader of the bus unrolls them (49 days).
 */
export function createOutputClock(startMs = 0): OutputClock {
  const streams = { audio: startMs - 1, video: startMs - 1 };
  let newest = startMs - 1;
  let newestMono: number | null = null;
  /** mono − out of the least late packet of the start. */
  let tie: { readonly since: number; lag: number } | null = null;

  const expected = (mono: number): number =>
    newestMono === null ? startMs : newest + Math.max(0, mono - newestMono);

  function onWall(mono: number): number {
    const at = expected(mono);
    const pull = tie ? mono - tie.lag - at : 0;
    return at + Math.min(mostPullMs, Math.max(-mostPullMs, pull));
  }

  return {
    expected,
    cutPoint: (mono) => Math.max(Math.round(onWall(mono)), newest + 1),
    last: (stream) => streams[stream],
    take(stream, wanted, mono) {
      const out = Math.max(wanted, streams[stream] + 1);
      streams[stream] = out;
      if (out > newest) {
        newest = out;
        newestMono = mono;
        tie ??= { since: mono, lag: mono - out };
        if (mono - tie.since < tieMs) tie.lag = Math.min(tie.lag, mono - out);
      }
      return { out, clamped: out !== wanted };
    },
  };
}
