// The link between control and air: whole orders down, whole reports up, on socket.io namespace /air.
import { z } from 'zod';
import { airFeeding, airHealth, airSource, slateKind, streamFacts } from './air.ts';
import {
  outputCause,
  outputKind,
  outputRunState,
  outputSettings,
  recordingFacts,
} from './outputs.ts';
import { encoderProfile } from './profiles.ts';
import { hexColor } from './station.ts';
import { failure } from './failures.ts';

/** Raised when the two sides could misunderstand each other; neighbours by one still talk. */
export const airContractVersion = 2;

/** What air says when it dials control. `token` is the link's secret from the data folder. */
export const airHandshake = z.object({
  token: z.string().min(16),
  contract: z.number().int(),
  airId: z.string(),
  pid: z.number().int(),
});
export type AirHandshake = z.infer<typeof airHandshake>;

/** One output as air needs it: secrets in clear, over the link and encrypted on air's disk only. */
export const airOutputOrder = z.object({
  id: z.string(),
  kind: outputKind,
  run: z.boolean(),
  url: z.string(),
  key: z.string().nullable(),
  settings: outputSettings.nullable(),
  /** Tried in turn with `url` when that does not take the program; since contract 2. */
  backupUrl: z.string().nullable().default(null),
  /**
   * `recording` only: folder inside air's recordings folder, one per occurrence, and what is
   * written beside the files about it; since contract 2. `zone` (IANA) is the one whose clock files
   * are named by, UTC without it.
   */
  folder: z
    .object({
      name: z.string().min(1).max(200),
      about: z.record(z.string(), z.unknown()),
      zone: z.string().max(60).optional(),
    })
    .nullable()
    .default(null),
});
export type AirOutputOrder = z.infer<typeof airOutputOrder>;

/** The whole wanted state; a newer `rev` replaces the older completely. */
export const airOrder = z.object({
  contract: z.number().int(),
  rev: z.number().int(),
  issuedAt: z.number(),
  /** Whether the station is ordered on the air (the bus runs and covers losses with the slate). */
  live: z.boolean(),
  encoder: encoderProfile,
  slate: z.object({
    name: z.string(),
    text: z.string(),
    background: hexColor,
    foreground: hexColor,
  }),
  ingest: z.object({
    rtmpPort: z.number().int(),
    /** OBS publishes `/program/main?k=<programKey>`. */
    programKey: z.string(),
    /** Readers (OBS playing a field feed) use `?k=<playKey>`. */
    playKey: z.string(),
    /** A backup encoder publishes `/program/backup?k=<backupKey>`; null: none may. Since contract 2. */
    backupKey: z.string().min(16).nullable().default(null),
    /** Field feeds publish `/field/<id>?k=<key>`. */
    feeds: z.array(z.object({ id: z.string(), key: z.string() })),
  }),
  /**
   * What goes out instead of the slate when the program is lost: `backup` (the backup encoder),
   * a feed's id, or null for the slate at once. Since contract 2.
   */
  bypass: z.string().nullable().default('backup'),
  /** A person put air's own slate on, whatever arrives. Since contract 2. */
  forceSlate: z.boolean().default(false),
  /** True while OBS's program is its slate scene and nothing else: what arrives may be kept as the slate. */
  captureSlate: z.boolean().default(false),
  /**
   * What that scene looks like: a PNG of it as OBS renders it, base64. Only what looks like it is
   * kept; null, from a control before this field: whatever arrives.
   */
  slatePicture: z.string().max(100_000).nullable().default(null),
  outputs: z.array(airOutputOrder),
});
export type AirOrder = z.infer<typeof airOrder>;

/** What is, for one output. `detail` is the worker's last telling line with secrets removed. */
export const airOutputReport = z.object({
  state: outputRunState,
  since: z.number(),
  liveSince: z.number().nullable(),
  bitrateKbps: z.number(),
  sentBytes: z.number(),
  droppedFrames: z.number(),
  queueMs: z.number(),
  restarts: z.number(),
  nextRetryAt: z.number().nullable(),
  problem: z
    .object({
      // A newer air may know more causes than we do: the rest of what it says still counts.
      cause: outputCause.catch('unknown'),
      detail: z.string(),
      at: z.number(),
    })
    .nullable(),
  cpuPercent: z.number(),
  memoryMb: z.number(),
  loudnessLufs: z.number().nullable(),
  /** Seconds the output's audio has been silent (< −50 dB); null for video outputs. */
  silentSeconds: z.number().nullable(),
  via: z.enum(['main', 'backup']).nullable().default(null),
  recording: recordingFacts.nullable().default(null),
});
export type AirOutputReport = z.infer<typeof airOutputReport>;

/** What is, for one field feed. */
export const airFeedReport = z.object({
  connected: z.boolean(),
  /** Epoch ms of the last media packet; null when none came in this session. */
  lastPacketAt: z.number().nullable(),
  connectedAt: z.number().nullable(),
  remote: z.string().nullable(),
  stream: streamFacts.nullable(),
  /** Why the last session ended: `closed` by the unit, `idle` watchdog, `revoked` key. */
  lastEnd: z
    .object({ at: z.number(), reason: z.enum(['closed', 'idle', 'revoked', 'ingest']) })
    .nullable(),
});
export type AirFeedReport = z.infer<typeof airFeedReport>;

export const airReport = z.object({
  contract: z.number().int(),
  at: z.number(),
  /** The order these facts follow; null before the first. */
  orderRev: z.number().int().nullable(),
  source: airSource,
  sourceSince: z.number().nullable(),
  /**
   * Epoch ms since which it has been ordered live and has fed something, whatever, without a break;
   * null while it does not. Since contract 2 (null from an older air).
   */
  liveSince: z.number().nullable().default(null),
  program: streamFacts.nullable(),
  ingest: z.object({
    state: z.enum(['starting', 'up', 'down']),
    rtmpPort: z.number().int(),
    since: z.number(),
    restarts: z.number(),
    problem: z.enum(['portBusy', 'crashed']).nullable(),
    /** Publishers and players turned away since start (wrong key, malformed, injection). */
    refused: z.number(),
  }),
  /** What would go out now if the program were lost. */
  slate: slateKind,
  /** Whose pictures go out; since contract 2 (null from an older air). */
  feeding: airFeeding.nullable().default(null),
  /** Always-encode: pictures were left out lately, the machine is too slow; since contract 2. */
  encoderSlow: z.boolean().default(false),
  /**
   * How much later than at its session's best the encoder of the program, and of the bypass, delivers,
   * in tenths of a second; null while nothing comes, and from an older air.
   */
  programLateMs: z.number().nullable().default(null),
  bypassLateMs: z.number().nullable().default(null),
  /** `wanted`: this program's encoder has no captured slate yet; since contract 2. */
  capture: z.enum(['idle', 'wanted', 'capturing']).default('idle'),
  /** The backup encoder, while it publishes; since contract 2. */
  backup: streamFacts.nullable().default(null),
  health: airHealth.nullable().default(null),
  outputs: z.record(z.string(), airOutputReport),
  feeds: z.record(z.string(), airFeedReport),
  /** Where control reads the bus as HTTP-FLV (`/bus.flv?t=<token>`), on air's own host. */
  monitor: z.object({ port: z.number().int(), token: z.string() }).nullable(),
  ffmpegVersion: z.string().nullable(),
  cpuPercent: z.number(),
  memoryMb: z.number(),
});
export type AirReport = z.infer<typeof airReport>;

/** Answer to an order: accepted at `rev`, or why not. */
export type OrderAnswer = { ok: true; rev: number } | ({ ok: false } & z.infer<typeof failure>);

export interface ControlToAir {
  /** Fields with a default may be missing: control speaks as the air that dialled in does. */
  order: (order: z.input<typeof airOrder>, ack: (answer: OrderAnswer) => void) => void;
  /** Stop everything cleanly and exit (Ctrl-C or SIGTERM on control). */
  shutdown: (ack: () => void) => void;
}
export interface AirToControl {
  /** On every change and at least each 500 ms. */
  report: (report: AirReport) => void;
}
