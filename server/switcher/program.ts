// What is on air: moves the program, follows the three phases of a transition, and knows who caused each change.
import type { Cancel, Clock } from '../core/clock.ts';
import { StudioError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { sceneNames, type SwitcherModel } from './model.ts';
import type { ObsCaller, ObsEvent } from './obs-port.ts';
import { createLastMove } from './last-move.ts';
import { createPreview } from './preview.ts';
import type { RawSnapshot } from './snapshot.ts';
import {
  adoptProgram,
  emptyTrack,
  expectProgram,
  isExpected,
  renameInTrack,
  reportProgram,
  withdraw,
  type ProgramChange,
} from './tracker.ts';
import { createTransitionOverride, type TransitionWish } from './transition-override.ts';
import { noScene, programMoved } from './words.ts';

/** One wish to put a scene on air. `by` is a login name or `grid`. */
export interface Put extends TransitionWish {
  readonly scene: string;
  readonly by: string;
  readonly reason: string;
  /** In studio mode OBS swaps the preview; true puts the operator's back afterwards. */
  readonly keepPreview?: boolean;
}

/** A change of program, with what was there before and why. */
export interface OnAir extends ProgramChange {
  readonly from: string | null;
  readonly reason: string;
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
}

/** A misleading event is checked against a read-back after this, ms. */
const settleMs = 60;
/** An expectation outlives its call by the time an event may lag, ms. */
const expectMs = 2000;
/** A transition whose end OBS never tells is over this long after it should be, ms. */
const graceMs = 600;
const unknownMixMs = 20_000;
/** A cut out of a mix that has longer than this to go does not wait for the mix's end, ms. */
const patientMs = 400;

export type Program = ReturnType<typeof createProgram>;

/** The program of one OBS; `adopt` after each connection, `lost` at its end. */
export function createProgram(ports: ProgramPorts) {
  const { obs, clock, model } = ports;
  const transition = createTransitionOverride();
  const preview = createPreview(ports);
  let track = emptyTrack;
  /** Grows with every report and order, so that an older read-back is not believed. */
  let sequence = 0;
  let order: Put | null = null;
  const lastMove = createLastMove(clock);
  /** `until`: monotonic ms at which the running transition should be over. */
  let mix: { from: string | null; until: number; cancel: Cancel } | null = null;
  let cancelVerify: Cancel | null = null;
  const waiting = new Set<{ scene: string; resolve: () => void }>();

  function report(scene: string): void {
    sequence += 1;
    const from = track.program;
    const result = reportProgram(track, scene, clock.mono());
    track = result.track;
    for (const waiter of waiting) {
      if (waiter.scene === scene) {
        waiting.delete(waiter);
        waiter.resolve();
      }
    }
    const change = result.change;
    if (!change) return;
    model.change((s) => {
      s.program = change.scene;
      s.programBy = change.by;
      s.programSince = clock.now();
    });
    const reason = order?.scene === scene && order.by === change.by ? order.reason : '';
    ports.onChange({ ...change, from, reason });
  }

  async function readBack(): Promise<void> {
    const asked = sequence;
    try {
      const now = await obs.call('GetCurrentProgramScene');
      if (asked === sequence) report(now.currentProgramSceneName);
      else verifySoon();
    } catch (error) {
      // Only a lost connection gets here; adoption will read it all again.
      ports.log.debug({ err: error }, 'the program could not be read back');
    }
  }

  function verifySoon(): void {
    cancelVerify?.();
    cancelVerify = clock.after(settleMs, () => {
      cancelVerify = null;
      void readBack();
    });
  }

  function beginMix(
    phase: 'leaving' | 'mixing',
    to: string | null,
    durationMs: number | null,
  ): void {
    const from = mix ? mix.from : track.program;
    mix?.cancel();
    const length = durationMs ?? unknownMixMs;
    mix = {
      from,
      until: clock.mono() + length,
      cancel: clock.after(length + graceMs, () => {
        settle();
        verifySoon();
      }),
    };
    model.change((s) => {
      s.transition.phase = phase;
      s.transition.to = to;
    });
  }

  function settle(): void {
    mix?.cancel();
    mix = null;
    model.change((s) => {
      s.transition.phase = 'settled';
      s.transition.to = null;
    });
    if (transition.overridden && !lastMove.moving) ports.later(restoreTransition);
    preview.settled();
  }

  async function restoreTransition(caller: ObsCaller): Promise<void> {
    if (!mix && !lastMove.moving && transition.overridden) await transition.restore(caller);
  }

  function landed(scene: string): { promise: Promise<void>; forget: () => void } {
    let entry: { scene: string; resolve: () => void } | undefined;
    const promise = new Promise<void>((resolve) => {
      entry = { scene, resolve };
      waiting.add(entry);
    });
    return { promise, forget: () => entry && waiting.delete(entry) };
  }

  return {
    transition,

    /** Takes the program as it is found; nobody is blamed for it. */
    adopt(raw: RawSnapshot): void {
      sequence += 1;
      const sameScene = track.program === raw.program;
      track = adoptProgram(track, raw.program);
      transition.adopt(raw.transitions, raw.transition);
      model.change((s) => {
        if (!sameScene || s.programSince === null) s.programSince = clock.now();
        s.programBy = track.by;
        s.program = raw.program;
      });
      // It may have changed while the rest was read.
      verifySoon();
    },

    /** The scene last known on air, whether or not OBS is there now. */
    last: () => track.program,

    /** OBS is gone: nothing is on air that we know of. The author is kept for its return. */
    lost(): void {
      cancelVerify?.();
      mix?.cancel();
      mix = null;
      lastMove.none();
      preview.lost();
      model.change((s) => {
        s.program = null;
        s.transition.phase = 'settled';
        s.transition.to = null;
      });
    },

    /** Puts a scene in preview: OBS's own in studio mode, else the one kept here. */
    setPreview: (scene: string, caller: ObsCaller): Promise<void> =>
      preview.set(scene, caller, mix?.from ?? null),

    /** Chooses the operator's transition; a running one is not disturbed. */
    async chooseTransition(
      name: string,
      durationMs: number | undefined,
      caller: ObsCaller,
    ): Promise<void> {
      if (mix || lastMove.moving) transition.chooseLater(name, durationMs);
      else await transition.choose(caller, name, durationMs);
      showChosen();
    },

    /** Monotonic ms until which OBS would ignore another transition; null when it can start one. */
    busyUntil: () => (mix && model.get().studioMode ? mix.until : null),

    /** Puts a scene on air and answers once OBS has confirmed it; `caller` bounds every call. */
    async put(put: Put, caller: ObsCaller): Promise<string> {
      ports.onAsk({ scene: put.scene, by: put.by });
      const leavesLongMix = put.cut && mix && mix.until - clock.mono() > patientMs;
      if (!leavesLongMix) await lastMove.end();
      const before = model.get();
      const scenes = sceneNames(before);
      if (!scenes.includes(put.scene)) throw noScene(put.scene, scenes);
      if (before.program === put.scene) return put.scene;
      // Mixing in studio mode, OBS ignores a new transition yet reports it as done: only a cut gets through.
      const cut = put.cut || (mix !== null && before.studioMode);
      const mixMs = await transition.prepare(caller, { ...put, cut });
      const expectation = { scene: put.scene, by: put.by, until: clock.mono() + expectMs };
      track = expectProgram(track, expectation);
      sequence += 1;
      order = put;
      if (put.keepPreview) preview.hold(before.program);
      beginMix('leaving', put.scene, mixMs);
      const event = landed(put.scene);
      const asked = (async () => {
        lastMove.began();
        await caller.call('SetCurrentProgramScene', { sceneName: put.scene });
        for (let tries = 0; tries < 5 && track.program !== put.scene; tries += 1) {
          const askedAt = sequence;
          const now = await caller.call('GetCurrentProgramScene');
          // What was reported meanwhile may be newer than this answer.
          if (askedAt !== sequence) continue;
          report(now.currentProgramSceneName);
          break;
        }
        if (track.program !== put.scene) throw programMoved(track.program);
      })();
      try {
        await Promise.race([event.promise, asked]);
        return put.scene;
      } catch (error) {
        const unsure =
          error instanceof StudioError && ['timeout', 'unavailable'].includes(error.code);
        if (!unsure) {
          track = withdraw(track, expectation);
          // Refused: nothing moves, so nothing will end.
          lastMove.none();
        }
        settle();
        throw error;
      } finally {
        event.forget();
        asked.catch(() => undefined);
      }
    },

    /** Follows OBS's own account of the program; the rest of the events are not its concern. */
    handle(event: ObsEvent): void {
      switch (event.name) {
        case 'CurrentProgramSceneChanged': {
          const scene = event.data.sceneName;
          preview.programChanged();
          if (isExpected(track, scene, clock.mono())) report(scene);
          else if (scene !== track.program) verifySoon();
          return;
        }
        case 'SceneTransitionStarted': {
          const expected = track.expected.findLast((e) => clock.mono() <= e.until);
          beginMix('mixing', expected?.scene ?? mixTarget(), transition.mixMs());
          // Somebody used OBS itself: the destination is known at the start, not at the end.
          if (!expected) void readBack();
          return;
        }
        case 'SceneTransitionEnded':
          lastMove.ended(settle);
          verifySoon();
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
          // Answers under way still carry the old name.
          sequence += 1;
          preview.renamed();
          track = renameInTrack(track, event.data.oldSceneName, event.data.sceneName);
          return;
        case 'StudioModeStateChanged':
          verifySoon();
          preview.changed();
          return;
        case 'CurrentSceneCollectionChanged':
          verifySoon();
          return;
        default:
      }
    },

    close(): void {
      cancelVerify?.();
      mix?.cancel();
      preview.lost();
    },
  };

  function mixTarget(): string | null {
    const { phase, to } = model.get().transition;
    return phase === 'settled' ? null : to;
  }

  function showChosen(): void {
    const { name, durationMs } = transition.chosen();
    model.change((s) => {
      s.transition.name = name;
      s.transition.durationMs = durationMs;
    });
  }
}
