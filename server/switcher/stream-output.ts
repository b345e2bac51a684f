// OBS's own stream: told where to go and brought there step by step, never two StartStream at once (that aborts OBS).
import type { SwitcherState } from '../contract/switcher.ts';
import type { Cancel, Clock } from '../core/clock.ts';
import { StudioError } from '../core/errors.ts';
import { serialQueue } from '../core/serial-queue.ts';
import type { SwitcherModel } from './model.ts';
import type { ObsCaller } from './obs-port.ts';
import { streamingFromEvent, streamingFromStatus } from './snapshot.ts';
import { streamStep, type StreamTarget } from './stream-step.ts';

export interface StreamPorts {
  readonly obs: ObsCaller;
  readonly clock: Clock;
  readonly model: SwitcherModel;
}

export interface StreamOutput {
  /**
   * Resolves once OBS streams there (at once when it does), or is still connecting after 4 s;
   * rejects with `unavailable` when OBS could not connect. An OBS streaming elsewhere is stopped first.
   */
  start(target: StreamTarget): Promise<void>;
  /** Resolves once OBS is off, or is still stopping after 4 s. */
  stop(): Promise<void>;
  /** `StreamStateChanged` from OBS. */
  heard(outputState: string): void;
  /** `GetStreamStatus` from OBS. */
  saw(status: { readonly outputActive: boolean; readonly outputReconnecting: boolean }): void;
  lost(): void;
  close(): void;
}

type Streaming = SwitcherState['streaming'];

const alreadyRunning = 500;
const notRunning = 501;
const againMs = 100;
/** For so long after an event OBS's status may still tell what was before it, ms: longer when it is busy. */
const eventWinsMs = 1500;
const waitMs = 4000;
/** OBS gives up connecting, or stopping, by itself before this. */
const betweenMs = 20_000;

/** Reports what OBS does; changes it only when told. */
export function createStreamOutput(ports: StreamPorts): StreamOutput {
  const { obs, clock, model } = ports;
  const lane = serialQueue(20);
  const watchers = new Set<(state: Streaming) => void>();
  let lostCount = 0;
  /** Monotonic ms until which `starting` or `stopping` is believed without an event. */
  let betweenUntil = 0;
  let eventAt = -Infinity;

  function set(state: Streaming): void {
    if (state === 'starting' || state === 'stopping') betweenUntil = clock.mono() + betweenMs;
    if (model.get().streaming !== state) {
      model.change((s) => {
        s.streaming = state;
      });
    }
    for (const watcher of watchers) watcher(state);
  }

  /** Resolves with the next state that OBS reports and `wanted` accepts; null after `ms` or when OBS is lost. */
  function next(wanted: (state: Streaming) => boolean, ms: number): Promise<Streaming | null> {
    return new Promise((resolve) => {
      let cancel: Cancel = () => undefined;
      const done = (state: Streaming | null): void => {
        cancel();
        watchers.delete(watch);
        resolve(state);
      };
      const watch = (state: Streaming): void => {
        if (wanted(state)) done(state);
      };
      cancel = clock.after(ms, () => done(null));
      watchers.add(watch);
    });
  }

  async function present(): Promise<StreamTarget | null> {
    const now = await obs.call('GetStreamServiceSettings');
    const { server, key } = now.streamServiceSettings as { server?: unknown; key?: unknown };
    const custom = now.streamServiceType === 'rtmp_custom';
    return custom && typeof server === 'string' && typeof key === 'string' ? { server, key } : null;
  }

  /** False when OBS says that it already is as it was told to be. */
  async function tell(request: 'StartStream' | 'StopStream', already: number): Promise<boolean> {
    try {
      await obs.call(request);
      return true;
    } catch (error) {
      if (error instanceof StudioError && error.context?.['obsCode'] === already) return false;
      throw error;
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => void clock.after(ms, resolve));
  }

  async function bring(order: StreamTarget | null): Promise<void> {
    const until = clock.mono() + waitMs;
    const mine = lostCount;
    let started = false;
    for (;;) {
      const status = await obs.call('GetStreamStatus');
      saw(status);
      const state = model.get().streaming;
      const step = streamStep(order, { state, target: await present() });
      if (step === 'none') return;
      if (started && state === 'off') throw refused();
      const left = until - clock.mono();
      if (left <= 0 || mine !== lostCount) return;
      if (step === 'start' && status.outputActive) {
        // Its end is told before it is over: until then OBS accepts a start and forgets it.
        await pause(againMs);
        continue;
      }
      // The wait begins before the request: OBS's event may come before its answer.
      const change = next((s) => s !== 'starting' && s !== 'stopping', left);
      if (step === 'stop' || step === 'start') {
        started ||= step === 'start';
        const told =
          step === 'stop' ? tell('StopStream', notRunning) : tell('StartStream', alreadyRunning);
        if (!(await told)) {
          await pause(againMs);
          continue;
        }
      } else if (step === 'configure' && order) {
        await obs.call('SetStreamServiceSettings', {
          streamServiceType: 'rtmp_custom',
          streamServiceSettings: { server: order.server, key: order.key, use_auth: false },
        });
        continue;
      }
      if ((await change) === null) return;
    }
  }

  function saw(status: { outputActive: boolean; outputReconnecting: boolean }): void {
    const said = streamingFromStatus(status);
    const state = model.get().streaming;
    // OBS calls a stream that is still connecting inactive, and one that is ending active: its events tell.
    const between =
      clock.mono() < betweenUntil &&
      ((state === 'starting' && said === 'off') || (state === 'stopping' && said === 'on'));
    const older = clock.mono() - eventAt < eventWinsMs;
    if (!between && !older && said !== state) set(said);
  }

  return {
    start: (target) => lane.run(() => bring(target)),
    stop: () => lane.run(() => bring(null)),
    heard(outputState) {
      const state = streamingFromEvent(outputState);
      if (state === null) return;
      eventAt = clock.mono();
      set(state);
    },
    saw,
    lost() {
      lostCount += 1;
      betweenUntil = 0;
      eventAt = -Infinity;
      set('off');
    },
    close: () => watchers.clear(),
  };
}

function refused(): StudioError {
  return new StudioError('unavailable', {
    es: 'OBS no pudo conectarse al servidor de entrada. Mire si la recepción está lista.',
    en: 'OBS could not connect to the ingest. See whether it is ready.',
  });
}
