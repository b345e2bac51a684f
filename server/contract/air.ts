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

/** Whose pictures go out: OBS's program, the bypass (a backup encoder or a field feed), the slate. */
export const airFeeding = z.enum(['program', 'bypass', 'slate', 'off']);
export type AirFeeding = z.infer<typeof airFeeding>;

/**
 * The slate's ladder, best first: `captured` from OBS's own slate scene (same encoder, so that no
 * decoder notices), `encoded` (always-encode: one encoder for all that goes out), `rendered` in the
 * encoder profile's settings, `freeze` (the last picture with silence), `none`.
 */
export const slateKind = z.enum(['none', 'freeze', 'rendered', 'captured', 'encoded']);
export type SlateKind = z.infer<typeof slateKind>;

/** Picture and sound as sent, measured by air; null where nothing is measured. */
export const airHealth = z.object({
  /** Seconds for which it has been so; 0 while it is fine. */
  blackSeconds: z.number().nullable(),
  frozenSeconds: z.number().nullable(),
  silentSeconds: z.number().nullable(),
  /** Seconds of the last ten in which samples reached full scale. */
  clippedSeconds: z.number().nullable(),
  /** EBU R128: 400 ms, 3 s, and since the program went on; LUFS. */
  momentaryLufs: z.number().nullable(),
  shortTermLufs: z.number().nullable(),
  integratedLufs: z.number().nullable(),
  /** Loudness range, LU. */
  rangeLu: z.number().nullable(),
  /** Highest true peak of the last three seconds, dBTP. */
  truePeakDb: z.number().nullable(),
  cpuPercent: z.number(),
  memoryMb: z.number(),
});
export type AirHealth = z.infer<typeof airHealth>;

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
  /** Which slate would go out. */
  slate: slateKind,
  feeding: airFeeding,
  /** The encoder of all that goes out left pictures out lately: this machine is too slow for it. */
  encoderSlow: z.boolean(),
  /** How late, before air, the program and the bypass are delivered (see the report); null if unknown. */
  programLateMs: z.number().nullable(),
  bypassLateMs: z.number().nullable(),
  /** A person put air's own slate on; who, and since when. */
  forced: z.object({ by: z.string(), since: z.number() }).nullable(),
  /** What goes out instead of the slate on a loss: `backup`, a feed's id, or null. */
  bypass: z.string().nullable(),
  /** The backup encoder, while it publishes. */
  backup: streamFacts.nullable(),
  /** Set while going live waits for the slate to be captured from OBS; epoch ms of its deadline. */
  preparing: z.object({ until: z.number() }).nullable(),
  health: airHealth.nullable(),
  cpuPercent: z.number(),
  memoryMb: z.number(),
  /** Epoch ms of the last report received. */
  reportedAt: z.number().nullable(),
});
export type AirState = z.infer<typeof airState>;

/** Id of the alarm that says that the program is delivered late. */
export const lateAlarmId = 'air-late';

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
  'air.slate': command({
    role: 'operator',
    summary: 'Put air’s own slate on the air whatever OBS does, or take it off again',
    input: z.strictObject({ on: z.boolean() }),
    output: z.object({}),
  }),
  'air.bypass': command({
    role: 'operator',
    summary:
      'Choose what goes out when OBS is lost: the backup encoder, a field feed, or the slate',
    input: z.strictObject({ source: z.string().min(1).max(60).nullable() }),
    output: z.object({}),
  }),
  'air.backupKey': command({
    role: 'operator',
    summary: 'Address and key for a backup encoder; `rotate` makes a new key first',
    input: z.strictObject({ rotate: z.boolean().default(false) }),
    output: z.object({ url: z.string(), key: z.string() }),
  }),
} as const;
