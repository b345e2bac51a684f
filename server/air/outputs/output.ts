// One output: drives its transition table, holds its one worker, and tells what is.
import type { AirOutputOrder, AirOutputReport } from '../../contract/air-link.ts';
import type { EncoderProfile } from '../../contract/profiles.ts';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { BusTap } from '../bus/tap.ts';
import { createLoudnessParser, createSilenceMeter, type SilenceMeter } from '../radio/silence.ts';
import { planOf } from './plan.ts';
import { createUsageSampler, type Usage } from './process-usage.ts';
import { idleState, next, type RunEvent, type Sight, type Step } from './worker-state.ts';
import { startWorker, type Worker } from './worker.ts';

export interface OutputPorts {
  readonly tap: BusTap;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly ffmpegPath: string;
  readonly caFile: string;
  /** State or problem changed. */
  readonly changed: () => void;
}

export interface SupervisedOutput {
  /** Follows a new order; one with the same content changes nothing. */
  order(order: AirOutputOrder, encoder: EncoderProfile): void;
  /** Orders it to stop. */
  stop(): void;
  /** Looks at the worker and the time; call it some ten times a second. */
  tick(): void;
  /** Samples CPU and memory; call it about once a second. */
  sample(): Promise<void>;
  report(): AirOutputReport;
  /** Ordered to stop and without a worker. */
  readonly idle: boolean;
  /** Ends the worker at once, at the end of a close that took too long. */
  kill(): void;
}

const noUsage: Usage = { cpuPercent: 0, memoryMb: 0 };

/** Makes an output that nobody has ordered yet. */
export function createOutput(id: string, ports: OutputPorts): SupervisedOutput {
  const { clock, tap } = ports;
  const log = ports.log.child({ output: id });
  let state = idleState(clock.now());
  let wanted: { order: AirOutputOrder; encoder: EncoderProfile } | null = null;
  let worker: Worker | null = null;
  let sampler: ((now: number) => Promise<Usage | null>) | null = null;
  let usage = noUsage;
  let meter: SilenceMeter | null = null;
  /** Of the workers before this one, since it was ordered to run. */
  let earlier = { dropped: 0, sentBytes: 0 };

  function dispatch(event: RunEvent): void {
    const before = state;
    const at = { now: clock.now(), random: ports.random };
    const { state: after, step, reason } = next(state, event, at);
    state = after;
    if (reason !== null) {
      const fields = { phase: after.phase, reason, ...(worker?.pid ? { worker: worker.pid } : {}) };
      // A destination that is away for hours is tried each second: its log stays readable.
      const repeated = after.attempts > 1 && !isPowerOfTwo(after.attempts);
      if (event.type === 'gone' && after.phase === 'backoff') {
        const told = {
          ...fields,
          restarts: after.restarts,
          lines: worker?.lines().slice(-5) ?? [],
        };
        if (repeated) log.debug(told, 'output lost');
        else log.warn(told, 'output lost');
      } else if (repeated) log.debug(fields, 'output');
      else log.info(fields, 'output');
    }
    act(step);
    if (after.shown !== before.shown || after.problem !== before.problem) ports.changed();
  }

  function act(step: Step): void {
    if (step === 'spawn') begin();
    else if (step === 'end') void worker?.end();
    else if (step === 'kill') worker?.kill();
  }

  function begin(): void {
    if (!wanted) return;
    const plan = planOf(wanted.order, wanted.encoder, ports.caFile);
    if ('wrong' in plan) return;
    const parse = createLoudnessParser();
    const mine = startWorker(plan, {
      tap,
      clock,
      ffmpegPath: ports.ffmpegPath,
      onMeasure: (text) => {
        for (const reading of parse(text)) meter?.read(reading, clock.mono());
      },
    });
    worker = mine;
    sampler = mine.pid === null ? null : createUsageSampler(mine.pid);
    void forget(mine);
  }

  async function forget(mine: Worker): Promise<void> {
    const verdict = await mine.gone;
    const view = mine.view();
    earlier = {
      dropped: earlier.dropped + view.dropped,
      sentBytes: earlier.sentBytes + view.sentBytes,
    };
    dispatch({ type: 'gone', ...verdict });
    worker = null;
    sampler = null;
    usage = noUsage;
  }

  function sight(): Sight {
    const view = worker?.view();
    return {
      flowing: tap.flowing,
      accepted: view?.accepted ?? false,
      dryMs: view?.dryMs ?? 0,
      stuckMs: view?.stuckMs ?? 0,
      droppedAgoMs: view?.droppedAgoMs ?? null,
    };
  }

  return {
    order(order, encoder) {
      const plan = planOf(order, encoder, ports.caFile);
      const changed = wanted !== null && identity(wanted.order) !== identity(order);
      const starts = order.run && !state.ordered;
      if (starts) earlier = { dropped: 0, sentBytes: 0 };
      if (order.kind !== 'icecast') meter = null;
      else if (starts || !meter) meter = createSilenceMeter(clock.mono());
      wanted = { order, encoder };
      const wrong = 'wrong' in plan ? plan.wrong : null;
      dispatch({ type: 'ordered', run: order.run, wrong, changed });
    },
    stop() {
      dispatch({ type: 'ordered', run: false, wrong: null, changed: false });
    },
    tick: () => dispatch({ type: 'tick', sight: sight() }),
    async sample() {
      const sampled = await sampler?.(clock.mono());
      if (sampled) usage = sampled;
    },
    report() {
      const view = worker?.view();
      const now = clock.mono();
      const live = state.phase === 'live';
      return {
        state: state.shown,
        since: state.since,
        liveSince: live ? state.liveSince : null,
        bitrateKbps: live ? (view?.bitrateKbps ?? 0) : 0,
        sentBytes: earlier.sentBytes + (view?.sentBytes ?? 0),
        droppedFrames: earlier.dropped + (view?.dropped ?? 0),
        queueMs: view?.queueMs ?? 0,
        restarts: state.restarts,
        nextRetryAt: state.retryAt,
        problem: state.problem,
        cpuPercent: usage.cpuPercent,
        memoryMb: usage.memoryMb,
        loudnessLufs: state.ordered ? (meter?.loudness(now) ?? null) : null,
        silentSeconds: state.ordered && meter ? meter.silentSeconds(now) : null,
        via: null,
        recording: null,
      };
    },
    get idle() {
      return !state.ordered && worker === null;
    },
    kill: () => worker?.kill(),
  };
}

function isPowerOfTwo(n: number): boolean {
  return (n & (n - 1)) === 0;
}

/** What a running worker depends on: another identity means a new session. */
function identity(order: AirOutputOrder): string {
  const { kind, url, key, settings, backupUrl, folder } = order;
  return JSON.stringify([kind, url, key, settings, backupUrl, folder?.name ?? null]);
}
