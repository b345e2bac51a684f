// The uplink: what the building can send, what the outputs need of it, and who yields when it is too little.
import { z } from 'zod';
import { command } from './command.ts';

export const uplinkState = z.object({
  /** As contracted or typed by a person, kb/s; null: unknown. */
  declaredKbps: z.number().nullable(),
  /** What was seen to be possible: by a test, or while a destination could not keep up; kb/s. */
  measured: z
    .object({ kbps: z.number(), at: z.number(), how: z.enum(['test', 'congestion']) })
    .nullable(),
  /** What may be used of the lower of both after the reserve; null: unknown. */
  usableKbps: z.number().nullable(),
  /** What the outputs that run, or would start with the air, need. */
  needKbps: z.number(),
  /** What leaves now, all outputs together. */
  sendingKbps: z.number(),
  /** Whether `needKbps` fits; null while nothing is known. */
  fits: z.boolean().nullable(),
  /** Whether outputs with `mayShed` may be stopped when it does not. */
  shedAllowed: z.boolean(),
  /** While `uplink.measure` runs: share done, 0 to 1. */
  measuring: z.number().nullable(),
  /** Whether there is an address to measure against. */
  canMeasure: z.boolean(),
});
export type UplinkState = z.infer<typeof uplinkState>;

export const uplinkCommands = {
  'uplink.set': command({
    role: 'operator',
    summary:
      'Say what the building can send, and whether outputs may be stopped when it is too little',
    input: z.strictObject({
      kbps: z.number().int().min(100).max(10_000_000).nullable().optional(),
      shedAllowed: z.boolean().optional(),
    }),
    output: z.object({}),
  }),
  'uplink.measure': command({
    role: 'operator',
    summary: 'Send test bytes for some seconds and measure the upload; refused while on the air',
    input: z.strictObject({}),
    output: z.object({}),
  }),
} as const;
