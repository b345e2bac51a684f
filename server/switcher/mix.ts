// The transition that runs: which scene it leaves, which it goes to, and when it should be over.
import type { Cancel, Clock } from '../core/clock.ts';
import type { SwitcherModel } from './model.ts';

/** A transition whose end OBS never tells is over this long after it should be, ms. */
const graceMs = 600;
const unknownMixMs = 20_000;

/** What is known of the running transition. */
export interface RunningMix {
  /** The scene it leaves; null when that was unknown. */
  readonly from: string | null;
  /** Monotonic ms at which it should be over. */
  readonly until: number;
}

export interface MixStart {
  readonly phase: 'leaving' | 'mixing';
  /** What is on air; of a transition that interrupts another, the scene the first one left counts. */
  readonly from: string | null;
  readonly to: string | null;
  /** Null when unknown. */
  readonly durationMs: number | null;
}

export interface Mix {
  /** Null when none runs. */
  readonly running: RunningMix | null;
  /** Where it goes; null when none runs, or nobody knows. */
  readonly to: string | null;
  begin(start: MixStart): void;
  /** It is over: the state says so. */
  end(): void;
  /** Nobody follows it any more; the state stays as it is. */
  forget(): void;
}

/** None runs; `overdue` is called when one is over although OBS never told its end. */
export function createMix(ports: {
  readonly clock: Clock;
  readonly model: SwitcherModel;
  readonly overdue: () => void;
}): Mix {
  const { clock, model } = ports;
  let running: (RunningMix & { cancel: Cancel }) | null = null;

  function forget(): void {
    running?.cancel();
    running = null;
  }

  return {
    get running() {
      return running;
    },
    get to() {
      const { phase, to } = model.get().transition;
      return phase === 'settled' ? null : to;
    },
    begin({ phase, from, to, durationMs }) {
      const left = running ? running.from : from;
      running?.cancel();
      const length = durationMs ?? unknownMixMs;
      running = {
        from: left,
        until: clock.mono() + length,
        cancel: clock.after(length + graceMs, ports.overdue),
      };
      model.change((s) => {
        s.transition.phase = phase;
        s.transition.to = to;
      });
    },
    end() {
      forget();
      model.change((s) => {
        s.transition.phase = 'settled';
        s.transition.to = null;
      });
    },
    forget,
  };
}
