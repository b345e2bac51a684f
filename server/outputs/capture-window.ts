// When what OBS sends is its slate scene and nothing else: only then may air keep it as the slate.
import type { SwitcherState } from '../contract/switcher.ts';
import type { Cancel, Clock } from '../core/clock.ts';

/** OBS's stage as it reported itself. */
export type StageSeen = Pick<SwitcherState, 'connection' | 'program' | 'slateScene' | 'transition'>;

export interface CaptureWindow {
  /** Whether OBS's program is the slate scene, settled. */
  readonly open: boolean;
  /** OBS's stage may have changed. */
  look(): void;
  /** Somebody asked for a scene, before OBS is told: a way out of the slate closes the window at once. */
  asked(scene: string): void;
  close(): void;
}

/** A scene that is left again at once is not worth telling air of; air itself waits for OBS's encoder. */
const steadyMs = 300;
/** An ask that OBS did not follow closes the window for this long. */
const askedMs = 2500;

/** Whether the slate scene is what OBS shows, without a transition. */
export function onSlateScene(seen: StageSeen): boolean {
  return (
    seen.connection === 'connected' &&
    seen.slateScene !== null &&
    seen.program === seen.slateScene &&
    seen.transition.phase === 'settled'
  );
}

/** Closed until the slate scene was seen; `changed` is called when it opens or closes. */
export function createCaptureWindow(ports: {
  readonly clock: Clock;
  readonly seen: () => StageSeen;
  readonly changed: () => void;
}): CaptureWindow {
  const { clock } = ports;
  let since: number | null = null;
  let closedUntil = -Infinity;
  let open = false;
  let wake: Cancel | null = null;

  function look(): void {
    const now = clock.mono();
    wake?.();
    wake = null;
    if (!onSlateScene(ports.seen())) since = null;
    else since ??= now;
    const at = since === null ? null : Math.max(since + steadyMs, closedUntil);
    const next = at !== null && now >= at;
    if (at !== null && !next) wake = clock.after(at - now, look);
    if (next === open) return;
    open = next;
    ports.changed();
  }

  return {
    get open() {
      return open;
    },
    look,
    asked(scene) {
      if (scene === ports.seen().slateScene) return;
      closedUntil = clock.mono() + askedMs;
      look();
    },
    close() {
      wake?.();
    },
  };
}
