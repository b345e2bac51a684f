// How patient supervision is: waits between tries by cause, and the limits of a session.
import type { OutputCause } from '../../contract/outputs.ts';
import type { BackoffPolicy } from '../../core/backoff.ts';

/** A lost connection comes back quickly: back on the air within two seconds of the cause being gone. */
const connection: BackoffPolicy = { firstMs: 300, maxMs: 1200 };
/** Somebody must act first (a mount freed, a certificate renewed); look often, but not hurriedly. */
const other: BackoffPolicy = { firstMs: 500, maxMs: 5000 };
/** A platform that hears the same wrong key each second would block us. */
const denied: BackoffPolicy = { firstMs: 800, maxMs: 15_000 };

const policies: Readonly<Record<OutputCause, BackoffPolicy>> = {
  refused: connection,
  unresolved: connection,
  timeout: connection,
  stalled: connection,
  slow: connection,
  noProgram: connection,
  kicked: other,
  certificate: other,
  mountTaken: other,
  diskFull: other,
  folder: other,
  shed: other,
  spawn: other,
  unknown: other,
  rejected: denied,
  unauthorized: denied,
};

/** Waits before tries after `cause`; never an end to trying. */
export function backoffPolicy(cause: OutputCause): BackoffPolicy {
  return policies[cause];
}

/** Limits of one session, all in ms. */
export const limits = {
  /** Live this long, and earlier failures are forgotten. */
  healthyMs: 30_000,
  /** From spawn to the first media taken; satellite links need seconds for TLS and RTMP. */
  startMs: 10_000,
  startWarnMs: 4000,
  /** Media time not advancing although we send. */
  stuckMs: 8000,
  stuckWarnMs: 2500,
  /** No tags from the bus at all. */
  dryMs: 5000,
  /** How long a drop of frames stays on screen as "slow". */
  slowShownMs: 15_000,
} as const;
