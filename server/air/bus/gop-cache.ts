// The newest group of pictures, for whoever joins in the middle; bounded, empty rather than partial.
import type { FlvTag } from './flv-tag.ts';

export interface GopCache<Entry> {
  /** Keeps the tag's entry; a key frame starts anew, and nothing is kept before the first. */
  add(tag: FlvTag, entry: Entry): void;
  clear(): void;
  /** From the newest key frame on; empty when there was none or it outgrew the bounds. */
  entries(): readonly Entry[];
}

/** About 25 s of 1080p at 5 Mb/s: far more than any key frame interval a platform accepts. */
const defaultMaxBytes = 16 * 1024 * 1024;
const maxEntries = 8192;

/** Makes an empty cache; over `maxBytes` of tag data it forgets the group and waits for the next. */
export function createGopCache<Entry>(maxBytes = defaultMaxBytes): GopCache<Entry> {
  let kept: Entry[] = [];
  let bytes = 0;
  let open = false;
  const clear = (): void => {
    kept = [];
    bytes = 0;
    open = false;
  };
  return {
    add(tag, entry) {
      if (tag.key) {
        clear();
        open = true;
      }
      if (!open) return;
      bytes += tag.body.length;
      if (bytes > maxBytes || kept.length >= maxEntries) clear();
      else kept.push(entry);
    },
    clear,
    entries: () => kept,
  };
}
