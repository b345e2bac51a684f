// What the grid shows of itself: `state.grid`, its part, and the problems ahead. Pure.
import type { GridState, Occurrence } from '../contract/grid.ts';
import type { PartState } from '../contract/station.ts';
import type { AlarmWords } from '../core/alarms.ts';
import type { Words } from '../core/errors.ts';
import type { LastAct } from './taker.ts';
import { shownOccurrence, type Segment } from './plan.ts';
import type { Hold } from './records.ts';
import { rankOf, sceneProblem, type DatedChange } from './resolve.ts';
import { instantOf, wallClock } from './wall-clock.ts';

/** The next automatic act is announced this long before, ms. */
export const announceMs = 60_000;
/** An unknown scene raises an alarm this long before it airs, ms. */
const sceneAlarmMs = 2 * 3_600_000;
const maxProblems = 50;

export type GridProblem = GridState['problems'][number];

/** All that `state.grid` is made of. */
export interface GridView {
  readonly now: number;
  readonly zone: string;
  readonly version: number;
  readonly note: string;
  readonly present: Segment | null;
  readonly next: Segment | null;
  readonly late: number | null;
  readonly hold: Hold | null;
  readonly lastAct: LastAct | null;
  readonly scenes: readonly string[] | null;
  readonly problems: readonly GridProblem[];
}

/** `state.grid` of a view. */
export function gridState(view: GridView): GridState {
  const shown = (segment: Segment | null): Occurrence | null => {
    if (!segment) return null;
    const o = shownOccurrence(segment, view.zone);
    return { ...o, problem: sceneProblem(o.scene, view.scenes) };
  };
  const { hold, next } = view;
  const announced = next && hold?.kind !== 'hold' && next.start - view.now <= announceMs;
  return {
    mode: hold ? 'manual' : 'automatic',
    hold: hold ? { by: hold.by, reason: hold.reason, since: hold.since, kind: hold.kind } : null,
    now: shown(view.present),
    next: shown(next),
    late: view.late,
    announced: announced
      ? { at: next.start, scene: next.occurrence.scene, title: next.occurrence.title }
      : null,
    lastAct: view.lastAct,
    version: view.version,
    note: view.note,
    problems: [...view.problems],
  };
}

/** What to mend ahead: scenes OBS lacks, airings another one covers whole, changes that lead nowhere. */
export function problemsAhead(input: {
  readonly now: number;
  readonly zone: string;
  readonly occurrences: readonly Occurrence[];
  readonly segments: readonly Segment[];
  readonly scenes: readonly string[] | null;
  readonly orphans: readonly DatedChange[];
}): GridProblem[] {
  const aired = new Set(input.segments.map((s) => s.occurrence.id));
  const out: GridProblem[] = [];
  for (const o of input.occurrences) {
    if (o.end <= input.now) continue;
    const problem = aired.has(o.id) ? sceneProblem(o.scene, input.scenes) : coveredBy(o, input);
    if (problem) out.push({ occurrence: o.id, title: o.title, start: o.start, ...problem });
  }
  for (const change of input.orphans) {
    const problem = orphanProblem(change, input.zone);
    if (problem.start > input.now) out.push(problem);
  }
  return out.toSorted((a, b) => a.start - b.start).slice(0, maxProblems);
}

function coveredBy(
  o: Occurrence,
  { segments }: { readonly segments: readonly Segment[] },
): { text: string; textEn: string } | null {
  const cover = segments.find((s) => s.start < o.end && s.end > o.start)?.occurrence;
  if (!cover || rankOf(cover) < rankOf(o)) return null;
  return {
    text: `«${o.title}» no saldrá: «${cover.title}» ocupa su hora.`,
    textEn: `"${o.title}" will not air: "${cover.title}" takes its time.`,
  };
}

function orphanProblem({ id, override: o }: DatedChange, zone: string): GridProblem {
  const series = o.action === 'insert' ? o.program : o.slot;
  return {
    occurrence: o.action === 'insert' ? `insert:${id}` : `${o.slot}@${o.date}`,
    title: series,
    start: instantOf(o.date, '00:00', zone),
    text: `El cambio del ${o.date} en «${series}» ya no aplica: la parrilla publicada no tiene esa emisión. Retírelo o hágalo de nuevo.`,
    textEn: `The change of ${o.date} in "${series}" no longer applies: the published grid has no such airing. Take it back or make it again.`,
  };
}

/** The alarm for the first airing soon to start whose scene OBS lacks; null when there is none. */
export function sceneAlarm(view: {
  readonly now: number;
  readonly zone: string;
  readonly scenes: readonly string[] | null;
  readonly segments: readonly Segment[];
}): AlarmWords | null {
  const soon = view.segments.find(
    (s) =>
      s.start > view.now &&
      s.start - view.now <= sceneAlarmMs &&
      sceneProblem(s.occurrence.scene, view.scenes) !== null,
  );
  if (!soon) return null;
  const { title, scene } = soon.occurrence;
  const { time } = wallClock(soon.start, view.zone);
  return {
    severity: 'warning',
    what: {
      es: `«${title}» (${time}) pide la escena «${scene}», que no existe en OBS.`,
      en: `"${title}" (${time}) wants the scene "${scene}", which OBS does not have.`,
    },
    advice: {
      es: 'Cree la escena en OBS con ese nombre exacto, o cambie la escena del espacio en la parrilla.',
      en: 'Make the scene in OBS with that exact name, or change the scene of the slot in the grid.',
    },
  };
}

/** `state.parts.grid` without its `since`. */
export function gridPart(view: {
  readonly version: number;
  readonly slots: number;
  readonly problems: number;
  readonly owed: Words | null;
  /** Why the file's schedule was not used; null when it was, or is not wanted. */
  readonly fileRefused: Words | null;
}): Omit<PartState, 'since'> {
  const { version, slots, problems, owed, fileRefused } = view;
  if (owed) {
    return {
      state: 'down',
      text: `La parrilla no ha podido poner su escena: ${owed.es}`,
      textEn: `The grid could not put its scene on air: ${owed.en}`,
    };
  }
  if (version === 0) {
    return fileRefused
      ? { state: 'warn', text: fileRefused.es, textEn: fileRefused.en }
      : {
          state: 'off',
          text: 'No hay parrilla publicada.',
          textEn: 'No grid has been published.',
        };
  }
  const base = {
    es: `Parrilla versión ${version}, ${slots} ${slots === 1 ? 'espacio' : 'espacios'}`,
    en: `Grid version ${version}, ${slots} ${slots === 1 ? 'slot' : 'slots'}`,
  };
  if (fileRefused) {
    return {
      state: 'warn',
      text: `${base.es}. ${fileRefused.es}`,
      textEn: `${base.en}. ${fileRefused.en}`,
    };
  }
  if (problems > 0) {
    return {
      state: 'warn',
      text: `${base.es}: ${problems} por corregir.`,
      textEn: `${base.en}: ${problems} to mend.`,
    };
  }
  return { state: 'ok', text: `${base.es}.`, textEn: `${base.en}.` };
}
