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
  /** Ms in which its server read nothing of what its kernel took for it. */
  readonly unreadMs: number;
  /** Ms since frames were last dropped for this destination; null when never. */
  readonly droppedAgoMs: number | null;
  /** Age of the oldest frame waiting. */
  readonly queueMs: number;
  /** Of one that encodes: whatever is late is so because its encoder is too slow. */
  readonly encoderSlow?: boolean;
}

/** What went wrong, in a word and a line. */
export type Fault = Omit<Problem, 'at'>;

/** Of one that does not begin, and of one that takes nothing for too long. */
export const faults = {
  waiting: { cause: 'timeout', detail: 'no answer yet' },
  unanswered: { cause: 'timeout', detail: 'no answer in time' },
  frozen: { cause: 'stalled', detail: 'it stopped taking the program' },
} as const satisfies Record<string, Fault>;

/** `fault`, unless the output's own encoder is why it looks like that. */
export function blamed(sight: Sight, fault: Fault): Fault {
  if (sight.encoderSlow !== true) return fault;
  const detail = 'its own encoder is too slow for this machine; the way out is free';
  return { cause: 'encoder', detail };
}

/** What is the matter with a destination that is live; null when nothing is. `was`: what was the matter. */
export function troubleOf(sight: Sight, was: OutputCause | null): Fault | null {
  const fault = lateness(sight, was === 'slow' || was === 'encoder');
  return fault && blamed(sight, fault);
}

function lateness(sight: Sight, wasSlow: boolean): Fault | null {
  if (sight.stuckMs > limits.stuckWarnMs || sight.unreadMs > limits.unreadWarnMs) {
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
