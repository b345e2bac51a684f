// What is in preview: OBS's own in studio mode, else kept here; survives OBS's habit of swapping it.
import type { Cancel, Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { sceneNames, type SwitcherModel } from './model.ts';
import type { ObsCaller } from './obs-port.ts';
import { noScene } from './words.ts';

export interface PreviewPorts {
  readonly obs: ObsCaller;
  readonly clock: Clock;
  readonly log: Log;
  readonly model: SwitcherModel;
  /** Runs a job after the commands that already wait. */
  readonly later: (job: (obs: ObsCaller) => Promise<void>) => void;
}

export interface Preview {
  /**
   * A person's choice. `mixFrom`: the scene a running transition leaves, which OBS will put in
   * preview at its end; null when none runs.
   */
  set(scene: string, caller: ObsCaller, mixFrom: string | null): Promise<void>;
  /** Before a move of the program that must leave the preview alone; `program` is what it leaves. */
  hold(program: string | null): void;
  /** OBS says that its preview changed, or studio mode did. */
  changed(): void;
  /** OBS says that its program changed: by then it has swapped the preview, if it does. */
  programChanged(): void;
  /** A transition is over. */
  settled(): void;
  renamed(): void;
  lost(): void;
}

/** How long after the end of a transition OBS's swap is waited for, ms. */
const swapMs = 2000;

/** The preview of one OBS, in `model.preview`. */
export function createPreview(ports: PreviewPorts): Preview {
  const { obs, clock, model } = ports;
  /** Grows with every order, so that an older read-back is not believed. */
  let sequence = 0;
  /** What goes back once OBS has put `swapped` in its place. */
  let kept: { preview: string; swapped: string | null } | null = null;
  let cancelKept: Cancel | null = null;

  function keep(next: typeof kept): void {
    cancelKept?.();
    cancelKept = null;
    kept = next;
  }

  async function tell(scene: string, caller: ObsCaller): Promise<void> {
    sequence += 1;
    if (model.get().studioMode) {
      await caller.call('SetCurrentPreviewScene', { sceneName: scene });
      sequence += 1;
    }
    model.change((s) => {
      s.preview = scene;
    });
  }

  /** Undoes OBS's own swap, never a choice made meanwhile. */
  async function restore(caller: ObsCaller): Promise<void> {
    if (!kept || !model.get().studioMode) return;
    const now = await caller.call('GetCurrentPreviewScene');
    const mine = kept;
    if (now.currentPreviewSceneName !== mine?.swapped) return;
    keep(null);
    await tell(mine.preview, caller);
  }

  /** OBS's events may be echoes of older orders: what it has now counts. */
  async function readBack(): Promise<void> {
    if (!model.get().studioMode) return;
    const asked = sequence;
    try {
      const now = (await obs.call('GetCurrentPreviewScene')).currentPreviewSceneName;
      if (asked !== sequence) return;
      if (kept && now === kept.swapped) ports.later(restore);
      else if (model.get().studioMode) {
        model.change((s) => {
          s.preview = now;
        });
      }
    } catch (error) {
      ports.log.debug({ err: error }, 'the preview could not be read back');
    }
  }

  return {
    async set(scene, caller, mixFrom) {
      const scenes = sceneNames(model.get());
      if (!scenes.includes(scene)) throw noScene(scene, scenes);
      await tell(scene, caller);
      const swaps = mixFrom !== null && model.get().studioMode;
      keep(swaps ? { preview: scene, swapped: mixFrom } : null);
    },
    hold(program) {
      const { studioMode, preview } = model.get();
      if (studioMode && preview !== null) keep({ preview, swapped: program });
    },
    changed: () => void readBack(),
    programChanged() {
      if (kept) ports.later(restore);
    },
    settled() {
      if (!kept) return;
      cancelKept?.();
      cancelKept = clock.after(swapMs, () => keep(null));
    },
    renamed() {
      // Answers under way still carry the old name.
      sequence += 1;
    },
    lost: () => keep(null),
  };
}
