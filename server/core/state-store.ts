// The single owner of StudioState: mutated by services through `change`, published as RFC 6902 patches.
import { enablePatches, produceWithPatches, type Draft, type Patch } from 'immer';
import type { PatchOp, StudioState } from '../contract/state.ts';

enablePatches();

/** One published step from `prevRev` to `rev`. */
export interface StateStep {
  readonly prevRev: number;
  readonly rev: number;
  readonly ops: PatchOp[];
}

export interface StateStore {
  /** The present state, frozen; safe to keep. Includes changes not yet published. */
  get(): StudioState;
  /** Revision that `get()` will have once published. */
  rev(): number;
  /** Changes the state; all changes of one turn of the event loop leave in one step. */
  change(recipe: (draft: Draft<StudioState>) => void): void;
  /** Publishes what is waiting, now; called before a command is answered. Returns the revision. */
  flush(): number;
  /** Calls `listener` for each published step; returns its removal. */
  subscribe(listener: (step: StateStep) => void): () => void;
}

/** Makes the store. `schedule` runs a function later in the same turn (default `setImmediate`). */
export function createStateStore(
  initial: StudioState,
  schedule: (fn: () => void) => void = (fn) => void setImmediate(fn),
): StateStore {
  let state = initial;
  let rev = 1;
  let pending: PatchOp[] = [];
  let scheduled = false;
  const listeners = new Set<(step: StateStep) => void>();

  function flush(): number {
    if (pending.length === 0) return rev;
    const step = { prevRev: rev, rev: rev + 1, ops: pending };
    rev += 1;
    pending = [];
    for (const listener of listeners) listener(step);
    return rev;
  }

  return {
    get: () => state,
    rev: () => (pending.length > 0 ? rev + 1 : rev),
    change(recipe) {
      const [next, patches] = produceWithPatches(state, (draft) => recipe(draft));
      if (patches.length === 0) return;
      state = next;
      for (const patch of patches) pending.push(toPatchOp(patch));
      if (!scheduled) {
        scheduled = true;
        schedule(() => {
          scheduled = false;
          flush();
        });
      }
    },
    flush,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Immer's patch with its path as a JSON pointer (RFC 6901: `~` and `/` escaped). */
export function toPatchOp(patch: Patch): PatchOp {
  const path = patch.path
    .map((p) => `/${String(p).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
  return patch.op === 'remove'
    ? { op: 'remove', path }
    : { op: patch.op, path, value: patch.value };
}
