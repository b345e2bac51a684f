// The requests to OBS: each has its deadline and fails alone, and none is sent beside one it must not meet.
import type { Clock } from '../core/clock.ts';
import { StudioError } from '../core/errors.ts';
import { serialQueue } from '../core/serial-queue.ts';
import { createCallGate } from './call-gate.ts';
import { createInFlight } from './in-flight.ts';
import { isNotReady } from './obs-failure.ts';
import type { ObsCaller, ObsRequestName } from './obs-port.ts';
import { linkWords } from './words.ts';

export interface ObsCallsPorts {
  readonly clock: Clock;
  /** Sends on the connection in use, and settles as OBS answers; throws StudioError while there is none. */
  readonly send: (name: ObsRequestName, data: unknown) => Promise<unknown>;
}

export interface ObsCalls extends ObsCaller {
  /** Something else asked of the connection, e.g. its opening: rejects after `ms` or with `fail`. */
  run<T>(name: string, ms: number, work: () => Promise<T>): Promise<T>;
  /** The connection ended: what it has not answered, it never will. */
  fail(error: StudioError): void;
}

const callMs = 1500;
/** An OBS that has not answered by then most likely never will; until then it may still be at it. */
const unansweredMs = 10_000;
const againMs = 100;

/** While it enters or leaves studio mode, OBS ends itself (a null name) when asked what is on air. */
const exclusive: ReadonlySet<ObsRequestName> = new Set<ObsRequestName>(['SetStudioModeEnabled']);
/** Two at once abort OBS. */
const oneByOne: ReadonlySet<ObsRequestName> = new Set<ObsRequestName>([
  'StartStream',
  'StopStream',
  'ToggleStream',
]);

/**
 * A caller waits 1.5 s at most. What was sent counts as under way until OBS answers it, however late:
 * the next one of its kind is held back until then, and not sent at all once its own time is over.
 */
export function createObsCalls(ports: ObsCallsPorts): ObsCalls {
  const { clock } = ports;
  const waiting = createInFlight(clock);
  const unanswered = createInFlight(clock);
  const gate = createCallGate(clock);
  const outputs = serialQueue(20);

  async function send(name: ObsRequestName, data: unknown, until: number): Promise<unknown> {
    for (;;) {
      if (clock.mono() >= until) throw new StudioError('timeout', linkWords.late);
      try {
        return await unanswered.run(name, unansweredMs, () => ports.send(name, data));
      } catch (error) {
        const busy = error instanceof StudioError && isNotReady(error.cause);
        if (!busy || clock.mono() + againMs >= until) throw error;
        await new Promise<void>((resolve) => void clock.after(againMs, resolve));
      }
    }
  }

  return {
    call(name, data) {
      const until = clock.mono() + callMs;
      const work = (): Promise<never> => send(name, data, until) as Promise<never>;
      return waiting.run(name, callMs, () => {
        if (exclusive.has(name)) return gate.exclusive(callMs, work);
        return oneByOne.has(name) ? outputs.run(() => gate.shared(work)) : gate.shared(work);
      });
    },
    run: (name, ms, work) => waiting.run(name, ms, work),
    fail(error) {
      waiting.fail(error);
      unanswered.fail(error);
    },
  };
}
