// Whose turn it is: an output with a backup address tries its two addresses in turn, each with a
// patience of its own. Pure.
import type { OutputCause } from '../../contract/outputs.ts';
import { backoffMs } from '../../core/backoff.ts';
import type { Via } from './plan.ts';
import { backoffPolicy, otherAddress } from './retry-policy.ts';

/** Failures in a row of one address; epoch ms. */
export interface Trouble {
  readonly cause: OutputCause;
  readonly detail: string;
  /** Of this cause, in a row. */
  readonly attempts: number;
  /** When this cause began. */
  readonly since: number;
  /** Not to be tried before. */
  readonly dueAt: number;
}

export type Troubles = Readonly<Record<Via, Trouble | null>>;

/** Nothing has failed yet. */
export const noTroubles: Troubles = { main: null, backup: null };

/** A failure of the address in use. */
export interface AddressFailure {
  readonly via: Via;
  readonly cause: OutputCause;
  readonly detail: string;
  /** It had been live long enough for what was before to be forgotten. */
  readonly healthy: boolean;
  readonly hasBackup: boolean;
}

export interface Turn {
  readonly troubles: Troubles;
  /** Tried next, and when. */
  readonly via: Via;
  readonly retryAt: number;
}

/** What to try after a failure at `now`: the other address if there is one and its own wait is over first. */
export function nextTurn(
  before: Troubles,
  failure: AddressFailure,
  now: number,
  random: () => number,
): Turn {
  const { via, cause, detail } = failure;
  const old = failure.healthy ? null : before[via];
  // Another cause is another trouble: its waits start short again.
  const same = old?.cause === cause ? old : null;
  const since = same?.since ?? now;
  const earlier = same?.attempts ?? 0;
  const wait = backoffMs(backoffPolicy(cause, now - since), earlier, random);
  const mine: Trouble = { cause, detail, attempts: earlier + 1, since, dueAt: now + wait };
  const troubles: Troubles =
    via === 'main' ? { ...before, main: mine } : { ...before, backup: mine };
  if (!failure.hasBackup) return { troubles, via: 'main', retryAt: mine.dueAt };
  const other = via === 'main' ? 'backup' : 'main';
  const soonest = now + backoffMs(otherAddress, 0, random);
  const otherAt = Math.max(soonest, troubles[other]?.dueAt ?? 0);
  // Its turn comes first unless it must wait much longer than the one that just failed.
  return otherAt <= Math.max(soonest, mine.dueAt)
    ? { troubles, via: other, retryAt: otherAt }
    : { troubles, via, retryAt: mine.dueAt };
}

/** What people are told after a failure: the main address's trouble, and the backup's beside it. */
export function told(turn: Troubles, failure: AddressFailure, wasLive: boolean): string {
  const { main, backup } = turn;
  if (!failure.hasBackup || wasLive || !main || !backup) return failure.detail;
  return `${main.detail}; backup: ${backup.detail}`;
}

/** The cause people are told: the main address's, unless the session that failed had been live. */
export function toldCause(turn: Troubles, failure: AddressFailure, wasLive: boolean): OutputCause {
  return wasLive ? failure.cause : (turn.main?.cause ?? failure.cause);
}
