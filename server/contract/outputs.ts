// Outputs: every place the program is sent to, with what is wanted (order) beside what is (state).
import { z } from 'zod';
import { command } from './command.ts';

/**
 * `rtmp` and `srt` push the program as it is; `vertical` pushes its own 9:16 encode by RTMP;
 * `recording` writes it to air's disk; `hls` serves it as the web player; `icecast` encodes its
 * audio for radio.
 */
export const outputKind = z.enum(['rtmp', 'srt', 'vertical', 'recording', 'hls', 'icecast']);
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
  'diskFull',
  'folder',
  'shed',
  'encoder',
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

/** Settings of an `icecast` output: the radio chain. */
export const radioSettings = z.strictObject({
  /** Upper edge of the AM channel, Hz. */
  lowpassHz: z.number().int().min(4500).max(10_000).default(5000),
  bitrateKbps: z.number().int().min(32).max(192).default(96),
});
export type RadioSettings = z.infer<typeof radioSettings>;

/** Settings of an `srt` output; its passphrase is the output's key. */
export const srtSettings = z.object({
  /** How long the receiver may wait for a packet to be sent again, ms. */
  latencyMs: z.number().int().min(20).max(8000).default(1000),
  streamId: z.string().max(512).nullable().default(null),
});
export type SrtSettings = z.infer<typeof srtSettings>;

/** Settings of a `vertical` output: how 16:9 becomes 9:16, and its own encode. */
export const verticalSettings = z.object({
  /** `crop` keeps a 9:16 window of the picture; `blur` the whole picture on a blurred ground. */
  fit: z.enum(['crop', 'blur']).default('crop'),
  /** Centre of the window of `crop`, 0 (left) to 1 (right). */
  focus: z.number().min(0).max(1).default(0.5),
  width: z.union([z.literal(720), z.literal(1080)]).default(720),
  videoKbps: z.number().int().min(300).max(8000).default(2500),
});
export type VerticalSettings = z.infer<typeof verticalSettings>;

/** Settings of a `recording`. */
export const recordingSettings = z.object({
  /** Length of one file, minutes; each file is itself made of fragments that survive a crash. */
  fileMinutes: z.number().int().min(1).max(240).default(30),
  /** Below this much free space it stops, loudly, and goes on when there is space again; GB. */
  minFreeGb: z.number().min(0.01).max(10_000).default(2),
});
export type RecordingSettings = z.infer<typeof recordingSettings>;

/** Settings of an `hls` web player. */
export const hlsSettings = z.object({
  /** Length of one part, ms: the latency is about three of them. */
  partMs: z.number().int().min(200).max(2000).default(500),
  /** How far back a viewer may go, s. */
  windowSeconds: z.number().int().min(8).max(600).default(30),
});
export type HlsSettings = z.infer<typeof hlsSettings>;

/** The whole settings of each kind; null: that kind has none. */
export const settingsOfKind = {
  rtmp: null,
  srt: srtSettings,
  vertical: verticalSettings,
  recording: recordingSettings,
  hls: hlsSettings,
  icecast: radioSettings,
} as const satisfies Record<OutputKind, z.ZodType | null>;

/** Settings on the wire: checked by the kind's own schema where the kind is known. */
export const outputSettings = z.record(z.string().max(40), z.unknown());
export type OutputSettings = z.infer<typeof outputSettings>;

/** What the disk says of a recording. */
export const recordingFacts = z.object({
  /** Folder and file within the recordings' folder; null before the first. */
  folder: z.string().nullable(),
  file: z.string().nullable(),
  freeBytes: z.number(),
  /** Until `minFreeGb` is reached at the present bitrate; null while nothing is written. */
  secondsLeft: z.number().nullable(),
});
export type RecordingFacts = z.infer<typeof recordingFacts>;

/** An output as everybody signed in sees it. Never a key; `url` has its secrets removed. */
export const output = z.object({
  name: z.string(),
  kind: outputKind,
  profile: z.string(),
  url: z.string(),
  hasKey: z.boolean(),
  withAir: z.boolean(),
  settings: outputSettings.nullable(),
  /** Address tried in turn when the first does not take the program (YouTube's `b.`), as shown. */
  backupUrl: z.string().nullable(),
  /** Which address is in use; null unless live or without a backup. */
  via: z.enum(['main', 'backup']).nullable(),
  /** 1 is kept longest when the uplink does not suffice. */
  priority: z.number().int(),
  /** Whether the operator allowed it to be stopped when the uplink does not suffice. */
  mayShed: z.boolean(),
  /** Stopped by uplink care just now, although ordered to run. */
  shed: z.boolean(),
  /** What it takes of the uplink while it runs, kb/s; 0 when nothing leaves the building. */
  needKbps: z.number(),
  recording: recordingFacts.nullable(),
  /** Path of the playlist people may watch, on this server; null unless `hls`. */
  playPath: z.string().nullable(),
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
  .regex(
    /^(rtmps?|srt|icecast|https?):\/\/[^\s/]+/i,
    'an address such as rtmps://host:443/app or srt://host:9000',
  );
const key = z.string().trim().min(1).max(500);
const priority = z.number().int().min(1).max(99);

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
      settings: outputSettings.optional(),
      /** null: none, even where the profile has one. */
      backupUrl: url.nullable().optional(),
      priority: priority.optional(),
      mayShed: z.boolean().optional(),
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
      /** Only the fields given change. */
      settings: outputSettings.optional(),
      backupUrl: url.nullable().optional(),
      priority: priority.optional(),
      mayShed: z.boolean().optional(),
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
