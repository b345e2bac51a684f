// What air does about its own programming errors: goes on while that is safer than stopping.
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';

/** The part of `process` that is needed. */
export interface GuardedProcess {
  on(event: string, listener: (error: unknown) => void): unknown;
  exit(code: number): void;
}

/**
 * A stray exception costs one callback; a restart costs every destination its session. So an
 * isolated one is logged and air goes on: rooms own their state, and consumers of the bus are
 * fenced off from each other. A burst says that something is broken for good: then exit 1, and
 * whoever supervises starts air anew with its last order.
 */
const burst = { errors: 10, withinMs: 60_000 };

/** Installs the handlers; a closed terminal (SIGHUP) does not end the air either. */
export function guardProcess(target: GuardedProcess, clock: Clock, log: Log): void {
  let recent: number[] = [];
  const survive = (kind: string) => (error: unknown) => {
    const now = clock.mono();
    recent = [...recent.filter((at) => now - at < burst.withinMs), now];
    log.error({ err: error, kind, recent: recent.length }, 'air met an error of its own');
    if (recent.length > burst.errors) target.exit(1);
  };
  target.on('uncaughtException', survive('exception'));
  target.on('unhandledRejection', survive('rejection'));
  target.on('SIGHUP', () => log.info({}, 'terminal closed; air goes on'));
}
