// Looks at the bus as it is: its time, its headers, its next key frame.
import type { Clock } from '../../core/clock.ts';
import type { FlvTag } from '../bus/flv-tag.ts';
import type { BusTap } from '../bus/tap.ts';

export interface RawWatch {
  /** Where the bus stands, ms: its newest time and the wall time since; null before its first tag. */
  readonly nowMs: number | null;
  close(): void;
}

/** Called for what the bus sends from now on; pictures that it sent before are not repeated. */
export interface RawListener {
  /** Right before the tags of a key frame: metadata and headers come after this, then the key frame. */
  onKey(): void;
  onTag(tag: FlvTag): void;
}

/** Attaches to the bus; before each first tag after a key frame was waited for, its headers are given. */
export function watchRaw(tap: BusTap, clock: Clock, listener: RawListener): RawWatch {
  const before: { script: FlvTag | null; video: FlvTag | null; audio: FlvTag | null } = {
    script: null,
    video: null,
    audio: null,
  };
  let newest: { timestamp: number; mono: number } | null = null;
  let open = true;
  let begun = false;
  let replaying = true;

  const detach = tap.attach((tag) => {
    if (!open) return;
    if (tag.type === 'script' || tag.header) before[tag.type] = tag;
    else if (!newest || tag.timestamp >= newest.timestamp) {
      newest = { timestamp: tag.timestamp, mono: clock.mono() };
    }
    if (replaying) return;
    if (begun) return listener.onTag(tag);
    if (!tag.key) return;
    begun = true;
    listener.onKey();
    for (const header of [before.script, before.video, before.audio]) {
      if (header) listener.onTag(header);
    }
    listener.onTag(tag);
  });
  replaying = false;

  return {
    get nowMs() {
      return newest && Math.round(newest.timestamp + Math.max(0, clock.mono() - newest.mono));
    },
    close() {
      open = false;
      detach();
    },
  };
}
