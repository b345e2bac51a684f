// The words of the bus: where pictures come from, and what changes between them.
import type { FlvTag } from './flv-tag.ts';

/** Where pictures can come from. `bypass` is a direct feed for when the switcher itself is gone. */
export type BusSource = 'program' | 'bypass' | 'slate';

/**
 * A change of source: `lost` no picture arrived, `ended` its session closed, `returned` trusted
 * again, `forced` a person put the slate on.
 */
export interface Cut {
  readonly from: BusSource | 'off';
  readonly to: BusSource;
  readonly reason: 'start' | 'lost' | 'ended' | 'returned' | 'forced';
}

/** The newest picture that stands alone, and what a decoder was told before it. */
export interface Still {
  readonly videoHeader: FlvTag;
  /** Null when the source has no sound. */
  readonly audioHeader: FlvTag | null;
  readonly key: FlvTag;
}

/** What one input led to: tags to send now, in order, and the cut made, if any. */
export interface Step {
  readonly tags: readonly FlvTag[];
  readonly cut: Cut | null;
}
