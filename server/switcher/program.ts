// What is on air: moves the program, and follows the three phases of a transition.
import type { Clock } from '../core/clock.ts';
import { StudioError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { createLastMove } from './last-move.ts';
import { createMix } from './mix.ts';
import { sceneNames, type SwitcherModel } from './model.ts';
import type { ObsCaller, ObsEvent } from './obs-port.ts';
import { createPreview } from './preview.ts';
import { createProgramWatch, type OnAir, type Wanted } from './program-watch.ts';
import type { Remembered } from './program-memory.ts';
import type { RawSnapshot } from './snapshot.ts';
import { emptyTrack, knownTrack } from './tracker.ts';
import { createTransitionOverride, type TransitionWish } from './transition-override.ts';
import { noScene } from './words.ts';

/** One wish to put a scene on air. */
export interface Put extends TransitionWish, Wanted {
  /** In studio mode OBS swaps the preview; true puts the operator's back afterwards. */
  readonly keepPreview?: boolean;
}

export interface ProgramPorts {
  readonly obs: ObsCaller;
  readonly clock: Clock;
  readonly log: Log;
  readonly model: SwitcherModel;
  /** Runs a job after the commands that already wait for the program. */
  readonly later: (job: (obs: ObsCaller) => Promise<void>) => void;
  readonly onChange: (change: OnAir) => void;
  /** Somebody wants a scene on air; called before OBS is told, also when it is there already. */
  readonly onAsk: (wish: { scene: string; by: string }) => void;
  /** What an earlier run left of an OBS that may still be there. */
  readonly known?: Remembered | undefined;
}

/** The program of one OBS. */
export interface Program {
  /** After each connection: takes program and transitions as they are found. */
  adopt(raw: RawSnapshot): void;
  /** The scene last known on air, whether or not OBS is there now. */
  last(): string | null;
  /** OBS is gone: nothing is on air that we know of. The author is kept for its return. */
  lost(): void;
  /** Puts a scene in preview: OBS's own in studio mode, else the one kept here. */
  setPreview(scene: string, caller: ObsCaller): Promise<void>;
  /** Chooses the operator's transition; a running one is not disturbed. */
  chooseTransition(name: string, durationMs: number | undefined, caller: ObsCaller): Promise<void>;
  /** Monotonic ms until which OBS would ignore another transition; null when it can start one. */
  busyUntil(): number | null;
  /** Puts a scene on air and answers once OBS has confirmed it; `caller` bounds every call. */
  put(put: Put, caller: ObsCaller): Promise<string>;
  /** Follows OBS's own account of the program; the rest of the events are not its concern. */
  handle(event: ObsEvent): void;
  close(): void;
}

/** A cut out of a mix that has longer than this to go does not wait for the mix's end, ms. */
const patientMs = 400;

/** Makes it; what is on air is not known until the first `adopt`. */
export function createProgram(ports: ProgramPorts): Program {
  const { clock, model, known } = ports;
  const transition = createTransitionOverride();
  const preview = createPreview(ports);
  const watch = createProgramWatch(ports, known ? knownTrack(known.program, known.by) : emptyTrack);
  const lastMove = createLastMove(clock);
  const mix = createMix({
    clock,
    model,
    overdue() {
      settle();
      watch.verifySoon();
    },
  });

  if (known) {
    model.change((s) => {
      s.programBy = known.by;
      s.programSince = known.since;
      s.preview = known.preview;
      s.beforeSlate = known.beforeSlate;
    });
  }

  function settle(): void {
    mix.end();
    if (transition.overridden && !lastMove.moving) ports.later(restoreTransition);
    preview.settled();
  }

  async function restoreTransition(caller: ObsCaller): Promise<void> {
    if (!mix.running && !lastMove.moving && transition.overridden) await transition.restore(caller);
  }

  function showChosen(): void {
    const { name, durationMs } = transition.chosen();
    model.change((s) => {
      s.transition.name = name;
      s.transition.durationMs = durationMs;
    });
  }

  /** Tells OBS, and resolves at the first sign that it followed: its event or its answer. */
  async function move(put: Put, caller: ObsCaller): Promise<void> {
    const expectation = watch.expect(put);
    const event = watch.landed(put.scene);
    const asked = (async () => {
      lastMove.began();
      await caller.call('SetCurrentProgramScene', { sceneName: put.scene });
      await watch.confirm(put.scene, caller);
    })();
    try {
      await Promise.race([event.promise, asked]);
    } catch (error) {
      const unsure =
        error instanceof StudioError && ['timeout', 'unavailable'].includes(error.code);
      if (!unsure) {
        watch.withdraw(expectation);
        // Refused: nothing moves, so nothing will end.
        lastMove.none();
      }
      settle();
      throw error;
    } finally {
      event.forget();
      asked.catch(() => undefined);
    }
  }

  function transitionStarted(): void {
    const expected = watch.expected();
    mix.begin({
      phase: 'mixing',
      from: watch.program,
      to: expected ?? mix.to,
      durationMs: transition.mixMs(),
    });
    // Somebody used OBS itself: the destination is known at the start, not at the end.
    if (expected === undefined) void watch.readBack();
  }

  return {
    adopt(raw) {
      transition.adopt(raw.transitions, raw.transition);
      watch.adopt(raw.program);
    },
    last: () => watch.program,
    lost() {
      watch.stop();
      mix.end();
      lastMove.none();
      preview.lost();
      model.change((s) => {
        s.program = null;
      });
    },
    setPreview: (scene, caller) => preview.set(scene, caller, mix.running?.from ?? null),
    async chooseTransition(name, durationMs, caller) {
      if (mix.running || lastMove.moving) transition.chooseLater(name, durationMs);
      else await transition.choose(caller, name, durationMs);
      showChosen();
    },
    busyUntil: () => (mix.running && model.get().studioMode ? mix.running.until : null),
    async put(put, caller) {
      ports.onAsk({ scene: put.scene, by: put.by });
      const left = mix.running ? mix.running.until - clock.mono() : 0;
      if (!put.cut || left <= patientMs) await lastMove.end();
      const before = model.get();
      const scenes = sceneNames(before);
      if (!scenes.includes(put.scene)) throw noScene(put.scene, scenes);
      if (before.program === put.scene) return put.scene;
      // Mixing in studio mode, OBS ignores a new transition yet reports it as done: only a cut gets through.
      const cut = put.cut || (mix.running !== null && before.studioMode);
      const durationMs = await transition.prepare(caller, { ...put, cut });
      if (put.keepPreview) preview.hold(before.program);
      mix.begin({ phase: 'leaving', from: watch.program, to: put.scene, durationMs });
      await move(put, caller);
      return put.scene;
    },
    handle(event) {
      switch (event.name) {
        case 'CurrentProgramSceneChanged':
          preview.programChanged();
          watch.heard(event.data.sceneName);
          return;
        case 'SceneTransitionStarted':
          transitionStarted();
          return;
        case 'SceneTransitionEnded':
          lastMove.ended(settle);
          watch.verifySoon();
          return;
        case 'CurrentSceneTransitionChanged':
          if (transition.heardName(event.data.transitionName)) showChosen();
          return;
        case 'CurrentSceneTransitionDurationChanged':
          if (transition.heardDuration(event.data.transitionDuration)) showChosen();
          return;
        case 'CurrentPreviewSceneChanged':
          preview.changed();
          return;
        case 'SceneNameChanged':
          preview.renamed();
          watch.renamed(event.data.oldSceneName, event.data.sceneName);
          return;
        case 'StudioModeStateChanged':
          watch.verifySoon();
          preview.changed();
          return;
        case 'CurrentSceneCollectionChanged':
          watch.verifySoon();
          return;
        default:
      }
    },
    close() {
      watch.stop();
      mix.forget();
      preview.lost();
    },
  };
}
