// Asks OBS for everything the state holds: reads only, asserts nothing.
import type { AudioInput, Scene, TextInput } from '../contract/switcher.ts';
import { StudioError } from '../core/errors.ts';
import type { ObsCaller } from './obs-port.ts';
import { isTextKind, streamingFromStatus, type RawSnapshot } from './snapshot.ts';

/** OBS's "this input does not do audio". */
const noAudio = 604;

/**
 * One full reading; about 45 ms for a dozen scenes. Rejects as the calls do. `silentKinds` remembers
 * the input kinds found to have no audio, so that they are asked about once.
 */
export async function readSnapshot(obs: ObsCaller, silentKinds: Set<string>): Promise<RawSnapshot> {
  const [list, studio, transitions, current, status, inputs] = await Promise.all([
    obs.call('GetSceneList'),
    obs.call('GetStudioModeEnabled'),
    obs.call('GetSceneTransitionList'),
    obs.call('GetCurrentSceneTransition'),
    obs.call('GetStreamStatus'),
    obs.call('GetInputList'),
  ]);
  const names = (list.scenes as { sceneName: string; sceneUuid?: string }[]).map((s) => ({
    name: s.sceneName,
    uuid: s.sceneUuid ?? null,
  }));
  const kinds = (inputs.inputs as { inputName: string; inputKind: string }[]).map((i) => ({
    name: i.inputName,
    kind: i.inputKind,
  }));
  const unknown = new Map(kinds.filter((i) => !silentKinds.has(i.kind)).map((i) => [i.kind, i]));
  await Promise.all(
    [...unknown.values()].map(async (i) => {
      if (await hasNoAudio(obs, i.name)) silentKinds.add(i.kind);
    }),
  );
  const [scenes, audio, texts] = await Promise.all([
    Promise.all(names.map((s) => readScene(obs, s))),
    Promise.all(kinds.filter((i) => !silentKinds.has(i.kind)).map((i) => readAudio(obs, i))),
    Promise.all(kinds.filter((i) => isTextKind(i.kind)).map((i) => readText(obs, i.name))),
  ]);
  return {
    program: list.currentProgramSceneName || null,
    obsPreview: studio.studioModeEnabled ? list.currentPreviewSceneName || null : null,
    studioMode: studio.studioModeEnabled,
    scenes: scenes.filter((s) => s !== null),
    transitions: (
      transitions.transitions as {
        transitionName: string;
        transitionKind: string;
        transitionFixed: boolean;
      }[]
    ).map((t) => ({ name: t.transitionName, kind: t.transitionKind, fixed: t.transitionFixed })),
    transition: {
      name: current.transitionName || null,
      // Null for transitions of fixed length, whatever the library's types say.
      durationMs: current.transitionDuration ?? null,
    },
    inputs: audio.filter((i) => i !== null),
    texts: texts.filter((t) => t !== null),
    streaming: streamingFromStatus(status),
  };
}

async function readScene(
  obs: ObsCaller,
  scene: { name: string; uuid: string | null },
): Promise<Scene | null> {
  const answer = await missingAsNull(obs.call('GetSceneItemList', { sceneName: scene.name }));
  if (!answer) return null;
  const items = answer.sceneItems as {
    sceneItemId: number;
    sourceName: string;
    sceneItemEnabled: boolean;
  }[];
  return {
    ...scene,
    items: items.map((i) => ({
      id: i.sceneItemId,
      source: i.sourceName,
      enabled: i.sceneItemEnabled,
    })),
  };
}

async function hasNoAudio(obs: ObsCaller, name: string): Promise<boolean> {
  try {
    await obs.call('GetInputMute', { inputName: name });
    return false;
  } catch (error) {
    if (!(error instanceof StudioError)) throw error;
    if (error.context?.['obsCode'] === noAudio) return true;
    if (error.code === 'notFound') return false;
    throw error;
  }
}

/** Null when the input has no audio or is gone meanwhile. */
async function readAudio(
  obs: ObsCaller,
  input: { name: string; kind: string },
): Promise<AudioInput | null> {
  const named = { inputName: input.name };
  const [mute, volume] = await Promise.all([
    missingAsNull(obs.call('GetInputMute', named)),
    missingAsNull(obs.call('GetInputVolume', named)),
  ]);
  if (!mute || !volume) return null;
  return { ...input, muted: mute.inputMuted, volumeDb: roundDb(volume.inputVolumeDb) };
}

/** The words of a text input now; null when it is gone. */
export async function readText(obs: ObsCaller, name: string): Promise<TextInput | null> {
  const answer = await missingAsNull(obs.call('GetInputSettings', { inputName: name }));
  if (!answer) return null;
  const text = answer.inputSettings['text'];
  return { name, text: typeof text === 'string' ? text : '' };
}

/** OBS's dB within the contract's range, to a tenth. */
export function roundDb(db: number): number {
  return Math.round(Math.min(26, Math.max(-100, db)) * 10) / 10;
}

async function missingAsNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof StudioError)) throw error;
    if (error.code === 'notFound' || error.context?.['obsCode'] === noAudio) return null;
    throw error;
  }
}
