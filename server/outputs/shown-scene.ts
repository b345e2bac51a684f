// OBS's slate scene put on by this room, and the scene it replaced: owed back, across a restart of control too.
import { createAlarmLatch } from '../core/alarm-latch.ts';
import type { Alarms } from '../core/alarms.ts';
import type { Clock } from '../core/clock.ts';
import { toFailure } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { StateStore } from '../core/state-store.ts';
import { onSlateScene } from './capture-window.ts';
import type { Settings } from './settings.ts';
import { giveBackReason, leftOnAlarm, showReason } from './slate-words.ts';

/** OBS's program as this room may move it; implemented by the switcher. */
export interface SlateStage {
  /**
   * Cuts to `scene` if `when` still says so at its turn; resolves to whether it did, once OBS
   * reported it. Rejects as a take does.
   */
  cut(scene: string, by: { actor: string; reason: string; when: () => boolean }): Promise<boolean>;
  /** A small PNG of a scene as OBS renders it, base64; rejects when OBS does not give one. */
  picture(scene: string): Promise<string>;
  /** Calls at each wish to move the program, before OBS is told; returns the removal. */
  onAsk(listener: (wish: { scene: string; by: string }) => void): () => void;
}

/** Whose doing the cuts of this room are. */
export const stageActor = 'supervisor';

export interface ShownScene {
  /** Whether a scene is to be given back. */
  readonly owed: boolean;
  /** Whether OBS is being asked right now. */
  readonly busy: boolean;
  /** Puts the slate scene on unless `still` says no at its turn; `failed` when OBS did not take it. */
  show(still: () => boolean, failed: () => void): void;
  /** Gives the scene back, if one is owed and it is still our slate scene that is on; call it at every look. */
  giveBack(): void;
  /** A person or the grid decided what is on: nothing is owed any more. */
  forget(): void;
  /** The alarm of a scene left on ends with another scene. */
  look(): void;
}

/** What was put on and what it replaced. */
interface Owed {
  readonly slate: string;
  readonly replaced: string;
  /** Epoch ms. */
  readonly at: number;
}

const shownKey = 'air.slateShown';
/** A slate scene left on by a control that died is given back within this; later it is somebody's own. */
const owedMs = 120_000;
const retryMs = 1000;

/** Reads what an earlier control left on. `done` is called after each try. */
export async function createShownScene(ports: {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly alarms: Alarms;
  readonly log: Log;
  readonly settings: Settings;
  readonly stage: SlateStage;
  readonly done: () => void;
}): Promise<ShownScene> {
  const { store, clock, settings, stage, log } = ports;
  const latch = createAlarmLatch(ports.alarms);
  let owed = readOwed(await settings.read(shownKey));
  let busy = false;
  let notBefore = -Infinity;

  async function keep(next: Owed | null): Promise<void> {
    owed = next;
    try {
      await settings.write(shownKey, next);
    } catch (error) {
      log.error({ err: error }, 'what OBS showed before could not be kept');
    }
  }

  function run(job: () => Promise<void>): void {
    busy = true;
    void job()
      .catch((error: unknown) => {
        log.warn({ err: error, why: toFailure(error).messageEn }, 'OBS did not take the scene');
      })
      .finally(() => {
        busy = false;
        ports.done();
      });
  }

  return {
    get owed() {
      return owed !== null;
    },
    get busy() {
      return busy;
    },
    show(still, failed) {
      const { program, slateScene } = store.get().switcher;
      if (program === null || slateScene === null) return;
      run(async () => {
        // On disk before OBS is touched: a control that dies here must know what to give back.
        await keep({ slate: slateScene, replaced: program, at: clock.now() });
        const when = (): boolean => still() && store.get().switcher.program === program;
        const wish = { actor: stageActor, reason: showReason, when };
        try {
          if (!(await stage.cut(slateScene, wish))) await keep(null);
        } catch (error) {
          failed();
          throw error;
        }
      });
    },
    giveBack() {
      const mine = owed;
      const { switcher } = store.get();
      if (!mine || busy || clock.mono() < notBefore) return;
      if (switcher.connection !== 'connected' || switcher.program === null) return;
      const old = clock.now() - mine.at > owedMs;
      if (switcher.program !== mine.slate || old) {
        if (switcher.program === mine.slate) latch.set('slate-left', leftOnAlarm(mine.slate));
        run(() => keep(null));
        return;
      }
      if (!onSlateScene({ ...switcher, slateScene: mine.slate })) return;
      notBefore = clock.mono() + retryMs;
      run(async () => {
        const when = (): boolean => owed === mine && store.get().switcher.program === mine.slate;
        await stage.cut(mine.replaced, { actor: stageActor, reason: giveBackReason, when });
        if (owed === mine) await keep(null);
      });
    },
    forget() {
      if (owed) void keep(null);
    },
    look() {
      const { program, slateScene } = store.get().switcher;
      if (program !== null && program !== slateScene) latch.set('slate-left', null);
    },
  };
}

function readOwed(stored: unknown): Owed | null {
  const { slate, replaced, at } = (stored ?? {}) as Partial<Owed>;
  return typeof slate === 'string' && typeof replaced === 'string' && typeof at === 'number'
    ? { slate, replaced, at }
    : null;
}
