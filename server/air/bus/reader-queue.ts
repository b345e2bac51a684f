// What waits for one reader of the bus: two seconds at most, and then it goes on at a key frame.
import type { FlvTag } from './flv-tag.ts';

export interface ReaderQueue {
  /** Puts the tag at the end, at monotonic `mono` ms; drops what became too old to be worth sending. */
  push(tag: FlvTag, mono: number): void;
  /** Takes what is to be sent next; null when nothing waits that is still worth it. */
  next(mono: number): FlvTag | null;
  /** Tags waiting. */
  readonly size: number;
}

/** A picture that waited longer than this is no longer the program. */
export const maxWaitMs = 2000;
/** Two seconds of more than any encoder sends; the group that a joiner starts with may be as large. */
const maxBytes = 16 * 1024 * 1024;

interface Waiting {
  readonly tag: FlvTag;
  readonly since: number;
}

/**
 * Makes an empty queue. Headers are never lost (the newest of each kind stays), because without
 * them the next pictures could not be decoded.
 */
export function createReaderQueue(): ReaderQueue {
  let waiting: Waiting[] = [];
  let bytes = 0;
  /** After a drop nothing goes in but headers, until a key frame. */
  let cut = false;

  function trim(mono: number): void {
    const oldest = waiting.find((w) => !w.tag.header);
    if (!oldest || (mono - oldest.since <= maxWaitMs && bytes <= maxBytes)) return;
    const key = waiting.findLastIndex((w) => w.tag.key);
    const fresh = (from: number): boolean =>
      mono - (waiting[from]?.since ?? 0) <= maxWaitMs && bytesOf(waiting.slice(from)) <= maxBytes;
    const from = key >= 0 && fresh(key) ? key : waiting.length;
    cut = from === waiting.length;
    const headers = waiting.slice(0, from).filter((w) => w.tag.header);
    const newest = headers.filter((w, i) => headers.findLastIndex((h) => same(h, w)) === i);
    waiting = [...newest, ...waiting.slice(from)];
    bytes = bytesOf(waiting);
  }

  return {
    push(tag, mono) {
      if (tag.key) cut = false;
      if (cut && !tag.header) return;
      waiting.push({ tag, since: mono });
      bytes += tag.body.length;
      trim(mono);
    },
    next(mono) {
      trim(mono);
      const first = waiting.shift();
      if (!first) return null;
      bytes -= first.tag.body.length;
      return first.tag;
    },
    get size() {
      return waiting.length;
    },
  };
}

function bytesOf(list: readonly Waiting[]): number {
  return list.reduce((sum, w) => sum + w.tag.body.length, 0);
}

function same(one: Waiting, other: Waiting): boolean {
  return one.tag.type === other.tag.type;
}
