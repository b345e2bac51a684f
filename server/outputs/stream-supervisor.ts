// Keeps OBS streaming into the ingest while on the air, and stops it once when the air is stopped.
import type { AirSource } from '../contract/air.ts';
import type { SwitcherState } from '../contract/switcher.ts';
import type { Audit } from '../core/audit.ts';
import { backoffMs } from '../core/backoff.ts';
import type { Cancel, Clock } from '../core/clock.ts';
import { withDeadline } from '../core/deadline.ts';
import { toFailure } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { streamStep } from './stream-step.ts';

/** The program's encoder; implemented by the switcher. */
export interface ProgramEncoder {
  /** Sets the address and starts; an OBS already streaming there is left as it is. */
  startStream(target: { server: string; key: string }): Promise<void>;
  stopStream(): Promise<void>;
  /** Calls `listener` whenever OBS was (re)connected and its state is known; returns the removal. */
  onConnected(listener: () => void): () => void;
}

/** What is reported now of OBS and of the program's arrival. */
export interface StreamObserved {
  readonly obsConnected: boolean;
  readonly streaming: SwitcherState['streaming'];
  readonly ingestUp: boolean;
  readonly source: AirSource;
  /** Whether the ingest has the program, whatever goes out. */
  readonly arriving: boolean;
}

export interface StreamSupervisor {
  /** On the air from now on; `why` goes to the audit log with the first start. */
  want(why: string): void;
  /** Not any more: stops OBS's stream if it is the one into our ingest. */
  release(): void;
  /** Compares wanted and reported and takes the next step; called at every tick and change. */
  check(): void;
  /** Resolves when no call to OBS is under way, or after `ms`. */
  idle(ms: number): Promise<void>;
  close(): void;
}

export interface StreamSupervisorPorts {
  readonly clock: Clock;
  readonly encoder: ProgramEncoder;
  readonly observed: () => StreamObserved;
  readonly target: () => { server: string; key: string };
  readonly audit: Audit;
  readonly log: Log;
  readonly random: () => number;
}

const retry = { firstMs: 1500, maxMs: 10_000 };
const callMs = 5000;

/** Makes the supervisor; nothing is wanted until `want`. */
export function createStreamSupervisor(ports: StreamSupervisorPorts): StreamSupervisor {
  const { clock, encoder, audit, log } = ports;
  let wanted = false;
  let why = '';
  let ours = false;
  let stopsLeft = 0;
  let busy = false;
  let work: Promise<void> = Promise.resolve();
  let attempt = 0;
  let notBefore = 0;
  let lastSaid = '';
  let streaming: SwitcherState['streaming'] = 'off';
  let streamingSince = clock.mono();
  let presentAt = clock.mono();
  const unsubscribe = encoder.onConnected(() => {
    notBefore = 0;
    check();
  });

  function check(): void {
    const seen = ports.observed();
    const now = clock.mono();
    if (seen.streaming !== streaming) {
      streaming = seen.streaming;
      streamingSince = now;
    }
    if (seen.source === 'live') {
      ours = true;
      presentAt = now;
      attempt = 0;
    } else if (!wanted || seen.arriving) presentAt = now;
    if (busy || now < notBefore) return;
    if (!wanted) {
      const going = seen.streaming !== 'off' && seen.streaming !== 'stopping';
      if (stopsLeft > 0 && seen.obsConnected && going) stop();
      return;
    }
    const step = streamStep({
      wanted,
      obsConnected: seen.obsConnected,
      streaming: seen.streaming,
      ingestUp: seen.ingestUp,
      source: seen.source,
      arriving: seen.arriving,
      absentMs: now - presentAt,
      streamingMs: now - streamingSince,
    });
    if (step.act === 'none') return;
    const reason = why || step.reason;
    why = '';
    run(
      async () => {
        if (step.act === 'restart') await call(encoder.stopStream());
        // The air may have been stopped while OBS was stopping.
        if (!wanted) return;
        await call(encoder.startStream(ports.target()));
        ours = true;
      },
      reason,
      'obs.startStream',
    );
  }

  function stop(): void {
    stopsLeft -= 1;
    run(
      async () => {
        await call(encoder.stopStream());
        ours = false;
      },
      'Se detuvo el aire.',
      'obs.stopStream',
    );
  }

  function run(job: () => Promise<void>, reason: string, action: string): void {
    busy = true;
    attempt += 1;
    notBefore = clock.mono() + backoffMs(retry, attempt - 1, ports.random);
    work = job()
      .then(() => say({ action, reason, ok: true }))
      .catch((error: unknown) => {
        log.warn({ err: error, action }, 'OBS did not follow');
        say({ action, reason, ok: false, failure: toFailure(error).message });
      })
      .finally(() => {
        busy = false;
        check();
      });
  }

  /** One line in the audit log per outcome, not one per attempt. */
  function say(told: { action: string; reason: string; ok: boolean; failure?: string }): void {
    const said = JSON.stringify(told);
    if (said === lastSaid && !told.ok) return;
    lastSaid = said;
    const { failure, ...act } = told;
    audit.record({ actor: 'supervisor', ...act, ...(failure ? { detail: { failure } } : {}) });
  }

  function call(request: Promise<void>): Promise<void> {
    return withDeadline(
      clock,
      callMs,
      { es: 'OBS no contestó a tiempo.', en: 'OBS did not answer in time.' },
      request,
    );
  }

  return {
    want(reason) {
      wanted = true;
      why = reason;
      stopsLeft = 0;
      attempt = 0;
      notBefore = 0;
      presentAt = clock.mono();
      check();
    },
    release() {
      const seen = ports.observed();
      wanted = false;
      why = '';
      attempt = 0;
      notBefore = 0;
      // A stream that a person sends elsewhere is none of our business.
      stopsLeft = ours || seen.arriving || busy ? 3 : 0;
      check();
    },
    check,
    async idle(ms) {
      let cancel: Cancel | undefined;
      const late = new Promise<void>((resolve) => {
        cancel = clock.after(ms, resolve);
      });
      await Promise.race([work, late]);
      cancel?.();
    },
    close() {
      wanted = false;
      stopsLeft = 0;
      unsubscribe();
    },
  };
}
