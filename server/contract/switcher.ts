// The switcher: OBS as it reported itself, and the commands that change it.
import { z } from 'zod';
import { command } from './command.ts';

/** `badPassword` retries when the setting changes; `notReady` is OBS still loading. */
export const switcherConnection = z.enum([
  'off',
  'connecting',
  'connected',
  'disconnected',
  'badPassword',
  'notReady',
]);
export type SwitcherConnection = z.infer<typeof switcherConnection>;

/** One thing inside a scene. */
export const sceneItem = z.object({
  id: z.number().int(),
  source: z.string(),
  enabled: z.boolean(),
});

/** A scene; `uuid` where OBS has them (obs-websocket ≥ 5.4). */
export const scene = z.object({
  name: z.string(),
  uuid: z.string().nullable(),
  items: z.array(sceneItem),
});
export type Scene = z.infer<typeof scene>;

/** An audio-capable input. `volumeDb` −100…26. */
export const audioInput = z.object({
  name: z.string(),
  kind: z.string(),
  muted: z.boolean(),
  volumeDb: z.number(),
});
export type AudioInput = z.infer<typeof audioInput>;

/** A text source, e.g. the lower third. */
export const textInput = z.object({ name: z.string(), text: z.string() });
export type TextInput = z.infer<typeof textInput>;

export const switcherState = z.object({
  connection: switcherConnection,
  /** `attached` to a person's OBS or `managed` by this server. */
  ownership: z.enum(['attached', 'managed', 'none']),
  /** What is wrong and what to do, while not connected; or connected, while OBS answers late. */
  problem: z.object({ text: z.string(), textEn: z.string() }).nullable(),
  obsVersion: z.string().nullable(),
  program: z.string().nullable(),
  preview: z.string().nullable(),
  studioMode: z.boolean(),
  scenes: z.array(scene),
  transition: z.object({
    name: z.string().nullable(),
    durationMs: z.number().nullable(),
    available: z.array(z.string()),
    /** `leaving` the old scene, `mixing`, or `settled`. */
    phase: z.enum(['settled', 'leaving', 'mixing']),
    to: z.string().nullable(),
  }),
  /** Who caused the present program: a login name, `grid`, or `obs` when somebody used OBS itself. */
  programBy: z.string().nullable(),
  programSince: z.number().nullable(),
  /** Scene that `switcher.panic` and the slate use, when it exists. */
  slateScene: z.string().nullable(),
  /** The scene that the slate scene replaced on the program; null while that is not on, or when nobody knows. */
  beforeSlate: z.string().nullable(),
  inputs: z.array(audioInput),
  texts: z.array(textInput),
  streaming: z.enum(['off', 'starting', 'on', 'stopping', 'reconnecting']),
  /** OBS's own encoder as read back, and what about it endangers the air. */
  encoder: z.object({
    width: z.number().nullable(),
    height: z.number().nullable(),
    fps: z.number().nullable(),
    droppedFrames: z.number(),
    renderSkipped: z.number(),
    cpuPercent: z.number().nullable(),
    warning: z.object({ text: z.string(), textEn: z.string() }).nullable(),
  }),
});
export type SwitcherState = z.infer<typeof switcherState>;

/** A scene or input name as OBS has it. */
export const sceneName = z.string().min(1).max(200);
const durationMs = z.number().int().min(0).max(20_000);
const empty = z.object({});
/** Answer of whatever moves the program: the scene reported on air after it. */
const program = z.object({ program: z.string() });

export const switcherCommands = {
  'switcher.preview': command({
    role: 'operator',
    summary: 'Put a scene in preview (studio mode)',
    input: z.strictObject({ scene: sceneName }),
    output: z.object({ preview: z.string() }),
  }),
  'switcher.take': command({
    role: 'operator',
    summary:
      'Put the preview on air with a transition; `conflict` when the program is not the one expected',
    input: z.strictObject({
      expectProgram: sceneName,
      transition: z.string().min(1).max(200).optional(),
      durationMs: durationMs.optional(),
    }),
    output: program,
  }),
  'switcher.cut': command({
    role: 'operator',
    summary: 'Put a scene on air at once; `conflict` when the program is not the one expected',
    input: z.strictObject({ scene: sceneName, expectProgram: sceneName }),
    output: program,
  }),
  'switcher.panic': command({
    role: 'operator',
    summary:
      'Put the slate scene on air at once, whatever is on; air’s own when OBS does not. With `on: false` take off whichever is on: the scene it replaced comes back; `notFound` when nobody knows which',
    /** Without `on` it goes on. */
    input: z.strictObject({ on: z.boolean().optional() }),
    /** `forced`: OBS did not take its slate scene, so air's own covers it until it is taken off. */
    output: z.object({ program: z.string().nullable(), forced: z.boolean() }),
  }),
  'switcher.mute': command({
    role: 'operator',
    summary: 'Mute or unmute an input',
    input: z.strictObject({ input: sceneName, muted: z.boolean() }),
    output: empty,
  }),
  'switcher.volume': command({
    role: 'operator',
    summary: 'Set the volume of an input in dB',
    input: z.strictObject({ input: sceneName, db: z.number().min(-100).max(26) }),
    output: empty,
  }),
  'switcher.item': command({
    role: 'operator',
    summary: 'Show or hide one item of a scene',
    input: z.strictObject({
      scene: sceneName,
      item: z.number().int().min(0),
      enabled: z.boolean(),
    }),
    output: empty,
  }),
  'switcher.text': command({
    role: 'operator',
    summary: 'Set the words of a text input, e.g. the lower third',
    input: z.strictObject({ input: sceneName, text: z.string().max(500) }),
    output: empty,
  }),
  'switcher.caption': command({
    role: 'operator',
    summary: "Send a caption (CEA-608) into the stream's video; needs OBS streaming",
    input: z.strictObject({ text: z.string().min(1).max(200) }),
    output: empty,
  }),
  'switcher.studioMode': command({
    role: 'operator',
    summary: 'Enter or leave studio mode',
    input: z.strictObject({ enabled: z.boolean() }),
    output: empty,
  }),
  'switcher.transition': command({
    role: 'operator',
    summary: 'Choose the transition of the next take and its duration',
    input: z.strictObject({ name: z.string().min(1).max(200), durationMs: durationMs.optional() }),
    output: empty,
  }),
} as const;
