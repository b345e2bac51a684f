// Puts one owed scene on air: tries at once, then each second, until it is there or no longer owed.
import type { Alarms } from '../core/alarms.ts';
import type { Audit } from '../core/audit.ts';
import type { Cancel, Clock } from '../core/clock.ts';
import { withDeadline } from '../core/deadline.ts';
import { StudioError, type Words } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Segment } from './plan.ts';
import type { AsRunCause, AsRunLine } from './records.ts';
import { sceneProblem } from './resolve.ts';
import { wallClock } from './wall-clock.ts';
import { gridActor, obsAway, takeAlarm, takeReason, takeRefused, takeTimeout } from './words.ts';

/** The switcher as the grid needs it. */
export interface GridSwitcher {
  /** Scenes OBS has now; null while OBS is not connected. */
  scenes(): readonly string[] | null;
  /** Scene reported on air; null while unknown. */
  program(): string | null;
  /** Resolves when the scene was reported on air; rejects with StudioError when it was not. */
  take(scene: string, by: { actor: string; reason: string }): Promise<void>;
  /**
   * Calls for each change of program *while connected*, with who caused it: a login name, `obs` for
   * somebody at OBS itself, `grid` for takes of this port. Not for the program found on connecting.
   */
  onProgramChange(listener: (change: { scene: string; by: string }) => void): () => void;
  /** Calls after each (re)connection, once scenes and program are known. */
  onConnected(listener: () => void): () => void;
}

/** The last automatic act, as `state.grid.lastAct`. */
export interface LastAct {
  readonly at: number;
  readonly scene: string;
  readonly title: string;
  readonly ok: boolean;
  readonly text: string;
  readonly textEn: string;
}

export interface TakerPorts {
  readonly clock: Clock;
  readonly zone: string;
  readonly switcher: GridSwitcher;
  readonly audit: Audit;
  readonly alarms: Alarms;
  readonly log: Log;
  /** Writes an as-run line; order is kept. */
  readonly addAsRun: (line: AsRunLine) => void;
  /** Something visible changed. */
  readonly changed: () => void;
  /** The scene of `segment` is on air since just now, `lateMs` after its start. */
  readonly onAir: (segment: Segment, lateMs: number) => void;
}

export interface Taker {
  /** Owes the scene of `segment`; replaces what was owed before. */
  owe(segment: Segment, cause: 'start' | 'join'): void;
  /** Tries what is owed; resolves after the try under way; never rejects. */
  attempt(): Promise<void>;
  /** No longer owed; `cause` and `actor` say why it never went on. Nothing when nothing is owed. */
  drop(cause: 'held' | 'takeover' | 'missed', actor: string): void;
  /** An as-run line about `segment` that tells of no try of this taker. */
  note(segment: Segment, cause: AsRunCause, actor: string): void;
  owing(): boolean;
  /** Why what is owed is not on air; null before its first try and when nothing is owed. */
  problem(): Words | null;
  lastAct(): LastAct | null;
  close(): void;
}

const retryMs = 1000;
const takeDeadlineMs = 3000;
/** OBS is connected to after everything else has started: its absence is no news for this long, ms. */
const connectMs = 15_000;

interface Pending {
  readonly segment: Segment;
  readonly cause: 'start' | 'join';
  /** Last reason it could not be taken; null before the first try. */
  why: Words | null;
  /** The reason last told to people. */
  told: string | null;
}

/** Makes the taker. */
export function createTaker(ports: TakerPorts): Taker {
  const { clock, switcher, alarms } = ports;
  let pending: Pending | null = null;
  let lastAct: LastAct | null = null;
  let cancelRetry: Cancel | null = null;
  let trying: Promise<void> | null = null;
  let closed = false;
  const madeAt = clock.mono();

  const timeOf = (segment: Segment): string => wallClock(segment.start, ports.zone).time;

  function stopRetrying(): void {
    cancelRetry?.();
    cancelRetry = null;
  }

  function attempt(): Promise<void> {
    trying ??= tryPending().finally(() => {
      trying = null;
    });
    return trying;
  }

  async function tryPending(): Promise<void> {
    const current = pending;
    if (current === null || closed) return;
    stopRetrying();
    await tryOnce(current);
    // Again at once when, while OBS was answering, something else became owed.
    if (pending !== current) await tryPending();
  }

  async function tryOnce(current: Pending): Promise<void> {
    const { segment } = current;
    const { scene } = segment.occurrence;
    const scenes = switcher.scenes();
    const problem = sceneProblem(scene, scenes);
    if (scenes === null) return failed(current, obsAway);
    if (problem) return failed(current, { es: problem.text, en: problem.textEn });
    if (switcher.program() === scene) return done(current, 'alreadyOn');
    const late = Math.max(0, clock.now() - segment.start);
    const reason = takeReason(segment, timeOf(segment), late).es;
    try {
      const work = switcher.take(scene, { actor: gridActor, reason });
      await withDeadline(clock, takeDeadlineMs, takeTimeout, work);
      done(current, current.cause);
    } catch (error) {
      if (!(error instanceof StudioError)) ports.log.error({ err: error, scene }, 'take failed');
      failed(current, error instanceof StudioError ? error.words : takeRefused);
    }
  }

  function done(current: Pending, cause: AsRunCause): void {
    const { segment } = current;
    const actual = clock.now();
    const lateMs = Math.max(0, actual - segment.start);
    if (pending === current) pending = null;
    alarms.clear('grid.take');
    ports.onAir(segment, lateMs);
    line(segment, cause, gridActor, { actual, lateMs });
    tell(segment, takeReason(segment, timeOf(segment), lateMs), true, { lateMs, cause });
  }

  function failed(current: Pending, why: Words): void {
    if (pending !== current || closed) return;
    current.why = why;
    const opening = why === obsAway && clock.mono() - madeAt < connectMs;
    if (current.told !== why.es && !opening) {
      current.told = why.es;
      alarms.raise('grid.take', takeAlarm(current.segment, timeOf(current.segment), why));
      tell(current.segment, why, false, { cause: current.cause });
    }
    stopRetrying();
    cancelRetry = clock.after(retryMs, () => void attempt());
  }

  function line(
    segment: Segment,
    cause: AsRunCause,
    actor: string,
    on: { actual: number; lateMs: number } | null,
  ): void {
    const { id, title, scene } = segment.occurrence;
    ports.addAsRun({
      at: clock.now(),
      occurrence: id,
      title,
      scene,
      plannedStart: segment.start,
      actual: on?.actual ?? null,
      lateMs: on?.lateMs ?? null,
      cause,
      actor,
    });
  }

  function tell(
    segment: Segment,
    words: Words,
    ok: boolean,
    detail: Record<string, unknown>,
  ): void {
    const { id, scene, title } = segment.occurrence;
    ports.audit.record({
      actor: gridActor,
      action: 'grid.take',
      reason: words.es,
      ok,
      detail: { occurrence: id, scene, plannedStart: segment.start, ...detail },
    });
    lastAct = { at: clock.now(), scene, title, ok, text: words.es, textEn: words.en };
    ports.changed();
  }

  return {
    owe(segment, cause) {
      stopRetrying();
      pending = { segment, cause, why: null, told: null };
      void attempt();
    },
    attempt,
    drop(cause, actor) {
      if (!pending) return;
      const { segment } = pending;
      pending = null;
      stopRetrying();
      alarms.clear('grid.take');
      line(segment, cause, actor, null);
      if (cause === 'missed') {
        const es = `${segment.occurrence.title} (${timeOf(segment)}) terminó sin salir al aire`;
        const en = `${segment.occurrence.title} (${timeOf(segment)}) ended without going on air`;
        tell(segment, { es, en }, false, { cause });
      }
    },
    note: (segment, cause, actor) => line(segment, cause, actor, null),
    owing: () => pending !== null,
    problem: () => pending?.why ?? null,
    lastAct: () => lastAct,
    close() {
      closed = true;
      stopRetrying();
    },
  };
}
