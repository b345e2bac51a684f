// A clock the test moves, and connections to an OBS the test plays.
import { OBSWebSocketError } from 'obs-websocket-js';
import type { Clock } from '../../server/core/clock.ts';
import type { ObsEvent } from '../../server/switcher/obs-port.ts';
import type { ObsSocket } from '../../server/switcher/obs-socket.ts';

/** Lets everything that waits for nothing but promises happen. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

export interface HandClock extends Clock {
  /** Moves time on, running each timer at its moment and what follows from it. */
  advance(ms: number): Promise<void>;
}

/** A clock that stands still until moved. */
export function handClock(): HandClock {
  let mono = 1000;
  let ids = 0;
  const timers = new Map<number, { at: number; fn: () => void; every: number | null }>();
  const add = (ms: number, fn: () => void, every: number | null) => {
    ids += 1;
    const id = ids;
    timers.set(id, { at: mono + ms, fn, every });
    return () => void timers.delete(id);
  };
  return {
    now: () => 1_800_000_000_000 + mono,
    mono: () => mono,
    after: (ms, fn) => add(ms, fn, null),
    every: (ms, fn) => add(ms, fn, ms),
    async advance(ms) {
      const end = mono + ms;
      await settle();
      for (;;) {
        const due = [...timers].toSorted((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
        if (!due || due[1].at > end) break;
        const [id, timer] = due;
        mono = Math.max(mono, timer.at);
        if (timer.every === null) timers.delete(id);
        else timer.at += timer.every;
        timer.fn();
        await settle();
      }
      mono = end;
      await settle();
    },
  };
}

/** OBS as one connection sees it; the test decides what it answers. */
export interface PlayedSocket extends ObsSocket {
  readonly asked: { name: string; data: unknown }[];
  emit(event: ObsEvent): void;
  end(code: number): void;
  readonly dropped: boolean;
}

/** What an answer may be: a value, an error, or nothing at all (a frozen OBS). */
export type Answer = (name: string, data: unknown) => unknown;
/** A frozen OBS: the request is never answered. */
export const silence = Symbol('silence');

/** A connection that opens (or not, with `refuse`) and answers with `answer`. */
export function playedSocket(
  answer: Answer,
  options: { refuse?: number; hang?: boolean } = {},
): PlayedSocket {
  const eventListeners: ((event: ObsEvent) => void)[] = [];
  const closeListeners: ((code: number) => void)[] = [];
  const asked: { name: string; data: unknown }[] = [];
  let dropped = false;
  function end(code: number): void {
    for (const listener of closeListeners.splice(0)) listener(code);
  }
  return {
    asked,
    async open() {
      if (options.hang) await new Promise(() => undefined);
      if (options.refuse !== undefined) throw new OBSWebSocketError(options.refuse, 'refused');
    },
    call(name, data) {
      asked.push({ name, data });
      let value: unknown;
      try {
        value = answer(name, data);
      } catch (error) {
        return Promise.reject(error instanceof Error ? error : new Error(String(error)));
      }
      return value === silence ? new Promise(() => undefined) : Promise.resolve(value);
    },
    setMeters: () => Promise.resolve(),
    onEvent: (listener) => void eventListeners.push(listener),
    onClosed: (listener) => void closeListeners.push(listener),
    emit(event) {
      for (const listener of eventListeners) listener(event);
    },
    end,
    drop() {
      dropped = true;
      end(1006);
    },
    get dropped() {
      return dropped;
    },
  };
}

/** OBS refusing a request with one of its codes. */
export function obsError(code: number, message = ''): OBSWebSocketError {
  return new OBSWebSocketError(code, message);
}

/** A small OBS in memory: scenes, program, transitions, a stream; answers as OBS does. */
export interface PlayedObs {
  answer: Answer;
  program: string;
  scenes: string[];
  transition: string;
  durationMs: number;
  streaming: boolean;
  stream: { server: string; key: string };
  texts: Record<string, string>;
}

export function playedObs(): PlayedObs {
  const obs: PlayedObs = {
    program: 'Estudio',
    scenes: ['Ya regresamos', 'Campo', 'Estudio'],
    transition: 'Fundido',
    durationMs: 300,
    streaming: false,
    stream: { server: '', key: '' },
    texts: { Rótulo: '' },
    answer(name, data) {
      const given = (data ?? {}) as Record<string, never>;
      switch (name) {
        case 'GetVersion':
          return { obsVersion: '29.0.2' };
        case 'GetSceneList':
          return {
            currentProgramSceneName: obs.program,
            currentPreviewSceneName: null,
            scenes: obs.scenes.map((sceneName) => ({ sceneName })),
          };
        case 'GetStudioModeEnabled':
          return { studioModeEnabled: false };
        case 'GetSceneTransitionList':
          return {
            transitions: [
              { transitionName: 'Corte', transitionKind: 'cut_transition', transitionFixed: true },
              {
                transitionName: 'Fundido',
                transitionKind: 'fade_transition',
                transitionFixed: false,
              },
            ],
          };
        case 'GetCurrentSceneTransition':
          return { transitionName: obs.transition, transitionDuration: obs.durationMs };
        case 'GetStreamStatus':
          return {
            outputActive: obs.streaming,
            outputReconnecting: false,
            outputSkippedFrames: 0,
          };
        case 'GetStreamServiceSettings':
          return { streamServiceType: 'rtmp_custom', streamServiceSettings: obs.stream };
        case 'SetStreamServiceSettings':
          obs.stream = given['streamServiceSettings'] as unknown as typeof obs.stream;
          return undefined;
        case 'GetInputList':
          return {
            inputs: [
              { inputName: 'Rótulo', inputKind: 'text_ft2_source_v2' },
              { inputName: 'Mic', inputKind: 'pulse_input_capture' },
            ],
          };
        case 'GetSceneItemList':
          return {
            sceneItems: [{ sceneItemId: 1, sourceName: 'Rótulo', sceneItemEnabled: true }],
          };
        case 'GetInputMute':
          if (given['inputName'] !== 'Mic') throw obsError(604);
          return { inputMuted: false };
        case 'GetInputVolume':
          return { inputVolumeDb: 0 };
        case 'GetInputSettings':
          return { inputSettings: { text: obs.texts['Rótulo'] } };
        case 'GetCurrentProgramScene':
          return { currentProgramSceneName: obs.program };
        case 'SetCurrentProgramScene':
          obs.program = given['sceneName'] as unknown as string;
          return undefined;
        case 'SetCurrentSceneTransition':
          obs.transition = given['transitionName'] as unknown as string;
          return undefined;
        case 'SetCurrentSceneTransitionDuration':
          obs.durationMs = given['transitionDuration'] as unknown as number;
          return undefined;
        case 'GetVideoSettings':
          return { outputWidth: 1280, outputHeight: 720, fpsNumerator: 30, fpsDenominator: 1 };
        case 'GetProfileParameter':
          return { parameterValue: null };
        case 'GetStats':
          return { cpuUsage: 5, renderSkippedFrames: 0 };
        case 'StartStream':
          obs.streaming = true;
          return undefined;
        case 'StopStream':
          if (!obs.streaming) throw obsError(501);
          obs.streaming = false;
          return undefined;
        default:
          throw obsError(204, `not played: ${name}`);
      }
    },
  };
  return obs;
}
