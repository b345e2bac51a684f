// Raw answers of OBS → the switcher's part of the state. Nothing here asks or tells OBS anything.
import type { AudioInput, Scene, SwitcherState, TextInput } from '../contract/switcher.ts';

/** One transition as OBS lists it; `fixed` ones (a cut) have no duration. */
export interface RawTransition {
  readonly name: string;
  readonly kind: string;
  readonly fixed: boolean;
}

/** Everything read from OBS after connecting or after its lists changed. Lists are in OBS's order. */
export interface RawSnapshot {
  readonly program: string | null;
  /** Null outside studio mode. */
  readonly obsPreview: string | null;
  readonly studioMode: boolean;
  readonly scenes: readonly Scene[];
  readonly transitions: readonly RawTransition[];
  readonly transition: { readonly name: string | null; readonly durationMs: number | null };
  readonly inputs: readonly AudioInput[];
  readonly texts: readonly TextInput[];
  readonly streaming: SwitcherState['streaming'];
}

/** What this side remembers and OBS does not know. */
export interface OwnMemory {
  /** Preview kept here while studio mode is off. */
  readonly preview: string | null;
  readonly durationMs: number | null;
  readonly slateScene: string | null;
  /** Text input listed first: the lower third. */
  readonly lowerThird: string | null;
}

type FromObs = Pick<
  SwitcherState,
  'program' | 'preview' | 'studioMode' | 'scenes' | 'inputs' | 'texts' | 'streaming' | 'slateScene'
> & { transition: Pick<SwitcherState['transition'], 'name' | 'durationMs' | 'available'> };

/** The state as OBS has it: scenes and items top first, as OBS's own window lists them. */
export function fromSnapshot(raw: RawSnapshot, own: OwnMemory): FromObs {
  const names = new Set(raw.scenes.map((s) => s.name));
  const kept = own.preview !== null && names.has(own.preview) ? own.preview : null;
  return {
    program: raw.program,
    preview: raw.studioMode ? raw.obsPreview : kept,
    studioMode: raw.studioMode,
    scenes: raw.scenes.toReversed().map((s) => ({ ...s, items: s.items.toReversed() })),
    inputs: raw.inputs.toSorted((a, b) => a.name.localeCompare(b.name, 'es')),
    texts: raw.texts.toSorted(
      (a, b) =>
        Number(b.name === own.lowerThird) - Number(a.name === own.lowerThird) ||
        a.name.localeCompare(b.name, 'es'),
    ),
    streaming: raw.streaming,
    slateScene: own.slateScene !== null && names.has(own.slateScene) ? own.slateScene : null,
    transition: {
      name: raw.transition.name,
      durationMs: raw.transition.durationMs ?? own.durationMs,
      available: raw.transitions.map((t) => t.name),
    },
  };
}

/** Name of the transition that cuts, by kind: its name is in the language of whoever installed OBS. */
export function cutTransition(transitions: readonly RawTransition[]): string | null {
  return transitions.find((t) => t.kind === 'cut_transition')?.name ?? null;
}

/** `StreamStateChanged` → the state's word; null for what changes nothing. */
export function streamingFromEvent(outputState: string): SwitcherState['streaming'] | null {
  const words: Readonly<Record<string, SwitcherState['streaming']>> = {
    OBS_WEBSOCKET_OUTPUT_STARTING: 'starting',
    OBS_WEBSOCKET_OUTPUT_STARTED: 'on',
    OBS_WEBSOCKET_OUTPUT_RECONNECTED: 'on',
    OBS_WEBSOCKET_OUTPUT_RECONNECTING: 'reconnecting',
    OBS_WEBSOCKET_OUTPUT_STOPPING: 'stopping',
    OBS_WEBSOCKET_OUTPUT_STOPPED: 'off',
  };
  return words[outputState] ?? null;
}

/** `GetStreamStatus` → the state's word. */
export function streamingFromStatus(status: {
  readonly outputActive: boolean;
  readonly outputReconnecting: boolean;
}): SwitcherState['streaming'] {
  if (status.outputReconnecting) return 'reconnecting';
  return status.outputActive ? 'on' : 'off';
}

/** Input kinds whose words an operator writes. */
export function isTextKind(kind: string): boolean {
  return kind.startsWith('text_');
}

/** Renames a scene everywhere it is named, in place. */
export function renameScene(state: SwitcherState, from: string, to: string): void {
  for (const scene of state.scenes) {
    if (scene.name === from) scene.name = to;
    // A scene nested in another is an item there.
    for (const item of scene.items) if (item.source === from) item.source = to;
  }
  if (state.program === from) state.program = to;
  if (state.preview === from) state.preview = to;
  if (state.slateScene === from) state.slateScene = to;
  if (state.beforeSlate === from) state.beforeSlate = to;
  if (state.transition.to === from) state.transition.to = to;
}

/** Renames an input everywhere it is named, in place. */
export function renameInput(state: SwitcherState, from: string, to: string): void {
  for (const input of state.inputs) if (input.name === from) input.name = to;
  for (const text of state.texts) if (text.name === from) text.name = to;
  for (const scene of state.scenes) {
    for (const item of scene.items) if (item.source === from) item.source = to;
  }
}
