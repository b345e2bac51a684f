// Contract 1 of the air link, frozen as it was released: what a neighbour of that version accepts. Never updated.
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const profileId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/);
const hexColor = z.string().regex(/^#[0-9a-fA-F]{6}$/);
const outputKind = z.enum(['rtmp', 'icecast']);
const airSource = z.enum(['live', 'slate', 'off']);

const encoderProfile = z.strictObject({
  $schema: z.string().optional(),
  id: profileId,
  name: z.string().min(1).max(80),
  width: z.number().int().min(320).max(3840),
  height: z.number().int().min(180).max(2160),
  fps: z.union([z.literal(25), z.literal(30), z.literal(50), z.literal(60)]),
  videoKbps: z.number().int().min(300).max(20_000),
  audioKbps: z.number().int().min(64).max(320),
  audioRate: z.union([z.literal(44_100), z.literal(48_000)]),
  audioChannels: z.union([z.literal(1), z.literal(2)]),
  keyframeSeconds: z.number().min(0.5).max(4),
  h264Profile: z.enum(['baseline', 'main', 'high']),
  x264Preset: z.enum(['ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium']),
});

const radioSettings = z.strictObject({
  lowpassHz: z.number().int().min(4500).max(10_000).default(5000),
  bitrateKbps: z.number().int().min(32).max(192).default(96),
});

const streamFacts = z.object({
  videoCodec: z.string().nullable(),
  audioCodec: z.string().nullable(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  fps: z.number().nullable(),
  bitrateKbps: z.number(),
  keyframeSeconds: z.number().nullable(),
});

/** The order as an air of contract 1 parsed it. */
export const airOrder1 = z.object({
  contract: z.number().int(),
  rev: z.number().int(),
  issuedAt: z.number(),
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
    programKey: z.string(),
    playKey: z.string(),
    feeds: z.array(z.object({ id: z.string(), key: z.string() })),
  }),
  outputs: z.array(
    z.object({
      id: z.string(),
      kind: outputKind,
      run: z.boolean(),
      url: z.string(),
      key: z.string().nullable(),
      settings: radioSettings.nullable(),
    }),
  ),
});

const outputReport = z.object({
  state: z.enum(['idle', 'starting', 'live', 'retrying', 'stopping', 'failed']),
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
      cause: z.enum([
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
      ]),
      detail: z.string(),
      at: z.number(),
    })
    .nullable(),
  cpuPercent: z.number(),
  memoryMb: z.number(),
  loudnessLufs: z.number().nullable(),
  silentSeconds: z.number().nullable(),
});

/** The report as a control of contract 1 parsed it. */
export const airReport1 = z.object({
  contract: z.number().int(),
  at: z.number(),
  orderRev: z.number().int().nullable(),
  source: airSource,
  sourceSince: z.number().nullable(),
  program: streamFacts.nullable(),
  ingest: z.object({
    state: z.enum(['starting', 'up', 'down']),
    rtmpPort: z.number().int(),
    since: z.number(),
    restarts: z.number(),
    problem: z.enum(['portBusy', 'crashed']).nullable(),
    refused: z.number(),
  }),
  slate: z.enum(['none', 'rendered', 'captured']),
  outputs: z.record(z.string(), outputReport),
  feeds: z.record(
    z.string(),
    z.object({
      connected: z.boolean(),
      lastPacketAt: z.number().nullable(),
      connectedAt: z.number().nullable(),
      remote: z.string().nullable(),
      stream: streamFacts.nullable(),
      lastEnd: z
        .object({ at: z.number(), reason: z.enum(['closed', 'idle', 'revoked', 'ingest']) })
        .nullable(),
    }),
  ),
  monitor: z.object({ port: z.number().int(), token: z.string() }).nullable(),
  ffmpegVersion: z.string().nullable(),
  cpuPercent: z.number(),
  memoryMb: z.number(),
});

const recorded = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./contract-1-${name}.json`, import.meta.url), 'utf8'));

/** An order as a control of contract 1 sent it, and as an air of contract 1 kept it on disk. */
export const recordedOrder1 = (): z.infer<typeof airOrder1> =>
  recorded('order') as z.infer<typeof airOrder1>;

/** A report as an air of contract 1 sent it while on the slate. */
export const recordedReport1 = (): z.infer<typeof airReport1> =>
  recorded('report') as z.infer<typeof airReport1>;
