// One output: drives its transition table, holds its one worker, and tells what is.
import type { AirOutputOrder, AirOutputReport } from '../../contract/air-link.ts';
import type { EncoderProfile } from '../../contract/profiles.ts';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { BusTap } from '../bus/tap.ts';
import type { HlsRooms } from '../hls/rooms.ts';
import { createLoudnessParser, createSilenceMeter, type SilenceMeter } from '../radio/silence.ts';
import { watchEncoder, type EncoderWatch } from './encoder-watch.ts';
import { startKnocking } from './knocking-worker.ts';
import { planOf } from './plan.ts';
import { createUsageSampler, type Usage } from './process-usage.ts';
import { startPulse, type Pulse } from './pulse.ts';
import type { Sight } from './sight.ts';
import type { TcpWindows } from './tcp-windows.ts';
import { nextUnread, unreadMs, type Unread } from './unread.ts';
import { idleState, next, type RunEvent, type RunState, type Step } from './worker-state.ts';
import { startWorker, unstarted, type Worker } from './worker.ts';

export interface OutputPorts {
  readonly tap: BusTap;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly ffmpegPath: string;
  readonly caFile: string;
  readonly windows: TcpWindows;
  /** Where web players' media goes. */
  readonly hls?: HlsRooms | undefined;
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
/** What waits for longer than this is late: soon enough to know why before anybody is told. */
const lateMs = 500;

/** Makes an output that nobody has ordered yet. */
export function createOutput(id: string, ports: OutputPorts): SupervisedOutput {
  const { clock, tap } = ports;
  const log = ports.log.child({ output: id });
  let state = idleState(clock.now());
  let wanted: { order: AirOutputOrder; encoder: EncoderProfile } | null = null;
  let worker: Worker | null = null;
  let sampler: ((now: number) => Promise<Usage | null>) | null = null;
  let usage = noUsage;
  let ownEncoder: EncoderWatch | null = null;
  let meter: SilenceMeter | null = null;
  let pulse: Pulse | null = null;
  /** Where its worker sends by TCP, and what was seen there. */
  let door: { readonly port: number; unread: Unread | null } | null = null;
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
      const repeated = !worthALine(after);
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
    const plan = planOf(wanted.order, wanted.encoder, ports.caFile, state.via);
    if ('wrong' in plan) {
      dispatch({ type: 'gone', cause: 'unknown', detail: plan.wrong });
      return;
    }
    const { order, encoder } = wanted;
    const sink = plan.packages
      ? ports.hls?.open(id, order.settings, encoder.keyframeSeconds)
      : undefined;
    const parse = createLoudnessParser();
    const start = () => {
      const started = startWorker(plan, {
        tap,
        clock,
        ffmpegPath: ports.ffmpegPath,
        ...(sink ? { sink } : {}),
        onMeasure: (text) => {
          for (const reading of parse(text)) meter?.read(reading, clock.mono());
        },
      });
      const { pid } = started;
      sampler = pid === null ? null : createUsageSampler(pid);
      ownEncoder = pid !== null && plan.encodes ? watchEncoder(pid, plan.encodes) : null;
      door = plan.door && { port: plan.door.port, unread: null };
      pulse = plan.pulse === undefined ? null : startPulse(plan.pulse, ports);
      return started;
    };
    const again = state.troubles[state.via]?.cause === 'refused';
    worker = plan.door && again ? startKnocking(plan.door, clock, start) : start();
    void forget(worker);
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
    ownEncoder = null;
    usage = noUsage;
    pulse?.close();
    pulse = null;
    door = null;
  }

  /** Whether there is a second address that can be used; one that cannot is left out, and said. */
  function usableBackup(): boolean {
    if (!wanted) return false;
    const { order, encoder } = wanted;
    if (!order.backupUrl || order.backupUrl === order.url) return false;
    const plan = planOf(order, encoder, ports.caFile, 'backup');
    if (!('wrong' in plan)) return true;
    if (!state.ordered) log.warn({ reason: plan.wrong }, 'backup address left out');
    return false;
  }

  function sight(): Sight {
    const view = worker?.view();
    return {
      flowing: tap.flowing || tap.soon === true,
      accepted: view?.accepted ?? false,
      dryMs: view?.dryMs ?? 0,
      // What the kernels on the way still take is no sign of life of the server behind them.
      stuckMs: Math.max(view?.stuckMs ?? 0, pulse?.silentMs() ?? 0),
      unreadMs: door?.unread ? unreadMs(door.unread) : 0,
      droppedAgoMs: view?.droppedAgoMs ?? null,
      queueMs: view?.queueMs ?? 0,
      encoderSlow: ownEncoder?.slow ?? false,
    };
  }

  async function lookThroughDoor(): Promise<void> {
    const mine = door;
    const pid = worker?.pid;
    if (!mine || typeof pid !== 'number') return;
    const seen = await ports.windows.of(pid, mine.port);
    mine.unread = nextUnread(mine.unread, seen, clock.mono());
  }

  return {
    order(order, encoder) {
      const plan = planOf(order, encoder, ports.caFile);
      const changed = wanted !== null && identity(wanted.order, state) !== identity(order, state);
      const starts = order.run && !state.ordered;
      if (starts) earlier = { dropped: 0, sentBytes: 0 };
      if (order.kind !== 'icecast') meter = null;
      else if (starts || !meter) meter = createSilenceMeter(clock.mono());
      wanted = { order, encoder };
      if (!order.run) ports.hls?.end(id);
      const wrong = 'wrong' in plan ? plan.wrong : null;
      dispatch({ type: 'ordered', run: order.run, wrong, hasBackup: usableBackup(), changed });
    },
    stop() {
      ports.hls?.end(id);
      const { hasBackup } = state;
      dispatch({ type: 'ordered', run: false, wrong: null, hasBackup, changed: false });
    },
    tick: () => dispatch({ type: 'tick', sight: sight() }),
    async sample() {
      const { queueMs, stuckMs } = worker?.view() ?? unstarted;
      const [sampled] = await Promise.all([
        sampler?.(clock.mono()),
        ownEncoder?.look(clock.mono(), Math.max(queueMs, stuckMs) > lateMs),
        lookThroughDoor(),
      ]);
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
        via: live && state.hasBackup ? state.via : null,
        recording: null,
      };
    },
    get idle() {
      return !state.ordered && worker === null;
    },
    kill: () => worker?.kill(),
  };
}

/** Of a failure that repeats itself: the first, second, fourth, eighth… time. */
function worthALine({ troubles }: RunState): boolean {
  const n = Math.max(troubles.main?.attempts ?? 0, troubles.backup?.attempts ?? 0);
  return (n & (n - 1)) === 0;
}

/**
 * What a worker depends on: another identity means a new session. The address that a live session
 * does not go out by does not matter to it.
 */
function identity(order: AirOutputOrder, { phase, via }: RunState): string {
  const { kind, url, key, settings, backupUrl, folder } = order;
  const used = phase !== 'live' ? [url, backupUrl] : via === 'backup' ? backupUrl : url;
  return JSON.stringify([kind, used, key, settings, folder?.name ?? null]);
}
