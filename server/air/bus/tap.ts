// Where consumers (destinations, radio, monitor) take the program bus from.
import type { FlvTag } from './flv-tag.ts';

/** The bus as a consumer sees it. Tags are shared: a consumer never writes into their bodies. */
export interface BusTap {
  /**
   * Calls `consumer` at once with the current headers and the newest group of pictures (timestamps
   * as on the bus), then with every tag as it is sent. Returns the removal, harmless when repeated.
   * A consumer must not block; one that throws is detached and logged, and touches nobody else.
   */
  attach(consumer: (tag: FlvTag) => void): () => void;
  /** Whether anything is flowing, from the program or from the slate. */
  readonly flowing: boolean;
  /**
   * Nothing flows yet, but the bus was started a moment ago and the slate is on its way from disk:
   * a worker started now is ready when it comes.
   */
  readonly soon?: boolean;
}
