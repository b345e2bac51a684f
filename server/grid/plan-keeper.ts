// Owns the published plan: the version in force, its dated changes and what publishing leaves untouched.
import { isDeepStrictEqual } from 'node:util';
import type { Occurrence, Override, Program, ScheduleDocument } from '../contract/grid.ts';
import type { Clock } from '../core/clock.ts';
import { StudioError, type Words } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { conflictWords } from './lint.ts';
import { segmentKey, type Pin, type Segment } from './plan.ts';
import type { GridRecords, RecordedChange } from './records.ts';
import { checkChange, checkedRange, conflictError, publishConflicts } from './requests.ts';
import { occurrencesBetween, type GridPlan } from './resolve.ts';
import { createTimeline, type Timeline } from './timeline.ts';
import { wallClock } from './wall-clock.ts';

/** What `grid.week` and the public pages are made of. */
export interface GridWeek {
  readonly zone: string;
  readonly version: number;
  readonly note: string;
  readonly occurrences: Occurrence[];
  readonly overrides: RecordedChange[];
}

/** A version put in force. */
export interface Published {
  readonly version: number;
  /** The stretch it has now where nothing was planned before: to be left as it is on air. */
  readonly adopt: Segment | null;
}

export interface PlanKeeper {
  readonly timeline: Timeline;
  /** The plan in force; null before anything was published. */
  plan(): GridPlan | null;
  version(): number;
  note(): string;
  programs(): readonly Program[];
  /** Why the schedule file was not used; null when it was or need not be. */
  fileRefused(): Words | null;
  /**
   * Loads what is on record; a file that rules (nobody published by hand since) and differs from the
   * version in force becomes a new version. Answers it, or null when nothing was published.
   */
  load(file: ScheduleDocument | null): Promise<Published | null>;
  /** Publishes by hand; `conflict` with the overlaps listed. */
  publish(document: ScheduleDocument, author: string): Promise<Published>;
  /** Records a dated change; `notFound`, `invalid` or `conflict` when it leads nowhere. Answers its id. */
  change(override: Override, reason: string, by: string): Promise<string>;
  /** Takes a dated change back; `notFound` when it is not in force. */
  takeBack(id: string, by: string): Promise<void>;
  /** Stops keeping what was on air when the version was published. */
  unpin(): Promise<void>;
  /** Occurrences that touch the local dates, both included; `problem` judged by `scenes`. */
  week(from: string, to: string, scenes: readonly string[] | null): GridWeek;
}

/** Author of versions that came from the schedule file. */
export const fileAuthor = 'file';

/** Makes the keeper; nothing is loaded before `load`. */
export function createPlanKeeper(ports: {
  readonly records: GridRecords;
  readonly clock: Clock;
  readonly zone: string;
}): PlanKeeper {
  const { records, clock, zone } = ports;
  let document: ScheduleDocument | null = null;
  let version = 0;
  let changes: RecordedChange[] = [];
  let pin: Pin | null = null;
  let fileRefused: Words | null = null;

  const plan = (): GridPlan | null =>
    document === null ? null : { document, changes, zone, scenes: null };
  const timeline = createTimeline(plan, () => pin);
  const today = (): string => wallClock(clock.now(), zone).date;

  /** Puts a new version in force without moving the present: what was on stays to its end or the next start. */
  async function replace(next: ScheduleDocument, author: string): Promise<Published> {
    const number = await records.publish(next, author, clock.now());
    const now = clock.now();
    const before = document === null ? null : timeline.at(now).now;
    document = next;
    version = number;
    fileRefused = null;
    pin = null;
    timeline.invalidate();
    const after = timeline.at(now).now;
    if (before && !sameWish(before, after)) {
      pin = { occurrence: before.occurrence, start: before.start, end: before.end, at: now };
      timeline.invalidate();
    }
    await records.write('grid.pin', pin);
    return { version: number, adopt: before === null ? after : null };
  }

  function inForce(): GridPlan {
    const current = plan();
    if (current) return current;
    throw new StudioError('notFound', {
      es: 'Aún no hay parrilla publicada.',
      en: 'No grid has been published yet.',
    });
  }

  return {
    timeline,
    plan,
    version: () => version,
    note: () => document?.note ?? '',
    programs: () => document?.programs ?? [],
    fileRefused: () => fileRefused,
    async load(file) {
      const latest = await records.latest();
      changes = await records.changes();
      document = latest?.document ?? null;
      version = latest?.version ?? 0;
      pin = await records.read('grid.pin');
      if (pin && pin.end <= clock.now()) pin = null;
      timeline.invalidate();
      const rules = latest === null || latest.author === fileAuthor;
      if (!file || !rules || isDeepStrictEqual(file, latest?.document)) return null;
      const first = publishConflicts(file, changes, today())[0];
      if (!first) return replace(file, fileAuthor);
      const words = conflictWords(first);
      fileRefused = {
        es: `El archivo de la parrilla no se usó: ${words.es}`,
        en: `The schedule file was not used: ${words.en}`,
      };
      return null;
    },
    async publish(next, author) {
      const found = publishConflicts(next, changes, today());
      if (found.length > 0) throw conflictError(found, version);
      return replace(next, author);
    },
    async change(override, reason, by) {
      const made = { id: newId('cambio'), override, reason, by, at: clock.now() };
      checkChange(inForce(), made, made.at);
      await records.addChange(made);
      changes = [...changes, made];
      timeline.invalidate();
      return made.id;
    },
    async takeBack(id, by) {
      if (!(await records.removeChange(id, by, clock.now()))) {
        throw new StudioError('notFound', {
          es: 'Ese cambio ya no está.',
          en: 'That change is no longer there.',
        });
      }
      changes = changes.filter((c) => c.id !== id);
      timeline.invalidate();
    },
    async unpin() {
      if (pin === null) return;
      pin = null;
      timeline.invalidate();
      await records.write('grid.pin', null);
    },
    week(from, to, scenes) {
      const { start, end } = checkedRange(from, to, zone);
      const current = plan();
      return {
        zone,
        version,
        note: document?.note ?? '',
        occurrences: current ? occurrencesBetween({ ...current, scenes }, start, end) : [],
        overrides: changes.filter(({ override: o }) => {
          const dates = o.action === 'move' ? [o.date, o.toDate].toSorted() : [o.date];
          return (dates[0] ?? '') <= to && (dates.at(-1) ?? '') >= from;
        }),
      };
    },
  };
}

function sameWish(a: Segment, b: Segment | null): boolean {
  return (
    b !== null &&
    segmentKey(a) === segmentKey(b) &&
    a.occurrence.scene === b.occurrence.scene &&
    a.occurrence.program === b.occurrence.program
  );
}
