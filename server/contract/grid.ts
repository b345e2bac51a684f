// The programming grid (parrilla): what is planned, what is on now and next, and who decides.
import { z } from 'zod';
import { command } from './command.ts';

/** Local calendar date in the station's zone, `YYYY-MM-DD`. */
export const localDate = z.iso.date();
/** Local wall-clock time, `HH:MM` or `HH:MM:SS`, 24 h. */
export const localTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/, 'a time as HH:MM or HH:MM:SS, 24 h');
export const weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);
export type Weekday = z.infer<typeof weekday>;
const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'lower case letters, digits and dashes');

/** A programme: identity that exists without the calendar. */
export const program = z.strictObject({
  id,
  name: z.string().min(1).max(120),
  /** City department (dependencia) that owns it. */
  department: z.string().min(1).max(120),
  description: z.string().max(500).default(''),
  genre: z.string().max(60).default(''),
  accessibility: z.strictObject({ signLanguage: z.boolean(), captions: z.boolean() }),
});
export type Program = z.infer<typeof program>;

/** The recurrence subset of grid.md; anything else is refused. */
export const recurrence = z.discriminatedUnion('freq', [
  z.strictObject({
    freq: z.literal('daily'),
    interval: z.number().int().min(1).max(52).default(1),
  }),
  z.strictObject({
    freq: z.literal('weekly'),
    interval: z.number().int().min(1).max(52).default(1),
    weekdays: z.array(weekday).min(1).max(7),
  }),
  /** The nth such weekday of the month (−1 = last), or a day of the month. */
  z.strictObject({
    freq: z.literal('monthly'),
    interval: z.number().int().min(1).max(12).default(1),
    nth: z
      .strictObject({
        n: z.union([
          z.literal(1),
          z.literal(2),
          z.literal(3),
          z.literal(4),
          z.literal(5),
          z.literal(-1),
        ]),
        weekday,
      })
      .optional(),
    dayOfMonth: z.number().int().min(1).max(31).optional(),
  }),
]);
export type Recurrence = z.infer<typeof recurrence>;

/** A slot: a series in the grid. Stored as local date and time, never as UTC. */
export const slot = z.strictObject({
  id,
  program: id,
  recurrence,
  /** First and last local dates it may fall on; interval counts from `from`. */
  from: localDate,
  until: localDate.optional(),
  extra: z.array(localDate).max(400).default([]),
  except: z.array(localDate).max(400).default([]),
  start: localTime,
  durationMinutes: z.number().positive().max(1440),
  scene: z.string().min(1).max(200),
});
export type Slot = z.infer<typeof slot>;

/** `schedules/<id>.json` and the input of `grid.publish`. */
export const scheduleDocument = z
  .strictObject({
    $schema: z.string().optional(),
    id,
    /** Shown with the grid, e.g. "times are examples". */
    note: z.string().max(500).default(''),
    programs: z.array(program).max(500),
    slots: z.array(slot).max(2000),
  })
  .superRefine((doc, ctx) => {
    const programs = new Set<string>();
    doc.programs.forEach((p, i) => {
      if (programs.has(p.id))
        ctx.addIssue({
          code: 'custom',
          path: ['programs', i, 'id'],
          message: 'an id not used before',
        });
      programs.add(p.id);
    });
    const slots = new Set<string>();
    doc.slots.forEach((s, i) => {
      if (!programs.has(s.program))
        ctx.addIssue({
          code: 'custom',
          path: ['slots', i, 'program'],
          message: 'the id of a programme in "programs"',
        });
      if (slots.has(s.id))
        ctx.addIssue({
          code: 'custom',
          path: ['slots', i, 'id'],
          message: 'an id not used before',
        });
      slots.add(s.id);
      if (
        s.recurrence.freq === 'monthly' &&
        (s.recurrence.nth === undefined) === (s.recurrence.dayOfMonth === undefined)
      )
        ctx.addIssue({
          code: 'custom',
          path: ['slots', i, 'recurrence'],
          message: 'either "nth" or "dayOfMonth"',
        });
    });
  });
export type ScheduleDocument = z.infer<typeof scheduleDocument>;

/** A dated change of one occurrence, keyed by slot + original local date (as RECURRENCE-ID), or an insert. */
export const override = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('cancel'), slot: id, date: localDate }),
  z.strictObject({
    action: z.literal('move'),
    slot: id,
    date: localDate,
    toDate: localDate,
    toStart: localTime,
  }),
  z.strictObject({
    action: z.literal('resize'),
    slot: id,
    date: localDate,
    durationMinutes: z.number().positive().max(1440),
  }),
  z.strictObject({
    action: z.literal('replace'),
    slot: id,
    date: localDate,
    program: id,
    scene: z.string().min(1).max(200).optional(),
  }),
  z.strictObject({
    action: z.literal('insert'),
    program: id,
    date: localDate,
    start: localTime,
    durationMinutes: z.number().positive().max(1440),
    scene: z.string().min(1).max(200),
  }),
]);
export type Override = z.infer<typeof override>;

/** One airing, derived: a pure function of slots and overrides. Times in epoch ms. */
export const occurrence = z.object({
  /** `<slot>@<original local date>` or `insert:<override id>`. */
  id: z.string(),
  slot: z.string().nullable(),
  program: z.string(),
  title: z.string(),
  department: z.string(),
  start: z.number(),
  end: z.number(),
  /** Local date and time it starts at, as people say it. */
  date: z.string(),
  time: z.string(),
  scene: z.string(),
  layer: z.enum(['grid', 'override']),
  signLanguage: z.boolean(),
  captions: z.boolean(),
  /** Something to mend before it airs, e.g. its scene does not exist. */
  problem: z.object({ text: z.string(), textEn: z.string() }).nullable(),
});
export type Occurrence = z.infer<typeof occurrence>;

export const gridState = z.object({
  /** Who decides: `automatic` the grid, `manual` a person (held, or took over). */
  mode: z.enum(['automatic', 'manual']),
  /** Why manual and since when; null while automatic. */
  hold: z
    .object({
      by: z.string(),
      reason: z.string(),
      since: z.number(),
      kind: z.enum(['hold', 'takeover']),
    })
    .nullable(),
  now: occurrence.nullable(),
  next: occurrence.nullable(),
  /** How late the present occurrence's scene went on air, ms; null while nothing is on. */
  late: z.number().nullable(),
  /** The next automatic act, announced; null when there is none within a minute or the grid is held. */
  announced: z.object({ at: z.number(), scene: z.string(), title: z.string() }).nullable(),
  /** The last automatic act and whether it worked. */
  lastAct: z
    .object({
      at: z.number(),
      scene: z.string(),
      title: z.string(),
      ok: z.boolean(),
      text: z.string(),
      textEn: z.string(),
    })
    .nullable(),
  version: z.number().int(),
  note: z.string(),
  problems: z.array(
    z.object({
      occurrence: z.string(),
      title: z.string(),
      start: z.number(),
      text: z.string(),
      textEn: z.string(),
    }),
  ),
});
export type GridState = z.infer<typeof gridState>;

export const gridCommands = {
  'grid.publish': command({
    role: 'producer',
    summary:
      'Publish a new version of the weekly grid; refused with the list of conflicts when slots overlap',
    input: scheduleDocument,
    output: z.object({ version: z.number().int() }),
  }),
  'grid.override': command({
    role: 'producer',
    summary: 'Change one date without touching the series, or insert a single airing',
    input: z.intersection(override, z.strictObject({ reason: z.string().trim().min(1).max(200) })),
    output: z.object({ id: z.string() }),
  }),
  'grid.removeOverride': command({
    role: 'producer',
    summary: 'Take a dated change back',
    input: z.strictObject({ id: z.string().min(1).max(60) }),
    output: z.object({}),
  }),
  'grid.hold': command({
    role: 'operator',
    summary: 'Keep what is on air: the grid changes nothing until released',
    input: z.strictObject({ reason: z.string().trim().min(1).max(200).optional() }),
    output: z.object({}),
  }),
  'grid.release': command({
    role: 'operator',
    summary: 'Give the air back to the grid, which joins what should be on now',
    input: z.strictObject({}),
    output: z.object({}),
  }),
  'grid.week': command({
    role: 'viewer',
    summary: 'Occurrences between two local dates, both included, at most 62 days',
    input: z.strictObject({ from: localDate, to: localDate }),
    output: z.object({
      zone: z.string(),
      version: z.number().int(),
      note: z.string(),
      occurrences: z.array(occurrence),
      overrides: z.array(
        z.object({ id: z.string(), override, reason: z.string(), by: z.string(), at: z.number() }),
      ),
    }),
  }),
} as const;
