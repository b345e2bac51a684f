// One output's life as a transition table: (order and state, event, now) → next state, step and reason.
import type { OutputCause, OutputRunState } from '../../contract/outputs.ts';
import { backoffMs } from '../../core/backoff.ts';
import { backoffPolicy, limits } from './retry-policy.ts';

/** `waiting`: ordered to run, no program to send. `ending`: told to end, not gone yet. */
export type Phase = 'idle' | 'waiting' | 'starting' | 'live' | 'ending' | 'backoff' | 'failed';

export interface Problem {
  readonly cause: OutputCause;
  readonly detail: string;
  readonly at: number;
}

/** All that is remembered of one output; epoch ms throughout. */
export interface RunState {
  readonly phase: Phase;
  readonly ordered: boolean;
  /** Why its address cannot be used; null when it can. */
  readonly wrong: string | null;
  /** What people are shown, and since when. */
  readonly shown: OutputRunState;
  readonly since: number;
  readonly phaseSince: number;
  readonly liveSince: number | null;
  /** Failures in a row with the same cause; health clears it. */
  readonly attempts: number;
  readonly lastCause: OutputCause | null;
  readonly retryAt: number | null;
  readonly restarts: number;
  readonly problem: Problem | null;
  /** Why we end the worker ourselves, when that is a failure of the destination. */
  readonly verdict: { readonly cause: OutputCause; readonly detail: string } | null;
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
}

export type RunEvent =
  | {
      readonly type: 'ordered';
      readonly run: boolean;
      readonly wrong: string | null;
      /** The address, key or settings are not the ones it runs with. */
      readonly changed: boolean;
    }
  | { readonly type: 'tick'; readonly sight: Sight }
  | { readonly type: 'gone'; readonly cause: OutputCause; readonly detail: string };

/** `end` lets the worker close its session cleanly; `kill` is for one that no longer listens. */
export type Step = 'none' | 'spawn' | 'end' | 'kill';

export interface Transition {
  readonly state: RunState;
  readonly step: Step;
  /** In words, for the log; null when nothing happened. */
  readonly reason: string | null;
}

export interface Now {
  readonly now: number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** An output nobody has ordered yet. */
export function idleState(now: number): RunState {
  return {
    phase: 'idle',
    ordered: false,
    wrong: null,
    shown: 'idle',
    since: now,
    phaseSince: now,
    liveSince: null,
    attempts: 0,
    lastCause: null,
    retryAt: null,
    restarts: 0,
    problem: null,
    verdict: null,
  };
}

/** The next state of one output, the one thing to do about its worker, and why. */
export function next(state: RunState, event: RunEvent, at: Now): Transition {
  if (event.type === 'ordered') return ordered(state, event, at.now);
  if (event.type === 'gone') return gone(state, event, at);
  return tick(state, event.sight, at.now);
}

function ordered(
  before: RunState,
  order: Extract<RunEvent, { type: 'ordered' }>,
  now: number,
): Transition {
  const state = { ...before, ordered: order.run, wrong: order.wrong };
  const turned = order.run !== before.ordered;
  if (!turned && !order.changed) return stay(state);
  const fresh = { attempts: 0, lastCause: null, retryAt: null, problem: null, verdict: null };
  const reason = !order.run ? 'ordered to stop' : turned ? 'ordered to run' : 'its order changed';
  switch (state.phase) {
    case 'starting':
    case 'live':
      // Ended in either case; `gone` decides whether it starts anew.
      return to({ ...state, ...fresh }, 'ending', now, 'end', reason);
    case 'ending':
      return to({ ...state, ...fresh }, 'ending', now, 'none', reason);
    default:
      return settle({ ...state, ...fresh, restarts: turned ? 0 : state.restarts }, now, reason);
  }
}

/** Where an output without a worker belongs; the next tick starts it if there is a program. */
function settle(state: RunState, now: number, reason: string): Transition {
  if (!state.ordered) return to(state, 'idle', now, 'none', reason);
  if (state.wrong !== null) {
    const problem = { cause: 'unknown' as const, detail: state.wrong, at: now };
    return to({ ...state, problem }, 'failed', now, 'none', state.wrong);
  }
  return to(state, 'waiting', now, 'none', reason);
}

function gone(
  state: RunState,
  event: { readonly cause: OutputCause; readonly detail: string },
  at: Now,
): Transition {
  if (!state.ordered || (state.phase === 'ending' && state.verdict === null)) {
    return settle({ ...state, liveSince: null, verdict: null }, at.now, 'its worker has ended');
  }
  const { cause, detail } = state.verdict ?? event;
  const healthy = state.liveSince !== null && at.now - state.liveSince >= limits.healthyMs;
  // Another cause is another trouble: its waits start short again.
  const attempts = healthy || cause !== state.lastCause ? 0 : state.attempts;
  const wait = backoffMs(backoffPolicy(cause), attempts, at.random);
  return to(
    {
      ...state,
      attempts: attempts + 1,
      lastCause: cause,
      retryAt: at.now + wait,
      restarts: state.restarts + 1,
      problem: { cause, detail, at: at.now },
      liveSince: null,
      verdict: null,
    },
    'backoff',
    at.now,
    'none',
    `${cause}: ${detail}; next try in ${wait} ms`,
  );
}

function tick(state: RunState, sight: Sight, now: number): Transition {
  const spent = now - state.phaseSince;
  switch (state.phase) {
    case 'waiting': {
      if (sight.flowing) {
        const ready = { ...state, problem: null };
        return to(ready, 'starting', now, 'spawn', 'there is a program to send');
      }
      if (state.problem?.cause === 'noProgram') return stay(state);
      return stay({
        ...state,
        problem: { cause: 'noProgram', detail: 'no program is flowing', at: now },
      });
    }
    case 'backoff':
      if (state.retryAt !== null && now < state.retryAt) return stay(state);
      return sight.flowing
        ? to({ ...state, retryAt: null }, 'starting', now, 'spawn', 'next try')
        : to({ ...state, retryAt: null }, 'waiting', now, 'none', 'no program to try with');
    case 'starting':
      if (sight.accepted) {
        const live = { ...state, liveSince: now, problem: null };
        return to(live, 'live', now, 'none', 'the destination takes the program');
      }
      if (sight.dryMs > limits.dryMs) return dried(state, now);
      if (spent > limits.startMs) return condemned(state, 'timeout', 'no answer in time', now);
      if (spent > limits.startWarnMs && state.problem?.cause !== 'timeout') {
        const problem = { cause: 'timeout' as const, detail: 'no answer yet', at: now };
        return stay({ ...state, problem }, 'no answer yet');
      }
      return stay(state);
    case 'live':
      return watchLive(state, sight, now);
    default:
      return stay(state);
  }
}

function watchLive(state: RunState, sight: Sight, now: number): Transition {
  if (sight.dryMs > limits.dryMs) return dried(state, now);
  if (sight.stuckMs > limits.stuckMs) {
    return condemned(state, 'stalled', 'it stopped taking the program', now);
  }
  const cause =
    sight.stuckMs > limits.stuckWarnMs
      ? ('stalled' as const)
      : sight.droppedAgoMs !== null && sight.droppedAgoMs < limits.slowShownMs
        ? ('slow' as const)
        : null;
  if (cause === (state.problem?.cause ?? null)) return stay(state);
  if (cause === null) return stay({ ...state, problem: null }, 'it keeps up again');
  const detail = cause === 'stalled' ? 'it is not taking the program' : 'frames were dropped';
  return stay({ ...state, problem: { cause, detail, at: now } }, detail);
}

/** Nothing to send any more: end the session cleanly rather than hold an empty one. */
function dried(state: RunState, now: number): Transition {
  const fresh = { ...state, problem: null, attempts: 0, lastCause: null };
  return to(fresh, 'ending', now, 'end', 'the program stopped flowing');
}

/** It ends as a failure of its destination, whatever its last words are. */
function condemned(state: RunState, cause: OutputCause, detail: string, now: number): Transition {
  return to({ ...state, verdict: { cause, detail } }, 'ending', now, 'kill', `${cause}: ${detail}`);
}

function stay(state: RunState, reason: string | null = null): Transition {
  return { state, step: 'none', reason };
}

function to(state: RunState, phase: Phase, now: number, step: Step, reason: string): Transition {
  const shown = shownAs(phase, state);
  return {
    state: {
      ...state,
      phase,
      phaseSince: phase === state.phase ? state.phaseSince : now,
      shown,
      since: shown === state.shown ? state.since : now,
    },
    step,
    reason,
  };
}

function shownAs(phase: Phase, state: RunState): OutputRunState {
  if (phase === 'waiting') return 'starting';
  // A try after a failure is still trying again, not a first start.
  if (phase === 'starting') return state.attempts === 0 ? 'starting' : 'retrying';
  if (phase === 'backoff') return 'retrying';
  if (phase !== 'ending') return phase;
  if (!state.ordered) return 'stopping';
  return state.verdict ? 'retrying' : 'starting';
}
