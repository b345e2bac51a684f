// The air: whether the program is going out, from what, and the ingest that receives it.
import { z } from 'zod';
import { command } from './command.ts';

/** What the destinations are being fed right now. */
export const airSource = z.enum(['live', 'slate', 'off']);
export type AirSource = z.infer<typeof airSource>;

/** Technical facts of a stream as measured on its packets. */
export const streamFacts = z.object({
  videoCodec: z.string().nullable(),
  audioCodec: z.string().nullable(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  fps: z.number().nullable(),
  bitrateKbps: z.number(),
  /** Seconds between the last two key frames; null until two were seen. */
  keyframeSeconds: z.number().nullable(),
});
export type StreamFacts = z.infer<typeof streamFacts>;

export const airState = z.object({
  /** Whether the air process is talking to control. */
  connected: z.boolean(),
  /** Wanted: set by `air.goLive` and `air.stop`. */
  order: z.enum(['live', 'stop']),
  /** True while the station is on the air: ordered live and being fed, or any video output live. */
  onAir: z.boolean(),
  source: airSource,
  /** Epoch ms at which `onAir` became true; null when off. */
  since: z.number().nullable(),
  /** Epoch ms at which `source` last changed. */
  sourceSince: z.number().nullable(),
  program: streamFacts.nullable(),
  ingest: z.object({
    state: z.enum(['starting', 'up', 'down']),
    rtmpPort: z.number(),
    since: z.number(),
    restarts: z.number(),
    text: z.string(),
    textEn: z.string(),
  }),
  /** Which slate would go out: none until one was rendered. */
  slate: z.enum(['none', 'rendered', 'captured']),
  cpuPercent: z.number(),
  memoryMb: z.number(),
  /** Epoch ms of the last report received. */
  reportedAt: z.number().nullable(),
});
export type AirState = z.infer<typeof airState>;

export const airCommands = {
  'air.goLive': command({
    role: 'operator',
    summary: 'Send the program into the ingest and start every output with `withAir`',
    input: z.strictObject({}),
    output: z.object({ started: z.array(z.string()) }),
  }),
  'air.stop': command({
    role: 'operator',
    summary: 'Stop every output with `withAir` and the program itself',
    input: z.strictObject({}),
    output: z.object({ stopped: z.array(z.string()) }),
  }),
} as const;
