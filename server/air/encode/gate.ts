// Keeps what an encoder sends back until it flows steadily, then lets it out from a key frame on. Pure.
import type { FlvTag } from '../bus/flv-tag.ts';

export interface GateSettings {
  /** Flow at the pace of the wall before the gate opens. */
  readonly settleMs: number;
  /** Media this far ahead of the wall is a backlog being worked off. */
  readonly aheadMs: number;
  /** Without a picture for so long it closes again. */
  readonly lossMs: number;
}

export interface Gate {
  /** What goes out for this tag, at `mono`: nothing, the tag, or headers and a key frame. */
  push(tag: FlvTag, mono: number): FlvTag[];
  readonly open: boolean;
}

/** A source that comes in on a backlog would run ahead of the wall for ever; half a second is enough to see it. */
const defaultGateSettings: GateSettings = { settleMs: 500, aheadMs: 100, lossMs: 750 };

/** Makes a gate that is closed. */
export function createGate(settings: GateSettings = defaultGateSettings): Gate {
  const before: { script: FlvTag | null; video: FlvTag | null; audio: FlvTag | null } = {
    script: null,
    video: null,
    audio: null,
  };
  let open = false;
  let steady: { mono: number; timestamp: number } | null = null;
  let lastMono = 0;

  function watch({ timestamp }: FlvTag, mono: number): void {
    if (steady && mono - lastMono > settings.lossMs) {
      steady = null;
      open = false;
    }
    lastMono = mono;
    const ahead = steady ? timestamp - steady.timestamp - (mono - steady.mono) : Infinity;
    if (ahead > settings.aheadMs) steady = { mono, timestamp };
  }

  return {
    push(tag, mono) {
      if (tag.type === 'script' || tag.header) {
        before[tag.type] = tag;
        return open ? [tag] : [];
      }
      if (tag.type === 'video') watch(tag, mono);
      if (open) return [tag];
      if (!tag.key || !steady || mono - steady.mono < settings.settleMs) return [];
      open = true;
      return [before.script, before.video, before.audio, tag].filter((t) => t !== null);
    },
    get open() {
      return open;
    },
  };
}
