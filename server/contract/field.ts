// Field units: bonded encoders and phones, each with one feed a camera.
import { z } from 'zod';
import { command } from './command.ts';
import { streamFacts } from './air.ts';

/** `live` packets arrive; `degraded` too few of them; `mute` connected but silent; `lost` was live and went; `off`. */
export const unitRunState = z.enum(['off', 'live', 'degraded', 'mute', 'lost']);
export type UnitRunState = z.infer<typeof unitRunState>;

/** One path a unit's packets take; RTMP has exactly one. */
export const unitLink = z.object({
  id: z.string(),
  label: z.string(),
  bitrateKbps: z.number(),
  rttMs: z.number().nullable(),
  lossPercent: z.number().nullable(),
  /** Epoch ms of the last packet. */
  seenAt: z.number(),
});
export type UnitLink = z.infer<typeof unitLink>;

/** One camera of a unit. */
export const unitFeed = z.object({
  id: z.string(),
  label: z.string(),
  state: unitRunState,
  since: z.number(),
  stream: streamFacts.nullable(),
  /** Why it last went away, in words; null if it never did. */
  lastLoss: z.object({ at: z.number(), text: z.string(), textEn: z.string() }).nullable(),
  /** Something about what it sends that people must change, e.g. a codec the chain cannot carry. */
  notice: z.object({ text: z.string(), textEn: z.string() }).optional(),
});
export type UnitFeed = z.infer<typeof unitFeed>;

export const unit = z.object({
  name: z.string(),
  profile: z.string(),
  /** The best of its feeds. */
  state: unitRunState,
  since: z.number(),
  bitrateKbps: z.number(),
  /** What the profile expects, for "5,8 of 6 Mb/s". */
  expectedKbps: z.number(),
  links: z.array(unitLink),
  feeds: z.array(unitFeed),
  /** Feed id shown in the scene *Campo*; null when none of this unit's is. */
  inScene: z.string().nullable(),
});
export type Unit = z.infer<typeof unit>;

export const fieldState = z.object({ units: z.record(z.string(), unit) });
export type FieldState = z.infer<typeof fieldState>;

/** What a crew types or scans to send one feed. `url` and `key` join with a slash. */
export const feedCredentials = z.object({
  id: z.string(),
  label: z.string(),
  rtmp: z.object({ url: z.string(), key: z.string() }),
});
export type FeedCredentials = z.infer<typeof feedCredentials>;

const id = z.string().min(1).max(60);

export const fieldCommands = {
  'field.createUnit': command({
    role: 'operator',
    summary: 'Add a field unit; answers the address and key of each of its feeds',
    input: z.strictObject({
      name: z.string().trim().min(1).max(60),
      profile: z.string().min(1).max(60),
    }),
    output: z.object({ id, feeds: z.array(feedCredentials) }),
  }),
  'field.removeUnit': command({
    role: 'operator',
    summary: 'Remove a unit; its keys stop working and its session is closed',
    input: z.strictObject({ id }),
    output: z.object({}),
  }),
  'field.rotateKey': command({
    role: 'operator',
    summary: 'Give a feed a new key; the old one stops working and its session is closed',
    input: z.strictObject({ id, feed: id }),
    output: feedCredentials,
  }),
  'field.credentials': command({
    role: 'operator',
    summary: "Show a unit's addresses and keys again (recorded in the audit log)",
    input: z.strictObject({ id }),
    output: z.object({ feeds: z.array(feedCredentials) }),
  }),
  'field.show': command({
    role: 'operator',
    summary: 'Show a feed in the scene Campo',
    input: z.strictObject({ id, feed: id }),
    output: z.object({}),
  }),
} as const;
