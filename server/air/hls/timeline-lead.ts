// How far the wall is ahead of the bus's timeline: what turns a picture's time into the date it was sent at.

export interface TimelineLead {
  /**
   * A tag of `time` (ms of the timeline, modulo 2^32) went by at `mono`. While `published` is false no
   * date was given out yet, and nothing keeps them from jumping to the truth.
   */
  saw(mono: number, time: number, published: boolean): void;
  /** A key frame is published: dates walk a step to the truth. */
  step(): void;
  /** `mono` − timeline as the dates have it, ms; Infinity before the first tag. */
  readonly ms: number;
}

const wrapMs = 2 ** 32;
/**
 * The least of half a minute, because replayed tags come late; not of all time, because the timeline of
 * a starved OBS loses time for good, and dates would stay behind by all that was ever lost.
 */
const spanMs = 5000;
const spans = 6;
/** How far dates go at each key frame: back without overlapping, on sooner; and what is too much to walk, ms. */
const backStepMs = 20;
const onStepMs = 200;
const mostLagMs = 2000;

/** Makes the lead of one timeline, which may wrap but never goes back otherwise. */
export function createTimelineLead(): TimelineLead {
  /** The least of each span, newest last. */
  let least: number[] = [];
  let spanSince = -Infinity;
  let lead = Infinity;
  /** What the dates still have of an earlier lead: they walk to the truth, they do not jump. */
  let lag = 0;

  function enter(mono: number, seen: number): void {
    if (mono - spanSince >= spanMs * spans) least = [];
    if (mono - spanSince >= spanMs) {
      least = [...least, seen].slice(-spans);
      spanSince = mono;
    } else least[least.length - 1] = Math.min(least.at(-1) ?? seen, seen);
  }

  return {
    saw(mono, time, published) {
      const seen = mono - time;
      // A wrap looks like time going back by 49 days: the lead is measured anew.
      const wraps = seen > lead + wrapMs / 2;
      if (wraps) {
        least = [];
        spanSince = -Infinity;
      }
      enter(mono, seen);
      const now = Math.min(...least);
      if (published && !wraps && lead !== Infinity) lag += lead - now;
      lead = now;
    },
    step() {
      if (Math.abs(lag) > mostLagMs) lag = 0;
      else lag = lag > 0 ? Math.max(0, lag - backStepMs) : Math.min(0, lag + onStepMs);
    },
    get ms() {
      return lead + lag;
    },
  };
}
