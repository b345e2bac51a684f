// Schedules for tests of the grid: short to write, complete to read.
import {
  scheduleDocument,
  slot,
  type Occurrence,
  type Override,
  type ScheduleDocument,
  type Slot,
} from '../../server/contract/grid.ts';
import { occurrencesBetween, type DatedChange, type GridPlan } from '../../server/grid/resolve.ts';
import { dayRange, instantOf } from '../../server/grid/wall-clock.ts';
import type { z } from 'zod';

/** The zone of every sample that does not name another. */
export const zone = 'America/Bogota';
/** Epoch ms of a Bogotá wall-clock time, on Tuesday 24 November 2026 unless told otherwise. */
export const at = (time: string, date = '2026-11-24'): number => instantOf(date, time, zone);

type SlotInput = Partial<z.input<typeof slot>>;

/** A slot that airs daily at 08:00 for an hour in Estudio unless told otherwise. */
export function aSlot(over: SlotInput = {}): Slot {
  return slot.parse({
    id: 'uno',
    program: 'zona',
    recurrence: { freq: 'daily' },
    from: '2026-01-01',
    start: '08:00',
    durationMinutes: 60,
    scene: 'Estudio',
    ...over,
  });
}

const program = (id: string, name: string) => ({
  id,
  name,
  department: 'Hacienda',
  accessibility: { signLanguage: id === 'ciclo', captions: true },
});

/** A schedule with the programmes `zona`, `mundo` and `ciclo` and these slots. */
export function aDocument(slots: readonly Slot[], note = ''): ScheduleDocument {
  return scheduleDocument.parse({
    id: 'prueba',
    note,
    programs: [
      program('zona', 'Zona Tributaria'),
      program('mundo', 'Mundo Positivo'),
      program('ciclo', 'Ciclo Vital'),
    ],
    slots,
  });
}

/** Dated changes with ids c1, c2… in order. */
export function changesOf(...overrides: Override[]): DatedChange[] {
  return overrides.map((override, i) => ({ id: `c${i + 1}`, override }));
}

/** A plan over slots and changes in a zone; no scene is checked. */
export function aPlan(
  slots: readonly Slot[],
  changes: readonly DatedChange[] = [],
  planZone = zone,
): GridPlan {
  return { document: aDocument(slots), changes, zone: planZone, scenes: null };
}

/** What a plan airs from a local date to another, both included. */
export function on(plan: GridPlan, from: string, to = from): Occurrence[] {
  const { start, end } = dayRange(from, to, plan.zone);
  return occurrencesBetween(plan, start, end);
}
