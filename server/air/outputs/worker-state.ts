// One output's life as a transition table: (order and state, event, now) → next state, step and reason.
import type { OutputCause, OutputRunState } from '../../contract/outputs.ts';
import type { Via } from './plan.ts';
import { limits } from './retry-policy.ts';
import { blamed, faults, troubleOf, type Fault, type Problem, type Sight } from './sight.ts';
import { nextTurn, noTroubles, told, toldCause, type Troubles } from './turns.ts';

/** `waiting`: ordered to run, no program to send. `ending`: told to end, not gone yet. */
export type Phase = 'idle' | 'waiting' | 'starting' | 'live' | 'ending' | 'backoff' | 'failed';

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
  /** The address it runs by, or tries next. */
  readonly via: Via;
  readonly hasBackup: boolean;
  /** What failed before, by address; health clears it. */
  readonly troubles: Troubles;
  readonly retryAt: number | null;
  readonly restarts: number;
  readonly problem: Problem | null;
  /** Why we end the worker ourselves, when that is a failure of the destination. */
  readonly verdict: Fault | null;
}

export type RunEvent =
  | {
      readonly type: 'ordered';
      readonly run: boolean;
      readonly wrong: string | null;
      readonly hasBackup: boolean;
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
    via: 'main',
    hasBackup: false,
    troubles: noTroubles,
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
  const { hasBackup } = order;
  const state = { ...before, ordered: order.run, wrong: order.wrong, hasBackup };
  const turned = order.run !== before.ordered;
  if (!turned && !order.changed) return stay(state);
  const fresh = { troubles: noTroubles, retryAt: null, problem: null, verdict: null };
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
function settle(before: RunState, now: number, reason: string): Transition {
  const state: RunState = { ...before, via: 'main' };
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
  const { via, hasBackup } = state;
  const wasLive = state.liveSince !== null;
  const healthy = state.liveSince !== null && at.now - state.liveSince >= limits.healthyMs;
  const failure = { via, cause, detail, healthy, hasBackup };
  const turn = nextTurn(state.troubles, failure, at.now, at.random);
  const problem = {
    cause: toldCause(turn.troubles, failure, wasLive),
    detail: told(turn.troubles, failure, wasLive),
    at: at.now,
  };
  const failing = { ...state, ...turn, problem, liveSince: null, verdict: null };
  const where = hasBackup ? ` of the ${via} address` : '';
  const wait = turn.retryAt - at.now;
  return to(
    { ...failing, restarts: state.restarts + 1 },
    'backoff',
    at.now,
    'none',
    `${cause}${where}: ${detail}; next try in ${wait} ms`,
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
      if (spent > limits.startMs) return condemned(state, blamed(sight, faults.unanswered), now);
      if (spent > limits.startWarnMs) return noticed(state, blamed(sight, faults.waiting), now);
      return stay(state);
    case 'live':
      return watchLive(state, sight, now);
    default:
      return stay(state);
  }
}

function watchLive(state: RunState, sight: Sight, now: number): Transition {
  if (sight.dryMs > limits.dryMs) return dried(state, now);
  if (state.liveSince !== null && now - state.liveSince > limits.longestMs) {
    return to(state, 'ending', now, 'end', 'renewed before its timestamps run over');
  }
  if (sight.stuckMs > limits.stuckMs) return condemned(state, blamed(sight, faults.frozen), now);
  return noticed(state, troubleOf(sight, state.problem?.cause ?? null), now);
}

/** It goes on, and says what is the matter with it. */
function noticed(state: RunState, seen: Fault | null, now: number): Transition {
  if (seen?.cause === state.problem?.cause) return stay(state);
  if (seen === null) return stay({ ...state, problem: null }, 'it keeps up again');
  return stay({ ...state, problem: { ...seen, at: now } }, seen.detail);
}

/** Nothing to send any more: end the session cleanly rather than hold an empty one. */
function dried(state: RunState, now: number): Transition {
  const fresh = { ...state, problem: null, troubles: noTroubles };
  return to(fresh, 'ending', now, 'end', 'the program stopped flowing');
}

/** It ends as this failure, whatever its last words are. */
function condemned(state: RunState, verdict: Fault, now: number): Transition {
  const reason = `${verdict.cause}: ${verdict.detail}`;
  return to({ ...state, verdict }, 'ending', now, 'kill', reason);
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
  if (phase === 'starting') return failed(state) ? 'retrying' : 'starting';
  if (phase === 'backoff') return 'retrying';
  if (phase !== 'ending') return phase;
  if (!state.ordered) return 'stopping';
  return state.verdict ? 'retrying' : 'starting';
}

function failed({ troubles }: RunState): boolean {
  return troubles.main !== null || troubles.backup !== null;
}
