// Hands the bus to its consumers: each starts on a key frame with its headers, none can touch another.
import type { Log } from '../../core/log.ts';
import { retimed, type FlvTag } from './flv-tag.ts';
import { createGopCache } from './gop-cache.ts';

type Consumer = (tag: FlvTag) => void;

interface Joined {
  readonly consume: Consumer;
  /** False until it was given headers and a key frame. */
  started: boolean;
}

/** What a decoder must know before the first picture, as it was at the newest key frame. */
interface Preamble {
  readonly script: FlvTag | null;
  readonly video: FlvTag | null;
  readonly audio: FlvTag | null;
}

export interface FanOut {
  /** As `BusTap.attach`. */
  attach(consumer: Consumer): () => void;
  /** Sends a tag to all; `script` is the present source's onMetaData, for those who join. */
  send(tag: FlvTag, script: FlvTag | null): void;
  /** The bus went off: who joins now waits for the next key frame. */
  pause(): void;
  readonly size: number;
}

/** Makes a fan-out without consumers. */
export function createFanOut(log: Log): FanOut {
  // Replaced, never changed, so that consumers may come and go while a tag is being sent.
  let consumers: readonly Joined[] = [];
  const gop = createGopCache<FlvTag>();
  const headers: { video: FlvTag | null; audio: FlvTag | null } = { video: null, audio: null };
  let preamble: Preamble = { script: null, video: null, audio: null };

  function remove(joined: Joined): void {
    consumers = consumers.filter((c) => c !== joined);
  }

  function give(joined: Joined, tag: FlvTag): boolean {
    try {
      joined.consume(tag);
      return true;
    } catch (error) {
      log.error({ err: error }, 'a consumer of the bus failed and was detached');
      remove(joined);
      return false;
    }
  }

  /** Preamble and the newest group of pictures; a consumer that fails on the way gets no more. */
  function start(joined: Joined): void {
    const group = gop.entries();
    const first = group[0];
    if (!first) return;
    joined.started = true;
    for (const tag of [preamble.script, preamble.video, preamble.audio]) {
      if (tag && !give(joined, retimed(tag, first.timestamp))) return;
    }
    for (const tag of group) if (!give(joined, tag)) return;
  }

  return {
    attach(consume) {
      const joined: Joined = { consume, started: false };
      consumers = [...consumers, joined];
      start(joined);
      return () => remove(joined);
    },
    send(tag, script) {
      if (tag.header && tag.type !== 'script') headers[tag.type] = tag;
      if (tag.key) preamble = { script, ...headers };
      gop.add(tag, tag);
      for (const joined of consumers) {
        if (joined.started) give(joined, tag);
        else if (tag.key) start(joined);
      }
    },
    pause: () => gop.clear(),
    get size() {
      return consumers.length;
    },
  };
}
