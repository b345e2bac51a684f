// What a live worker looks like from outside, and what is the matter with it. Pure.
import type { OutputCause } from '../../contract/outputs.ts';
import { limits } from './retry-policy.ts';

/** Why an output is not as it should be, in a word and a line; epoch ms. */
export interface Problem {
  readonly cause: OutputCause;
  readonly detail: string;
  readonly at: number;
}

/** What a worker in sight looks like at a tick. */
export interface Sight {
  readonly flowing: boolean;
  readonly accepted: boolean;
  /** Ms without any tag to send. */
  readonly dryMs: number;
  /** Ms in which media time did not advance although there was something to send. */
  readonly stuckMs: number;
  /** Ms since frames were last dropped for this destination; null when never. */
  readonly droppedAgoMs: number | null;
  /** Age of the oldest frame waiting. */
  readonly queueMs: number;
}

/** What is the matter with a destination that is live; null when nothing is. */
export function troubleOf(sight: Sight, wasSlow: boolean): Omit<Problem, 'at'> | null {
  if (sight.stuckMs > limits.stuckWarnMs) {
    return { cause: 'stalled', detail: 'it is not taking the program' };
  }
  if (sight.droppedAgoMs !== null && sight.droppedAgoMs < limits.slowShownMs) {
    return { cause: 'slow', detail: 'frames were dropped' };
  }
  if (sight.queueMs > (wasSlow ? limits.caughtUpMs : limits.behindMs)) {
    return { cause: 'slow', detail: 'it falls behind' };
  }
  return null;
}
