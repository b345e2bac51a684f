// Outputs: every place the program is sent to, with what is wanted (order) beside what is (state).
import { z } from 'zod';
import { command } from './command.ts';

/** `rtmp` pushes video and audio by `-c copy`; `icecast` encodes the program's audio for radio. */
export const outputKind = z.enum(['rtmp', 'icecast']);
export type OutputKind = z.infer<typeof outputKind>;

/** What is: reported by the air process, never guessed. */
export const outputRunState = z.enum([
  'idle',
  'starting',
  'live',
  'retrying',
  'stopping',
  'failed',
]);
export type OutputRunState = z.infer<typeof outputRunState>;

/** Why an output is not live; closed, each with its own explanation for people. */
export const outputCause = z.enum([
  'refused',
  'unresolved',
  'rejected',
  'kicked',
  'certificate',
  'timeout',
  'stalled',
  'slow',
  'unauthorized',
  'mountTaken',
  'noProgram',
  'spawn',
  'unknown',
]);
export type OutputCause = z.infer<typeof outputCause>;

/** The cause in words a person can act on; `detail` is the worker's own last line, keys removed. */
export const outputProblem = z.object({
  cause: outputCause,
  text: z.string(),
  textEn: z.string(),
  detail: z.string(),
  at: z.number(),
});
export type OutputProblem = z.infer<typeof outputProblem>;

/** Settings of an `icecast` output: the radio chain. */
export const radioSettings = z.strictObject({
  /** Upper edge of the AM channel, Hz. */
  lowpassHz: z.number().int().min(4500).max(10_000).default(5000),
  bitrateKbps: z.number().int().min(32).max(192).default(96),
});
export type RadioSettings = z.infer<typeof radioSettings>;

/** An output as everybody signed in sees it. Never a key; `url` has its secrets removed. */
export const output = z.object({
  name: z.string(),
  kind: outputKind,
  profile: z.string(),
  url: z.string(),
  hasKey: z.boolean(),
  withAir: z.boolean(),
  settings: radioSettings.nullable(),
  order: z.enum(['start', 'stop']),
  state: outputRunState,
  /** Epoch ms at which `state` was entered. */
  since: z.number(),
  /** Epoch ms of the present session's first byte accepted; null unless live. */
  liveSince: z.number().nullable(),
  bitrateKbps: z.number(),
  sentBytes: z.number(),
  /** Frames dropped to protect the others because this destination was slow. */
  droppedFrames: z.number(),
  /** Age of the oldest frame waiting for this destination, ms. */
  queueMs: z.number(),
  restarts: z.number(),
  nextRetryAt: z.number().nullable(),
  problem: outputProblem.nullable(),
  cpuPercent: z.number(),
  memoryMb: z.number(),
  /** Radio only: loudness now (LUFS, 3 s) and how long it has been silent (s). */
  loudnessLufs: z.number().nullable(),
  silentSeconds: z.number().nullable(),
});
export type Output = z.infer<typeof output>;

export const outputId = z.string().min(1).max(60);
const name = z.string().trim().min(1).max(60);
const url = z
  .string()
  .trim()
  .max(500)
  .regex(/^(rtmps?|icecast|https?):\/\/[^\s/]+/i, 'an address such as rtmps://host:443/app');
const key = z.string().trim().min(1).max(500);

export const outputCommands = {
  'output.create': command({
    role: 'operator',
    summary:
      'Add a destination from a profile; `url` may be left out where the profile has an address',
    input: z.strictObject({
      name,
      profile: z.string().min(1).max(60),
      url: url.optional(),
      key: key.optional(),
      withAir: z.boolean().default(true),
      settings: radioSettings.optional(),
    }),
    output: z.object({ id: outputId }),
  }),
  'output.update': command({
    role: 'operator',
    summary:
      'Change a destination; one on the air is restarted alone when its address or key changes',
    input: z.strictObject({
      id: outputId,
      name: name.optional(),
      url: url.optional(),
      key: key.optional(),
      withAir: z.boolean().optional(),
      settings: radioSettings.optional(),
    }),
    output: z.object({}),
  }),
  'output.remove': command({
    role: 'operator',
    summary: 'Remove a destination; refused while it is ordered to run',
    input: z.strictObject({ id: outputId }),
    output: z.object({}),
  }),
  'output.start': command({
    role: 'operator',
    summary: 'Order one destination to run',
    input: z.strictObject({ id: outputId }),
    output: z.object({}),
  }),
  'output.stop': command({
    role: 'operator',
    summary: 'Order one destination to stop',
    input: z.strictObject({ id: outputId }),
    output: z.object({}),
  }),
} as const;
