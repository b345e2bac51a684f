// Checks of what people ask of the grid, each refusal with words and context to act on. Pure.
import type { Issue } from '../contract/failures.ts';
import type { Occurrence, Override, ScheduleDocument } from '../contract/grid.ts';
import { StudioError, type Words } from '../core/errors.ts';
import { fieldName } from '../core/field-names.ts';
import { addDays, dayNumber, firstDate, lastDate } from './dates.ts';
import { conflicts, conflictWords, type Conflict } from './lint.ts';
import { fallsOn } from './recurrence.ts';
import { occurrencesBetween, rankOf, type DatedChange, type GridPlan } from './resolve.ts';
import { dayRange, instantOf } from './wall-clock.ts';

/** Weeks looked at for overlaps when publishing: a year holds every monthly combination that matters. */
const conflictWeeks = 53;
/** Longest range `grid.week` and the public listings answer, days. */
const maxRangeDays = 62;

/** Overlaps of a schedule from `today` on; dates with a change of their own are left out. */
export function publishConflicts(
  document: ScheduleDocument,
  changes: readonly DatedChange[],
  today: string,
): Conflict[] {
  const changed = new Set(
    changes.flatMap(({ override: o }) =>
      o.action === 'insert' || o.action === 'replace' ? [] : [`${o.slot}@${o.date}`],
    ),
  );
  return conflicts(document, today, conflictWeeks, (slot, date) => !changed.has(`${slot}@${date}`));
}

/** The refusal to publish slots that overlap; `context.conflicts` lists them, at most 50. */
export function conflictError(found: readonly Conflict[], version: number): StudioError {
  const first = found[0];
  const words = first ? conflictWords(first) : { es: '', en: '' };
  const more = found.length - 1;
  return new StudioError(
    'conflict',
    {
      es: `No se publicó: ${words.es}${more > 0 ? ` Y ${more} más.` : ''}`,
      en: `Not published: ${words.en}${more > 0 ? ` And ${more} more.` : ''}`,
    },
    { context: { present: { version }, conflicts: found.slice(0, 50) } },
  );
}

/** Refuses a dated change that leads nowhere, is already over or collides with another change. */
export function checkChange(plan: GridPlan, change: DatedChange, now: number): void {
  const o = change.override;
  checkDate('date', o.date);
  if (o.action === 'move') checkDate('toDate', o.toDate);
  checkNames(plan.document, o);
  const after: GridPlan = { ...plan, changes: [...plan.changes, change] };
  const id = o.action === 'insert' ? `insert:${change.id}` : `${o.slot}@${o.date}`;
  const before = find(plan, o, id);
  const changed = find(after, o, id);
  if (o.action !== 'insert' && !before) {
    throw new StudioError('conflict', {
      es: `La emisión del ${o.date} está cancelada: retire primero ese cambio.`,
      en: `The airing of ${o.date} is cancelled: take that change back first.`,
    });
  }
  const over: Words = { es: 'una emisión que no haya terminado', en: 'an airing that is not over' };
  if (before && before.end <= now) throw invalid('date', over);
  if (changed && changed.end <= now) throw invalid(o.action === 'move' ? 'toDate' : 'date', over);
  if (changed) checkCollision(after, changed);
}

/** Two changed airings, or two inserted ones, may not want the same time: nobody could say which wins. */
function checkCollision(plan: GridPlan, changed: Occurrence): void {
  const others = occurrencesBetween(plan, changed.start, changed.end).filter(
    (other) => other.id !== changed.id && rankOf(other) === rankOf(changed) && rankOf(other) > 0,
  );
  const other = others[0];
  if (!other) return;
  throw new StudioError(
    'conflict',
    {
      es: `Se cruza con otro cambio: «${other.title}» el ${other.date} a las ${other.time}. Mueva o retire ese primero.`,
      en: `Overlaps another change: "${other.title}" on ${other.date} at ${other.time}. Move or take that one back first.`,
    },
    { context: { present: others.slice(0, 20) } },
  );
}

function checkNames(document: ScheduleDocument, o: Override): void {
  if (
    (o.action === 'insert' || o.action === 'replace') &&
    !document.programs.some((p) => p.id === o.program)
  ) {
    throw new StudioError('notFound', {
      es: `No existe el programa «${o.program}» en la parrilla publicada.`,
      en: `The published grid has no programme "${o.program}".`,
    });
  }
  if (o.action === 'insert') return;
  const slot = document.slots.find((s) => s.id === o.slot);
  if (!slot) {
    throw new StudioError('notFound', {
      es: `No existe el espacio «${o.slot}» en la parrilla publicada.`,
      en: `The published grid has no slot "${o.slot}".`,
    });
  }
  if (!fallsOn(slot, o.date)) {
    throw new StudioError('notFound', {
      es: `El espacio «${o.slot}» no se emite el ${o.date}.`,
      en: `The slot "${o.slot}" does not air on ${o.date}.`,
    });
  }
}

/** The occurrence `id` of a plan, looked for where the change says it was or goes. */
function find(plan: GridPlan, o: Override, id: string): Occurrence | undefined {
  const moved = plan.changes.flatMap((c) =>
    c.override.action === 'move' && `${c.override.slot}@${c.override.date}` === id
      ? [c.override.toDate]
      : [],
  );
  for (const date of new Set([o.date, ...moved])) {
    const from = instantOf(addDays(date, -1), '00:00', plan.zone);
    const to = instantOf(addDays(date, 3), '00:00', plan.zone);
    const found = occurrencesBetween(plan, from, to).find((x) => x.id === id);
    if (found) return found;
  }
  return undefined;
}

/** Instants of a range of local dates, both included; refuses one turned round or too long. */
export function checkedRange(
  from: string,
  to: string,
  zone: string,
): { start: number; end: number } {
  checkDate('from', from);
  checkDate('to', to);
  const days = dayNumber(to) - dayNumber(from) + 1;
  if (days < 1) throw invalid('to', { es: 'una fecha desde «from»', en: 'a date from "from" on' });
  if (days > maxRangeDays) {
    throw invalid('to', {
      es: `como máximo ${maxRangeDays} días`,
      en: `at most ${maxRangeDays} days`,
    });
  }
  return dayRange(from, to, zone);
}

function checkDate(path: string, date: string): void {
  if (date >= firstDate && date <= lastDate) return;
  throw invalid(path, {
    es: `una fecha entre ${firstDate} y ${lastDate}`,
    en: `a date between ${firstDate} and ${lastDate}`,
  });
}

function invalid(path: string, expected: Words): StudioError {
  const issues: Issue[] = [{ path, message: expected.en }];
  return new StudioError(
    'invalid',
    {
      es: `Dato no válido «${fieldName(path)}»: se esperaba ${expected.es}.`,
      en: `Invalid input «${path}»: expected ${expected.en}.`,
    },
    { context: { issues } },
  );
}
