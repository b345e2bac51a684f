// Reads OBS whole when it connects and again when its lists change; follows renamed scenes and inputs.
import type { ObsProfile } from '../contract/profiles.ts';
import { assignChanged } from '../core/assign-changed.ts';
import { backoffMs } from '../core/backoff.ts';
import type { Cancel, Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { SwitcherModel } from './model.ts';
import { applyEvent, needsReading } from './obs-events.ts';
import type { ObsClient, ObsEvent } from './obs-port.ts';
import { readSnapshot } from './read-snapshot.ts';
import { fromSnapshot, type RawSnapshot } from './snapshot.ts';

export interface ObsListsPorts {
  readonly client: ObsClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly model: SwitcherModel;
  /** In [0,1). */
  readonly random: () => number;
  /** Names the station gave its slate scene and lower third; null when its profile could not be read. */
  readonly profile: Pick<ObsProfile, 'slateScene' | 'lowerThird'> | null;
  /** OBS was read whole and the lists are in the state. */
  readonly onAdopted: (raw: RawSnapshot) => void;
}

export interface ObsLists {
  /** True between a complete reading of OBS and the loss of the connection. */
  readonly adopted: boolean;
  /** OBS is connected: reads it until it is read, or lost again. Never rejects. */
  adopt(): Promise<void>;
  heard(event: ObsEvent): void;
  lost(): void;
  close(): void;
}

const retry = { firstMs: 250, maxMs: 2000 };
const refreshMs = 80;
/** A reading is made again while events come in between, but not for ever. */
const refreshTries = 5;

/** The lists of one OBS after another. */
export function createObsLists(ports: ObsListsPorts): ObsLists {
  const { client, clock, log, model } = ports;
  const silentKinds = new Set<string>();
  let adopted = false;
  /** Grows with every connection and its loss. */
  let connection = 0;
  /** Counts what OBS told, so that a reading made meanwhile is known to be old. */
  let events = 0;
  let slateScene = ports.profile?.slateScene ?? null;
  let lowerThird = ports.profile?.lowerThird ?? null;
  let cancelRefresh: Cancel | null = null;

  function show(raw: RawSnapshot, firstTime: boolean): void {
    model.change((s) => {
      const { transition, ...seen } = fromSnapshot(raw, {
        preview: s.preview,
        durationMs: s.transition.durationMs,
        slateScene,
        lowerThird,
      });
      const { scenes, inputs, texts } = seen;
      assignChanged(s, { scenes, inputs, texts, slateScene: seen.slateScene });
      assignChanged(s.transition, { available: transition.available });
      if (firstTime) {
        assignChanged(s, seen);
        assignChanged(s.transition, { ...transition, phase: 'settled', to: null });
      } else if (!s.studioMode && !scenes.some((scene) => scene.name === s.preview)) {
        // Later, program and preview are followed by their own events; only a removed scene goes.
        s.preview = null;
      }
    });
  }

  function refreshSoon(tries = refreshTries): void {
    cancelRefresh?.();
    cancelRefresh = clock.after(refreshMs, () => {
      cancelRefresh = null;
      void refresh(tries);
    });
  }

  async function refresh(tries: number): Promise<void> {
    const mine = connection;
    const asked = events;
    try {
      const raw = await readSnapshot(client, silentKinds);
      if (mine !== connection) return;
      // What was read while something changed may be half of each.
      if (asked !== events && tries > 0) refreshSoon(tries - 1);
      else show(raw, false);
    } catch (error) {
      // Lost meanwhile: adoption will read it all.
      if (mine !== connection) return;
      // An OBS that ends refuses before it is known to be gone: only one that stays is worth a line.
      if (tries > 0) refreshSoon(tries - 1);
      else log.warn({ err: error }, 'OBS could not be read again');
    }
  }

  return {
    get adopted() {
      return adopted;
    },
    async adopt() {
      connection += 1;
      const mine = connection;
      for (let attempt = 0; ; attempt += 1) {
        try {
          const raw = await readSnapshot(client, silentKinds);
          if (mine !== connection) return;
          show(raw, true);
          adopted = true;
          ports.onAdopted(raw);
          // Whatever changed while it was read shows now.
          refreshSoon();
          return;
        } catch (error) {
          log.warn({ err: error }, 'OBS could not be read');
          const delay = backoffMs(retry, attempt, ports.random);
          await new Promise<void>((resolve) => void clock.after(delay, resolve));
          if (mine !== connection) return;
        }
      }
    },
    heard(event) {
      events += 1;
      if (event.name === 'SceneNameChanged' && event.data.oldSceneName === slateScene) {
        slateScene = event.data.sceneName;
      }
      if (event.name === 'InputNameChanged' && event.data.oldInputName === lowerThird) {
        lowerThird = event.data.inputName;
      }
      model.change((s) => applyEvent(s, event));
      if (needsReading(event)) refreshSoon();
    },
    lost() {
      connection += 1;
      adopted = false;
      cancelRefresh?.();
    },
    close() {
      connection += 1;
      cancelRefresh?.();
    },
  };
}
