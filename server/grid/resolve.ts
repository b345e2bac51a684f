// Occurrences: a pure function of the schedule and its dated changes, never stored as truth.
import type { Occurrence, Override, Program, ScheduleDocument, Slot } from '../contract/grid.ts';
import { addDays } from './dates.ts';
import { datesOf, fallsOn } from './recurrence.ts';
import { instantOf, wallClock } from './wall-clock.ts';

/** A dated change as it was recorded, in order of its making. */
export interface DatedChange {
  readonly id: string;
  readonly override: Override;
}

/** All that decides what airs when. */
export interface GridPlan {
  readonly document: ScheduleDocument;
  readonly changes: readonly DatedChange[];
  readonly zone: string;
  /** Scenes OBS has; null while nobody knows. */
  readonly scenes: readonly string[] | null;
}

/** A programme lasts a day at most, so whatever touches an instant began on these days before it. */
const reachDays = 2;

/** Occurrences that touch [start, end) in epoch ms, in total order. */
export function occurrencesBetween(plan: GridPlan, start: number, end: number): Occurrence[] {
  if (end <= start) return [];
  const first = addDays(wallClock(start, plan.zone).date, -reachDays);
  const last = addDays(wallClock(end, plan.zone).date, 1);
  const programs = new Map(plan.document.programs.map((p) => [p.id, p]));
  const bySlot = changesBySlot(plan.changes);
  const out: Occurrence[] = [];
  for (const slot of plan.document.slots) {
    const changes = bySlot.get(slot.id) ?? [];
    for (const date of slotDates(slot, changes, first, last)) {
      const airing = airingOf(slot, date, changes, programs);
      if (airing) out.push(occurrence(plan, airing));
    }
  }
  for (const change of plan.changes) {
    const airing = insertOf(change, programs);
    if (airing && airing.date >= first && airing.date <= last) out.push(occurrence(plan, airing));
  }
  return out.filter((o) => o.start < end && o.end > start).toSorted(byStart);
}

/**
 * Which wish beats which where two cover an instant: a single airing inserted on a date, then a changed
 * airing of a series, then the grid as written. Each gives way again to the one beneath it.
 */
export function rankOf(o: Occurrence): number {
  if (o.slot === null) return 2;
  return o.layer === 'override' ? 1 : 0;
}

/**
 * Total order of occurrences: by start; at the same instant the lower rank before (the higher is the
 * later wish, so it is the one left on the air); then the longer first (the shorter is the more
 * particular); then by id, so that two machines always agree.
 */
export function byStart(a: Occurrence, b: Occurrence): number {
  if (a.start !== b.start) return a.start - b.start;
  if (rankOf(a) !== rankOf(b)) return rankOf(a) - rankOf(b);
  if (a.end !== b.end) return b.end - a.end;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** Dated changes that no longer apply to anything: their slot, date or programme is gone. */
export function orphans(plan: GridPlan): DatedChange[] {
  const slots = new Map(plan.document.slots.map((s) => [s.id, s]));
  const programs = new Set(plan.document.programs.map((p) => p.id));
  return plan.changes.filter(({ override: o }) => {
    if ((o.action === 'insert' || o.action === 'replace') && !programs.has(o.program)) return true;
    if (o.action === 'insert') return false;
    const slot = slots.get(o.slot);
    return slot === undefined || !fallsOn(slot, o.date);
  });
}

interface Airing {
  readonly id: string;
  readonly slot: string | null;
  readonly program: Program;
  readonly date: string;
  readonly time: string;
  readonly durationMinutes: number;
  readonly scene: string;
  readonly layer: Occurrence['layer'];
}

function changesBySlot(changes: readonly DatedChange[]): Map<string, DatedChange[]> {
  const out = new Map<string, DatedChange[]>();
  for (const change of changes) {
    if (change.override.action === 'insert') continue;
    const list = out.get(change.override.slot) ?? [];
    list.push(change);
    out.set(change.override.slot, list);
  }
  return out;
}

/** Dates of the series in the window, and those moved into it from elsewhere. */
function slotDates(
  slot: Slot,
  changes: readonly DatedChange[],
  first: string,
  last: string,
): string[] {
  const dates = new Set(datesOf(slot, first, last));
  for (const { override: o } of changes) {
    if (o.action === 'move' && o.toDate >= first && o.toDate <= last && fallsOn(slot, o.date)) {
      dates.add(o.date);
    }
  }
  return [...dates];
}

/** One airing of a slot with its changes applied in order: of the same kind the last wins, a cancel beats all. */
function airingOf(
  slot: Slot,
  date: string,
  changes: readonly DatedChange[],
  programs: ReadonlyMap<string, Program>,
): Airing | null {
  const own = programs.get(slot.program);
  if (!own) return null;
  let airing: Airing = {
    id: `${slot.id}@${date}`,
    slot: slot.id,
    program: own,
    date,
    time: slot.start,
    durationMinutes: slot.durationMinutes,
    scene: slot.scene,
    layer: 'grid',
  };
  for (const { override: o } of changes) {
    if (o.action === 'insert' || o.date !== date) continue;
    switch (o.action) {
      case 'cancel':
        return null;
      case 'move':
        airing = { ...airing, date: o.toDate, time: o.toStart, layer: 'override' };
        break;
      case 'resize':
        airing = { ...airing, durationMinutes: o.durationMinutes, layer: 'override' };
        break;
      case 'replace': {
        const program = programs.get(o.program);
        if (program) {
          airing = { ...airing, program, scene: o.scene ?? airing.scene, layer: 'override' };
        }
        break;
      }
    }
  }
  return airing;
}

function insertOf(
  { id, override: o }: DatedChange,
  programs: ReadonlyMap<string, Program>,
): Airing | null {
  const program = o.action === 'insert' ? programs.get(o.program) : undefined;
  if (o.action !== 'insert' || !program) return null;
  return {
    id: `insert:${id}`,
    slot: null,
    program,
    date: o.date,
    time: o.start,
    durationMinutes: o.durationMinutes,
    scene: o.scene,
    layer: 'override',
  };
}

function occurrence(plan: GridPlan, airing: Airing): Occurrence {
  const start = instantOf(airing.date, airing.time, plan.zone);
  // In a gap of the clocks the airing starts later than written: say the time people will see.
  const shown = wallClock(start, plan.zone);
  return {
    id: airing.id,
    slot: airing.slot,
    program: airing.program.id,
    title: airing.program.name,
    department: airing.program.department,
    start,
    end: start + Math.round(airing.durationMinutes * 60_000),
    date: shown.date,
    time: shown.time,
    scene: airing.scene,
    layer: airing.layer,
    signLanguage: airing.program.accessibility.signLanguage,
    captions: airing.program.accessibility.captions,
    problem: sceneProblem(airing.scene, plan.scenes),
  };
}

/** What to mend when OBS has no such scene; null when it has, or nobody knows. */
export function sceneProblem(
  scene: string,
  scenes: readonly string[] | null,
): Occurrence['problem'] {
  if (scenes === null || scenes.includes(scene)) return null;
  return {
    text: `La escena «${scene}» no existe en OBS: créela o cambie la escena de este espacio.`,
    textEn: `OBS has no scene "${scene}": make it, or change the scene of this slot.`,
  };
}
