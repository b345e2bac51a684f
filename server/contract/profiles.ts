// The shapes of the files in profiles/: the station's defaults and import/export format.
import { z } from 'zod';
import { command } from './command.ts';
import { outputKind, outputSettings } from './outputs.ts';
import { hexColor } from './station.ts';

const originWords = 'an origin without a path, such as https://www.example.org';

/** File-name id: lower case letters, digits and dashes. */
export const profileId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'lower case letters, digits and dashes');

/** A web origin as browsers write it: scheme, host and a port that is not the scheme's own; no path. */
const webOrigin = z
  .string()
  .max(260)
  .regex(/^https?:\/\/[a-z0-9.-]+(:[0-9]{1,5})?$/, { error: originWords, abort: true })
  .refine((text) => URL.parse(text)?.origin === text, originWords);

const publicHostWords =
  'a name or address without scheme or path, such as studio.example.org or studio.example.org:1935';

/** A host as an address carries it, with a port where that is not ours. */
const publicHost = z
  .string()
  .max(260)
  .regex(/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)(:[1-9][0-9]{0,4})?$/, {
    error: publicHostWords,
    abort: true,
  })
  .refine((text) => URL.canParse(`http://${text}/`), publicHostWords);

/** `profiles/station.json`: identity and choices of this station. */
export const stationProfile = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().min(1).max(80),
  shortName: z.string().min(1).max(24),
  city: z.string().min(1).max(80),
  zone: z.string().min(1).max(60),
  locale: z.string().min(2).max(20),
  /**
   * Under which name this server is reached from outside, for the addresses that are handed to crews;
   * null: the one that whoever asks for them used.
   */
  publicHost: publicHost.nullable().default(null),
  colors: z.strictObject({
    brand: hexColor,
    onBrand: hexColor,
    slate: hexColor,
    onSlate: hexColor,
  }),
  slateText: z.string().min(1).max(80),
  encoder: profileId,
  /** File of profiles/obs/ that a managed OBS is generated from. */
  obs: profileId,
  schedule: profileId,
  /** When picture and sound raise an alarm. */
  health: z
    .strictObject({
      blackSeconds: z.number().min(1).max(600).default(5),
      frozenSeconds: z.number().min(2).max(600).default(10),
      silentSeconds: z.number().min(1).max(600).default(10),
      clippedSeconds: z.number().min(1).max(10).default(2),
      /** Programme loudness aimed at, LUFS (EBU R 128: −23; web platforms: about −16). */
      targetLufs: z.number().min(-40).max(-5).default(-18),
      /** How far short-term loudness may be from it for half a minute, LU. */
      toleranceLu: z.number().min(1).max(30).default(8),
    })
    .prefault({}),
  /** The building's upload; people may change it on screen. */
  uplink: z
    .strictObject({
      /** As contracted or measured, kb/s; null: unknown. */
      kbps: z.number().int().min(100).max(10_000_000).nullable().default(null),
      /** Kept free for everything else, percent. */
      reservePercent: z.number().min(0).max(90).default(20),
      /** Where `uplink.measure` sends its test bytes by HTTP POST; null: nowhere. */
      testUrl: z
        .url({ protocol: /^https?$/ })
        .nullable()
        .default(null),
    })
    .prefault({}),
  /** The public player, `/en-vivo`. */
  player: z
    .strictObject({
      /** Sites whose pages may show it in a frame; nobody else may, and no other page at all. */
      framedBy: z.array(webOrigin).max(20).default([]),
    })
    .prefault({}),
});
export type StationProfile = z.infer<typeof stationProfile>;

/** `profiles/encoders/<id>.json`: the program's encoding, set in OBS and used for the slate. */
export const encoderProfile = z.strictObject({
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
  /** Facebook and YouTube want 2; nothing can cut, join or return faster than this. */
  keyframeSeconds: z.number().min(0.5).max(4),
  h264Profile: z.enum(['baseline', 'main', 'high']),
  x264Preset: z.enum(['ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium']),
  /** All that goes out passes one encoder of air's own: anything may change upstream, for half a core. */
  alwaysEncode: z.boolean().default(false),
});
export type EncoderProfile = z.infer<typeof encoderProfile>;

/** Sentence in both languages. */
export const bilingual = z.strictObject({ es: z.string().min(1), en: z.string().min(1) });

/** `profiles/destinations/<id>.json`: a platform, its limits and what to check before going live. */
export const destinationProfile = z.strictObject({
  $schema: z.string().optional(),
  id: profileId,
  name: z.string().min(1).max(80),
  kind: outputKind,
  /** Used when the person gives none; null where every station has its own. */
  defaultUrl: z.string().nullable(),
  /** Address schemes this platform accepts. */
  schemes: z.array(z.enum(['rtmp', 'rtmps', 'srt', 'icecast', 'http', 'https'])),
  /** Tried in turn with the address when that does not take the program. */
  backupUrl: z.string().nullable().default(null),
  /** 1 is kept longest when the uplink does not suffice. */
  priority: z.number().int().min(1).max(99).default(50),
  keyRequired: z.boolean(),
  limits: z.strictObject({
    maxVideoKbps: z.number().int().nullable(),
    minVideoKbps: z.number().int().nullable(),
    maxAudioKbps: z.number().int().nullable(),
    maxKeyframeSeconds: z.number().nullable(),
    maxHeight: z.number().int().nullable(),
    maxHours: z.number().nullable(),
  }),
  /** Settings a new destination of this profile starts with; null: those of its kind. */
  settings: outputSettings.nullable(),
  /** What a person checks before going live, in order. */
  checks: z.array(bilingual),
});
export type DestinationProfile = z.infer<typeof destinationProfile>;

/** `profiles/units/<id>.json`: a kind of field unit. */
export const unitProfile = z.strictObject({
  $schema: z.string().optional(),
  id: profileId,
  name: z.string().min(1).max(80),
  feeds: z
    .array(z.strictObject({ label: z.string().min(1).max(40) }))
    .min(1)
    .max(8),
  expectedKbps: z.number().int().min(100).max(50_000),
  /** Below this share of `expectedKbps` a live feed shows as degraded. */
  degradedBelow: z.number().min(0.05).max(0.95),
  hint: bilingual,
});
export type UnitProfile = z.infer<typeof unitProfile>;

/** A source of an OBS profile: `settings` go to OBS as they are; words in {braces} come from the station. */
const obsSource = z.strictObject({
  name: z.string().min(1).max(120),
  /** OBS input kind, e.g. `color_source_v3`. */
  kind: z.string().min(1).max(80),
  settings: z.record(z.string(), z.unknown()),
  volumeDb: z.number().min(-100).max(26).optional(),
  muted: z.boolean().optional(),
});

/** A source placed in a scene, in pixels of the canvas of 1920×1080 (scaled to the encoder's). */
const obsItem = z.strictObject({
  source: z.string().min(1).max(120),
  visible: z.boolean().default(true),
  x: z.number().default(0),
  y: z.number().default(0),
  width: z.number().positive().optional(),
  height: z.number().positive().optional(),
});

/** `profiles/obs/<id>.json`: the scene collection a managed OBS starts with. */
export const obsProfile = z.strictObject({
  $schema: z.string().optional(),
  id: profileId,
  name: z.string().min(1).max(80),
  sources: z.array(obsSource).min(1),
  scenes: z
    .array(z.strictObject({ name: z.string().min(1).max(120), items: z.array(obsItem) }))
    .min(1),
  /** Scene shown while there is nothing else to show; also `switcher.panic`. */
  slateScene: z.string().min(1),
  startScene: z.string().min(1),
  /** Media source that plays the field feed chosen for air. */
  fieldSource: z.string().min(1),
  fieldScene: z.string().min(1),
  lowerThird: z.string().min(1),
  transition: z.strictObject({
    name: z.string().min(1),
    kind: z.string().min(1),
    durationMs: z.number().int().min(0).max(20_000),
  }),
});
export type ObsProfile = z.infer<typeof obsProfile>;

/** What was wrong with a file of profiles/ or schedules/: which file, where in it, what was expected. */
export const libraryProblem = z.object({
  /** Relative to the project, e.g. `profiles/station.json`. */
  file: z.string(),
  /** JSON path joined by dots, e.g. `slots.3.start`; empty for the whole file. */
  path: z.string(),
  /** 1-based place in the text; null when the file could not be read at all. */
  line: z.number().int().nullable(),
  column: z.number().int().nullable(),
  /** What was expected there, Spanish; `expectedEn` English. */
  expected: z.string(),
  expectedEn: z.string(),
});
export type LibraryProblem = z.infer<typeof libraryProblem>;

export const libraryCommands = {
  'library.list': command({
    role: 'viewer',
    summary: 'The profiles a person can choose from, and what was wrong with the files left out',
    input: z.strictObject({}),
    output: z.object({
      destinations: z.array(destinationProfile),
      encoders: z.array(encoderProfile),
      units: z.array(unitProfile),
      problems: z.array(libraryProblem),
    }),
  }),
} as const;
