// An OBS profile of the station → the JSON of a scene collection as OBS 29 saves it.
import type { ObsProfile } from '../contract/profiles.ts';
import { fillSettings, type StationWords } from './obs-words.ts';

/** OBS's own picture size; profiles are drawn for 1920×1080 and scaled to it. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
}

const drawnWidth = 1920;
const everyMixer = 255;
/** OBS bounds: keep the source's shape inside the box. */
const scaleInside = 2;
const topLeft = 5;

type Item = ObsProfile['scenes'][number]['items'][number];

/** The file `basic/scenes/<name>.json`. `startScene` is on air when OBS opens. */
export function sceneCollection(
  name: string,
  profile: ObsProfile,
  canvas: Canvas,
  words: StationWords,
  startScene = profile.startScene,
): Record<string, unknown> {
  const scale = canvas.width / drawnWidth;
  return {
    name,
    current_scene: startScene,
    current_program_scene: startScene,
    scene_order: profile.scenes.map((s) => ({ name: s.name })),
    sources: [
      ...profile.sources.map((s) => source(s, words)),
      ...profile.scenes.map((s) => scene(s.name, s.items, scale)),
    ],
    transitions: [{ id: profile.transition.kind, name: profile.transition.name, settings: {} }],
    current_transition: profile.transition.name,
    transition_duration: profile.transition.durationMs,
    groups: [],
    quick_transitions: [],
    saved_projectors: [],
    preview_locked: false,
    modules: {},
  };
}

function source(
  { name, kind, settings, volumeDb, muted }: ObsProfile['sources'][number],
  words: StationWords,
): Record<string, unknown> {
  return {
    ...common(name, kind),
    mixers: everyMixer,
    muted: muted ?? false,
    volume: volumeDb === undefined ? 1 : 10 ** (volumeDb / 20),
    settings: fillSettings(settings, words),
  };
}

function scene(name: string, items: readonly Item[], scale: number): Record<string, unknown> {
  return {
    ...common(name, 'scene'),
    mixers: 0,
    muted: false,
    volume: 1,
    settings: {
      custom_size: false,
      id_counter: items.length,
      items: items.map((item, index) => placed(item, index + 1, scale)),
    },
  };
}

/** Versioned ids carry their version at the end: `color_source_v3` is the third `color_source`. */
function common(name: string, kind: string): Record<string, unknown> {
  return {
    name,
    id: kind.replace(/_v\d+$/, ''),
    versioned_id: kind,
    enabled: true,
    balance: 0.5,
    sync: 0,
    flags: 0,
    monitoring_type: 0,
    private_settings: {},
    hotkeys: {},
  };
}

function placed(item: Item, id: number, scale: number): Record<string, unknown> {
  const boxed = item.width !== undefined && item.height !== undefined;
  return {
    id,
    name: item.source,
    visible: item.visible,
    locked: false,
    align: topLeft,
    pos: { x: item.x * scale, y: item.y * scale },
    rot: 0,
    scale: boxed ? { x: 1, y: 1 } : { x: scale, y: scale },
    bounds_type: boxed ? scaleInside : 0,
    bounds_align: 0,
    bounds: { x: (item.width ?? 0) * scale, y: (item.height ?? 0) * scale },
    crop_left: 0,
    crop_top: 0,
    crop_right: 0,
    crop_bottom: 0,
    scale_filter: 'disable',
    blend_method: 'default',
    blend_type: 'normal',
    show_transition: { duration: 0 },
    hide_transition: { duration: 0 },
    private_settings: {},
  };
}

/** The same collection with another scene on air at the start, when it has that scene. */
export function startingWith(
  collection: Record<string, unknown>,
  startScene: string,
): Record<string, unknown> {
  const order = collection['scene_order'];
  const known =
    Array.isArray(order) && order.some((s) => (s as { name?: unknown }).name === startScene);
  if (!known) return collection;
  return { ...collection, current_scene: startScene, current_program_scene: startScene };
}
