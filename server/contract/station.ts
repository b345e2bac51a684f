// The station's identity (data, never code), the health of the server's parts, and alarms.
import { z } from 'zod';
import { command } from './command.ts';

/** CSS hex colour, `#rrggbb`. */
export const hexColor = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'a colour as #rrggbb');

/** What the page needs to look like this station. From `profiles/station.json`. */
export const stationState = z.object({
  name: z.string(),
  shortName: z.string(),
  city: z.string(),
  /** IANA zone; every wall-clock time shown is in it. */
  zone: z.string(),
  locale: z.string(),
  colors: z.object({ brand: hexColor, onBrand: hexColor, slate: hexColor, onSlate: hexColor }),
  /** Words on the slate, e.g. "Ya regresamos". */
  slateText: z.string(),
  /** Encoder profile the program uses, e.g. `720p30`. */
  encoder: z.string(),
  /** Non-zero while the grid is rehearsed at another time (`STUDIO_CLOCK_OFFSET_MS`). */
  clockOffsetMs: z.number(),
});
export type StationState = z.infer<typeof stationState>;

/** One part of the server as start-up and the page report it. */
export const partState = z.object({
  /** `starting`: not there yet, and nothing wrong with that so far. */
  state: z.enum(['ok', 'starting', 'warn', 'down', 'off']),
  /** Sentence in Spanish and English: what was found. */
  text: z.string(),
  textEn: z.string(),
  since: z.number(),
});
export type PartState = z.infer<typeof partState>;
/** The parts that are always listed. */
export const partName = z.enum(['obs', 'ffmpeg', 'ingest', 'air', 'grid', 'profiles', 'store']);
export type PartName = z.infer<typeof partName>;

/** Something wrong that a person must see; stays until its cause is gone *and* somebody acknowledged it. */
export const alarm = z.object({
  id: z.string(),
  severity: z.enum(['warning', 'critical']),
  /** What happened. */
  text: z.string(),
  textEn: z.string(),
  /** What to do about it. */
  advice: z.string(),
  adviceEn: z.string(),
  since: z.number(),
  /** Epoch ms at which the cause went away; null while it lasts. */
  clearedAt: z.number().nullable(),
  seenBy: z.string().nullable(),
});
export type Alarm = z.infer<typeof alarm>;

export const stationCommands = {
  'alarm.acknowledge': command({
    role: 'operator',
    summary: 'Say that an alarm was seen; it disappears once its cause is gone too',
    input: z.strictObject({ id: z.string().min(1).max(120) }),
    output: z.object({}),
  }),
} as const;
