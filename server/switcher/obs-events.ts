// Events of OBS that say by themselves what changed → the state; the rest ask for a fresh reading.
import type { SwitcherState } from '../contract/switcher.ts';
import type { ObsEvent } from './obs-port.ts';
import { roundDb } from './read-snapshot.ts';
import { renameInput, renameScene } from './snapshot.ts';

/** True when only a fresh reading of OBS's lists can tell what there is now. */
export function needsReading(event: ObsEvent): boolean {
  switch (event.name) {
    case 'SceneCreated':
    case 'SceneRemoved':
    case 'SceneListChanged':
    case 'SceneItemCreated':
    case 'SceneItemRemoved':
    case 'SceneItemListReindexed':
    case 'InputCreated':
    case 'InputRemoved':
    case 'CurrentSceneCollectionChanged':
      return true;
    default:
      return false;
  }
}

/** Writes what the event itself says into the state, in place. Program and preview are program.ts's concern. */
export function applyEvent(state: SwitcherState, event: ObsEvent): void {
  switch (event.name) {
    case 'SceneNameChanged':
      renameScene(state, event.data.oldSceneName, event.data.sceneName);
      return;
    case 'InputNameChanged':
      renameInput(state, event.data.oldInputName, event.data.inputName);
      return;
    case 'InputMuteStateChanged':
      for (const input of state.inputs) {
        if (input.name === event.data.inputName) input.muted = event.data.inputMuted;
      }
      return;
    case 'InputVolumeChanged':
      for (const input of state.inputs) {
        if (input.name === event.data.inputName) input.volumeDb = roundDb(event.data.inputVolumeDb);
      }
      return;
    case 'SceneItemEnableStateChanged':
      for (const scene of state.scenes) {
        if (scene.name !== event.data.sceneName) continue;
        for (const item of scene.items) {
          if (item.id === event.data.sceneItemId) item.enabled = event.data.sceneItemEnabled;
        }
      }
      return;
    case 'StudioModeStateChanged':
      state.studioMode = event.data.studioModeEnabled;
      return;
    default:
  }
}
