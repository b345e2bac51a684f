// The switcher's slice of the shared state, as its own files see and change it.
import type { SwitcherState } from '../contract/switcher.ts';
import type { StateStore } from '../core/state-store.ts';

export interface SwitcherModel {
  get(): SwitcherState;
  change(recipe: (state: SwitcherState) => void): void;
}

/** The slice `state.switcher` of the store. */
export function switcherModel(store: StateStore): SwitcherModel {
  return {
    get: () => store.get().switcher,
    change: (recipe) => store.change((draft) => recipe(draft.switcher)),
  };
}

/** Names of the scenes there are. */
export function sceneNames(state: SwitcherState): string[] {
  return state.scenes.map((s) => s.name);
}
