// When what OBS sends is its slate scene and nothing else: only then may air keep it as the slate.
import type { SwitcherState } from '../contract/switcher.ts';
import type { Cancel, Clock } from '../core/clock.ts';

/** OBS's stage as it reported itself. */
export type StageSeen = Pick<SwitcherState, 'connection' | 'program' | 'slateScene' | 'transition'>;

export interface CaptureWindow {
  /**
   * What the slate scene looks like (PNG, base64) while OBS's program is that scene, settled, and OBS
   * has shown it; else null.
   */
  readonly picture: string | null;
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
/** Between two asks for its picture. */
const againMs = 1000;

/** Whether the slate scene is what OBS shows, without a transition. */
export function onSlateScene(seen: StageSeen): boolean {
  return (
    seen.connection === 'connected' &&
    seen.slateScene !== null &&
    seen.program === seen.slateScene &&
    seen.transition.phase === 'settled'
  );
}

/** Closed until the slate scene was seen; `changed` is called when its picture comes or goes. */
export function createCaptureWindow(ports: {
  readonly clock: Clock;
  readonly seen: () => StageSeen;
  /** A PNG of a scene, base64. */
  readonly picture: (scene: string) => Promise<string>;
  readonly changed: () => void;
}): CaptureWindow {
  const { clock } = ports;
  let since: number | null = null;
  let closedUntil = -Infinity;
  /** The showing that is on; another one each time. */
  let showing: { readonly scene: string } | null = null;
  let picture: string | null = null;
  let wake: Cancel | null = null;
  let again: Cancel | null = null;

  function look(): void {
    const now = clock.mono();
    const seen = ports.seen();
    wake?.();
    wake = null;
    if (!onSlateScene(seen)) since = null;
    else since ??= now;
    const at = since === null ? null : Math.max(since + steadyMs, closedUntil);
    const due = at !== null && now >= at;
    if (at !== null && !due) wake = clock.after(at - now, look);
    if (due && showing?.scene === seen.slateScene) return;
    if (!due && !showing) return;
    again?.();
    showing = due && seen.slateScene !== null ? { scene: seen.slateScene } : null;
    if (showing) void ask(showing);
    if (picture === null) return;
    picture = null;
    ports.changed();
  }

  async function ask(mine: { readonly scene: string }): Promise<void> {
    const given = await ports.picture(mine.scene).catch(() => null);
    if (showing !== mine) return;
    if (given === null) {
      again = clock.after(againMs, () => void ask(mine));
      return;
    }
    picture = given;
    ports.changed();
  }

  return {
    get picture() {
      return picture;
    },
    look,
    asked(scene) {
      if (scene === ports.seen().slateScene) return;
      closedUntil = clock.mono() + askedMs;
      look();
    },
    close() {
      showing = null;
      wake?.();
      again?.();
    },
  };
}
