// How patient supervision is: waits between tries by cause, and the limits of a session.
import type { OutputCause } from '../../contract/outputs.ts';
import type { BackoffPolicy } from '../../core/backoff.ts';

/**
 * A connection that is lost, or refused for a certificate, comes back quickly however long it was
 * away: with half a second to connect, within two seconds of the cause being gone.
 */
const connection: BackoffPolicy = { firstMs: 300, maxMs: 1000 };
/** Somebody must act first (a mount freed, a disk emptied); look often, but not hurriedly. */
const other: BackoffPolicy = { firstMs: 500, maxMs: 5000 };

/**
 * A wrong key is tried as quickly for the first minute, in which a platform's own slip passes; then
 * ever more seldom, since one that hears the same wrong key each second for hours would block us. A
 * person who corrects the key changes the order, which is tried at once.
 */
const denied = { hurryMs: 60_000, growth: 0.1, maxMs: 15_000 } as const;

const policies: Readonly<Record<OutputCause, BackoffPolicy>> = {
  refused: connection,
  unresolved: connection,
  timeout: connection,
  stalled: connection,
  slow: connection,
  noProgram: connection,
  kicked: connection,
  certificate: connection,
  rejected: connection,
  unauthorized: connection,
  mountTaken: other,
  diskFull: other,
  folder: other,
  shed: other,
  // Starting is what costs an encoder most.
  encoder: other,
  spawn: other,
  unknown: other,
};

/** Waits before tries after `cause`, which has lasted for `lastedMs`; never an end to trying. */
export function backoffPolicy(cause: OutputCause, lastedMs: number): BackoffPolicy {
  const policy = policies[cause];
  if (cause !== 'rejected' && cause !== 'unauthorized') return policy;
  const patience = Math.max(0, lastedMs - denied.hurryMs) * denied.growth;
  return { ...policy, maxMs: Math.min(denied.maxMs, policy.maxMs + patience) };
}

/** Before the other address is tried, when it has not failed itself. */
export const otherAddress: BackoffPolicy = { firstMs: 300, maxMs: 300 };

/** Limits of one session, all in ms. */
export const limits = {
  /** Live this long, and earlier failures are forgotten. */
  healthyMs: 30_000,
  /** From spawn to the first media taken; satellite links need seconds for TLS and RTMP. */
  startMs: 10_000,
  startWarnMs: 4000,
  /** Media time not advancing although we send. */
  stuckMs: 8000,
  stuckWarnMs: 1500,
  /** Its server reads nothing, although the kernels on the way still take it: two looks of a second. */
  unreadWarnMs: 1800,
  /** The oldest frame waiting is older: it falls behind; below the second, it has caught up. */
  behindMs: 2500,
  caughtUpMs: 1000,
  /** No tags from the bus at all. */
  dryMs: 5000,
  /**
   * A session as old as this is ended and begun anew: ffmpeg writes FLV and RTMP timestamps with 31
   * bits, so that after 24 days and 20 hours the destination would see them go back to 0, and after
   * 49 days and 17 hours it takes in no more of ours. Measured with ffmpeg 5.1.
   */
  longestMs: 24 * 86_400_000,
  /** How long a drop of frames stays on screen as "slow". */
  slowShownMs: 15_000,
} as const;
