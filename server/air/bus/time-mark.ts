// Tells a reader of the bus when its pictures went out: script tags between them, one a second.
import { makeTag, type FlvTag } from './flv-tag.ts';

/** Name of the script tag; players hand it out as it is, and every other reader passes over it. */
const timeMarkName = 'onStudioTime';

const everyMs = 1000;

export interface TimeMarks {
  /**
   * The mark to send first of all when a stream begins with `group`, whose newest picture has just
   * gone out at monotonic `mono` ms; null while there is none. Positions count from its first tag.
   */
  first(group: readonly FlvTag[], mono: number): FlvTag | null;
  /** The mark to send before `tag`, which goes out at monotonic `mono` ms; null when none is due. */
  before(tag: FlvTag, mono: number): FlvTag | null;
}

/**
 * Makes the marks of one stream. A mark says `{position, at}`: the picture `position` ms after the
 * stream's first tag went out at `at`, epoch ms of a clock that shows `epoch` now, at `mono`. That
 * clock is the asker's, so that nothing depends on how air's own is set, or set again.
 */
export function createTimeMarks(epoch: number, mono: number): TimeMarks {
  const start = epoch - mono;
  let base: number | null = null;
  let markedAt = -Infinity;
  const factsOf = (first: number, tag: FlvTag, now: number): Record<string, number> => ({
    position: tag.timestamp - first,
    at: start + now,
  });
  return {
    first(group, now) {
      base = group[0]?.timestamp ?? null;
      const newest = group.findLast(isPicture);
      // The next mark comes soon: the bus may just be standing still, and this one be too young.
      return base === null || !newest ? null : markTag(base, factsOf(base, newest, now));
    },
    before(tag, now) {
      base ??= tag.timestamp;
      if (!isPicture(tag) || now - markedAt < everyMs) return null;
      markedAt = now;
      return markTag(tag.timestamp, factsOf(base, tag, now));
    },
  };
}

function isPicture(tag: FlvTag): boolean {
  return tag.type === 'video' && !tag.header;
}

/** The script tag, in AMF 0: the name, then an object of numbers. */
function markTag(timestamp: number, facts: Readonly<Record<string, number>>): FlvTag {
  const parts = [Buffer.from([2]), amfKey(timeMarkName), Buffer.from([3])];
  for (const [key, value] of Object.entries(facts)) {
    const number = Buffer.alloc(9);
    number.writeDoubleBE(value, 1);
    parts.push(amfKey(key), number);
  }
  parts.push(Buffer.from([0, 0, 9]));
  return makeTag('script', timestamp, Buffer.concat(parts));
}

function amfKey(text: string): Buffer {
  const out = Buffer.alloc(2 + text.length);
  out.writeUInt16BE(text.length);
  out.write(text, 2, 'latin1');
  return out;
}
