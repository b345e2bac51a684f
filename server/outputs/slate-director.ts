// Has a slate captured from OBS's own encoder while going live, before the outputs start, and gives the scene back.
import type { AirReport } from '../contract/air-link.ts';
import type { StudioState } from '../contract/state.ts';
import type { Alarms } from '../core/alarms.ts';
import type { Audit } from '../core/audit.ts';
import type { Clock } from '../core/clock.ts';
import type { Words } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { StateStore } from '../core/state-store.ts';
import { createCaptureWindow } from './capture-window.ts';
import type { Settings } from './settings.ts';
import { createShownScene, stageActor, type SlateStage } from './shown-scene.ts';
import { captureStep, shouldPrepare, type CaptureStep } from './slate-capture.ts';
import { preparedAct } from './slate-words.ts';

export interface SlateDirectorPorts {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly audit: Audit;
  readonly alarms: Alarms;
  readonly log: Log;
  readonly settings: Settings;
  readonly stage: SlateStage;
  /** Air's contract while one is connected. */
  readonly contract: () => number | null;
  readonly alwaysEncode: () => boolean;
  /** `slatePicture` or `holding` changed: an order is due. */
  readonly changed: () => void;
}

export interface SlateDirector {
  /** Of the order. */
  readonly slatePicture: string | null;
  /** Whether the outputs wait for the slate. */
  readonly holding: boolean;
  /** The air is ordered live; `running`: something runs already, so that nothing may be disturbed. */
  goLive(running: boolean): void;
  report(report: AirReport): void;
  /** No more waiting; `why` goes on record unless the air is stopped, where nothing starts. */
  cancel(why: Words | null): void;
  /** Looks at the time and at OBS; call it at every tick. */
  check(): void;
  /** Resolves when OBS's scene has been given back, or after `ms`. */
  idle(ms: number): Promise<void>;
  close(): void;
}

/**
 * How long going live may wait for its slate, ms: OBS begins (1 s), air lets the encoder run empty
 * (2 s to the next key frame), keeps two groups of pictures (4 s) and sees them followed by a second.
 */
export const prepareMs = 10_000;
const likelyKey = 'air.slateCaptured';
interface Going {
  readonly from: number;
  readonly until: number;
  wanted: boolean;
  shown: boolean;
  yielded: boolean;
  /** The wait is over but for the scene that is being given back. */
  ended: Extract<CaptureStep, { act: 'end' }> | null;
}
/** Makes the director; gives back a slate scene that an earlier control left on. */
export async function createSlateDirector(ports: SlateDirectorPorts): Promise<SlateDirector> {
  const { store, clock, settings } = ports;
  let likely = (await settings.read(likelyKey)) === true;
  let going: Going | null = null;
  let told: Pick<AirReport, 'capture' | 'slate'> = { capture: 'idle', slate: 'none' };
  let arrivingSince: number | null = null;
  let closed = false;

  const window = createCaptureWindow({
    clock,
    seen: () => store.get().switcher,
    picture: (of) => ports.stage.picture(of),
    changed: () => ports.changed(),
  });
  const scene = await createShownScene({ ...ports, done: () => check() });
  const stopAsks = ports.stage.onAsk(({ scene: asked, by }) => {
    window.asked(asked);
    if (by === stageActor) return;
    // A person's or the grid's wish, the same scene included: it is theirs now.
    if (going) going.yielded = true;
    scene.forget();
    check();
  });
  const stopState = store.subscribe((step) => {
    if (step.ops.some((op) => op.path.startsWith('/switcher/'))) {
      window.look();
      scene.look();
      check();
    }
  });

  function seen(state: StudioState) {
    const { switcher } = state;
    return {
      obsConnected: switcher.connection === 'connected',
      program: switcher.program,
      slateScene: switcher.slateScene,
      ...told,
    };
  }

  function check(): void {
    const now = clock.mono();
    if (closed) return;
    // Whatever OBS is doing: the air does not wait longer.
    if (going && now >= going.until) return finish(going);
    if (scene.busy) return;
    if (going?.ended) {
      if (!scene.owed) finish(going);
      else scene.giveBack();
      return;
    }
    if (going) {
      const step = captureStep({
        ...seen(store.get()),
        leftMs: going.until - now,
        waitedMs: now - going.from,
        arrivingMs: arrivingSince === null ? null : now - arrivingSince,
        likely,
        wanted: going.wanted,
        shown: going.shown,
        yielded: yielded(going),
      });
      if (step.act === 'show') show(going);
      else if (step.act === 'end') {
        going.ended = step;
        check();
      }
    } else scene.giveBack();
  }

  /** Somebody asked, or used OBS itself, or put air's own slate on. */
  function yielded(mine: Going): boolean {
    const { air, switcher } = store.get();
    const { program, slateScene } = switcher;
    const left = mine.shown && program !== null && program !== slateScene;
    return mine.yielded || left || air.forced !== null;
  }

  function show(mine: Going): void {
    mine.shown = true;
    scene.show(
      () => going === mine && !mine.yielded,
      () => {
        mine.ended = { act: 'end', captured: false, why: notTaken };
      },
    );
  }

  /** The outputs start. */
  function finish(mine: Going, record = true): void {
    const late = { act: 'end', captured: false, why: lateWords } as const;
    const { captured, why } = mine.ended ?? late;
    going = null;
    store.change((draft) => {
      draft.air.preparing = null;
    });
    const tookMs = Math.round(clock.mono() - mine.from);
    if (record) ports.audit.record(preparedAct(captured, why.es, tookMs));
    ports.changed();
    check();
  }

  return {
    get slatePicture() {
      return window.picture;
    },
    get holding() {
      return going !== null;
    },
    goLive(running) {
      const { air } = store.get();
      const due = shouldPrepare({
        ...seen(store.get()),
        arriving: arrivingSince !== null,
        contract: ports.contract(),
        alwaysEncode: ports.alwaysEncode(),
        running,
        forced: air.forced !== null,
      });
      if (!due || going || closed) return;
      const from = clock.mono();
      going = {
        from,
        until: from + prepareMs,
        wanted: told.capture !== 'idle',
        shown: false,
        yielded: false,
        ended: null,
      };
      store.change((draft) => {
        draft.air.preparing = { until: clock.now() + prepareMs };
      });
      clock.after(prepareMs, check);
      check();
    },
    report(report) {
      told = { capture: report.capture, slate: report.slate };
      if (report.program === null) arrivingSince = null;
      else arrivingSince ??= clock.mono();
      if (going && report.capture !== 'idle') going.wanted = true;
      const captured = report.slate === 'captured' && report.capture === 'idle';
      if (report.program !== null && (captured || report.capture === 'wanted')) {
        if (likely !== captured) {
          likely = captured;
          settings.write(likelyKey, captured).catch(() => undefined);
        }
      }
      check();
    },
    cancel(why) {
      if (!going) return;
      going.yielded = true;
      going.ended = why && { act: 'end', captured: told.slate === 'captured', why };
      // The scene is given back beside.
      finish(going, why !== null);
    },
    check() {
      window.look();
      check();
    },
    async idle(ms) {
      const until = clock.mono() + ms;
      while (scene.owed && clock.mono() < until) {
        await new Promise<void>((resolve) => clock.after(20, resolve));
      }
    },
    close() {
      closed = true;
      stopAsks();
      stopState();
      window.close();
    },
  };
}

const notTaken = {
  es: 'OBS no puso la escena «Ya regresamos».',
  en: 'OBS did not put the slate scene on.',
};
const lateWords = { es: 'No alcanzó el tiempo.', en: 'There was not enough time.' };
