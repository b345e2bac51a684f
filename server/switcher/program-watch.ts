// What OBS says is on air, read back where its events mislead, and who caused each change.
import type { Cancel, Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { SwitcherModel } from './model.ts';
import type { ObsCaller } from './obs-port.ts';
import {
  adoptProgram,
  expectProgram,
  isExpected,
  renameInTrack,
  reportProgram,
  withdraw,
  type Expectation,
  type ProgramChange,
  type Track,
} from './tracker.ts';
import { programMoved } from './words.ts';

/** What somebody wants on air, and why. */
export interface Wanted {
  readonly scene: string;
  /** A login name or `grid`. */
  readonly by: string;
  readonly reason: string;
}

/** A change of program, with what was there before and why. */
export interface OnAir extends ProgramChange {
  readonly from: string | null;
  readonly reason: string;
}

export interface ProgramWatchPorts {
  readonly obs: ObsCaller;
  readonly clock: Clock;
  readonly log: Log;
  readonly model: SwitcherModel;
  readonly onChange: (change: OnAir) => void;
}

export interface ProgramWatch {
  /** The scene last known on air, whether or not OBS is there now. */
  readonly program: string | null;
  /** Takes the program as it is found; nobody is blamed for it. */
  adopt(scene: string | null): void;
  /** An order is about to be given: a report of its scene within 10 s is its echo. */
  expect(wanted: Wanted): Expectation;
  /** OBS refused it. */
  withdraw(expectation: Expectation): void;
  /** The scene of the newest order that OBS has not shown yet; undefined without one. */
  expected(): string | undefined;
  /** Resolves when OBS reports `scene`; `forget` when nobody waits any more. */
  landed(scene: string): { readonly promise: Promise<void>; forget(): void };
  /** Asks OBS until it says what is on air; throws `conflict` when that is not `scene`. */
  confirm(scene: string, caller: ObsCaller): Promise<void>;
  /** OBS's event: believed when it was expected, else checked. */
  heard(scene: string): void;
  renamed(from: string, to: string): void;
  /** Asks OBS what is on air, now. */
  readBack(): Promise<void>;
  /** The same, once what OBS is doing has settled. */
  verifySoon(): void;
  /** No check is due any more. */
  stop(): void;
}

/** A misleading event is checked against a read-back after this, ms. */
const settleMs = 60;
/** A starved OBS may carry an order out long after its caller gave up, as late as an unanswered call. */
const expectMs = 10_000;
const confirmTries = 5;

/** Starts from what is `known` of the program: an earlier run's, or nothing. */
export function createProgramWatch(ports: ProgramWatchPorts, known: Track): ProgramWatch {
  const { obs, clock, model } = ports;
  let track = known;
  /** Grows with every report and order, so that an older read-back is not believed. */
  let sequence = 0;
  let order: Wanted | null = null;
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
      // The way back from the slate, whoever put it on.
      s.beforeSlate = change.scene === s.slateScene ? from : null;
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

  return {
    get program() {
      return track.program;
    },
    adopt(scene) {
      sequence += 1;
      const sameScene = track.program === scene;
      track = adoptProgram(track, scene);
      model.change((s) => {
        if (!sameScene || s.programSince === null) s.programSince = clock.now();
        if (!sameScene) s.beforeSlate = null;
        s.programBy = track.by;
        s.program = scene;
      });
      // It may have changed while the rest was read.
      verifySoon();
    },
    expect(wanted) {
      const { scene, by } = wanted;
      const expectation = { scene, by, until: clock.mono() + expectMs };
      track = expectProgram(track, expectation);
      sequence += 1;
      order = wanted;
      return expectation;
    },
    withdraw(expectation) {
      track = withdraw(track, expectation);
    },
    expected: () => track.expected.findLast((e) => clock.mono() <= e.until)?.scene,
    landed(scene) {
      const reported = Promise.withResolvers<void>();
      const entry = { scene, resolve: reported.resolve };
      waiting.add(entry);
      return { promise: reported.promise, forget: () => waiting.delete(entry) };
    },
    async confirm(scene, caller) {
      for (let tries = 0; tries < confirmTries && track.program !== scene; tries += 1) {
        const asked = sequence;
        const now = await caller.call('GetCurrentProgramScene');
        // What was reported meanwhile may be newer than this answer.
        if (asked !== sequence) continue;
        report(now.currentProgramSceneName);
        break;
      }
      if (track.program !== scene) throw programMoved(track.program);
    },
    heard(scene) {
      if (isExpected(track, scene, clock.mono())) report(scene);
      else if (scene !== track.program) verifySoon();
    },
    renamed(from, to) {
      // Answers under way still carry the old name.
      sequence += 1;
      track = renameInTrack(track, from, to);
    },
    readBack,
    verifySoon,
    stop: () => cancelVerify?.(),
  };
}
