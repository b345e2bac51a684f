// What waits for one destination: bounded in bytes and in age, and cut only where a decoder can join.
import type { FlvTag } from '../bus/flv-tag.ts';

export interface QueueLimits {
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  /** Where a cut may end: at a video key frame, or at any frame of a feed without video. */
  readonly cutOn: 'key' | 'any';
}

export interface TagQueue {
  /** Adds a tag that arrived at `now` (monotonic ms); over a limit the oldest go, to a key frame. */
  push(tag: FlvTag, now: number): void;
  shift(): FlvTag | undefined;
  /** Age of the oldest frame waiting, ms; 0 when empty. */
  ageMs(now: number): number;
  readonly length: number;
  readonly bytes: number;
  /** Audio and video frames dropped so far; headers never are. */
  readonly dropped: number;
}

interface Waiting {
  readonly tag: FlvTag;
  readonly at: number;
}

/** Makes an empty queue. */
export function createTagQueue(limits: QueueLimits): TagQueue {
  let waiting: Waiting[] = [];
  let head = 0;
  let bytes = 0;
  let dropped = 0;
  /** Everything was dropped: only a key frame may follow, or the decoder would show rubbish. */
  let gap = false;

  const joins = (tag: FlvTag) =>
    isFrame(tag) && (limits.cutOn === 'key' ? tag.key : tag.type === 'audio');

  function over(now: number): boolean {
    let i = head;
    while (i < waiting.length && !isFrame(waiting[i]!.tag)) i += 1;
    const oldest = waiting[i];
    // Headers alone are never too much: there is one of each kind at most once cut.
    if (!oldest) return false;
    return bytes > limits.maxBytes || now - oldest.at > limits.maxAgeMs;
  }

  /** Drops up to the next place to join, keeping the newest header of each kind. */
  function cut(): void {
    let end = head;
    while (end < waiting.length && !isFrame(waiting[end]!.tag)) end += 1;
    end += 1;
    while (end < waiting.length && !joins(waiting[end]!.tag)) end += 1;
    const passed = waiting.slice(head, Math.min(end, waiting.length));
    const kept = passed.filter(
      (w, i) => w.tag.header && !passed.some((l, j) => j > i && l.tag.header && sameType(l, w)),
    );
    dropped += passed.filter((w) => isFrame(w.tag)).length;
    gap = end >= waiting.length;
    waiting = [...kept, ...waiting.slice(end)];
    head = 0;
    bytes = waiting.reduce((sum, w) => sum + w.tag.body.length, 0);
  }

  return {
    push(tag, now) {
      if (gap && tag.header) {
        // Only headers wait here: the newest of each kind is enough, however long the gap is.
        waiting = waiting.slice(head).filter((w) => w.tag.type !== tag.type);
        head = 0;
        bytes = waiting.reduce((sum, w) => sum + w.tag.body.length, 0);
      } else if (gap) {
        if (!joins(tag)) {
          if (isFrame(tag)) dropped += 1;
          return;
        }
        gap = false;
      }
      waiting.push({ tag, at: now });
      bytes += tag.body.length;
      while (over(now)) cut();
    },
    shift() {
      const next = waiting[head];
      if (!next) return undefined;
      head += 1;
      bytes -= next.tag.body.length;
      // Moving the array for each tag would cost more than carrying some empty places.
      if (head > 256 || head === waiting.length) {
        waiting = waiting.slice(head);
        head = 0;
      }
      return next.tag;
    },
    ageMs(now) {
      const oldest = waiting[head];
      return oldest ? Math.max(0, now - oldest.at) : 0;
    },
    get length() {
      return waiting.length - head;
    },
    get bytes() {
      return bytes;
    },
    get dropped() {
      return dropped;
    },
  };
}

function isFrame(tag: FlvTag): boolean {
  return !tag.header && tag.type !== 'script';
}

function sameType(a: Waiting, b: Waiting): boolean {
  return a.tag.type === b.tag.type;
}
