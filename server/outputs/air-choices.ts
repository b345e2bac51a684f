// What people choose about the air beside its outputs: air's own slate, the bypass, the backup encoder's key.
import type { Handlers } from '../contract/commands.ts';
import type { Audit } from '../core/audit.ts';
import { authorityOf } from '../core/authority.ts';
import type { Clock } from '../core/clock.ts';
import { withDeadline } from '../core/deadline.ts';
import { StudioError } from '../core/errors.ts';
import type { SerialQueue } from '../core/serial-queue.ts';
import type { StateStore } from '../core/state-store.ts';
import type { AirOrders } from './destinations.ts';
import type { IngestKeys } from './ingest-keys.ts';
import type { Settings } from './settings.ts';

export type ChoiceCommand = 'air.slate' | 'air.bypass' | 'air.backupKey';

export interface AirChoicesPorts {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly audit: Audit;
  readonly settings: Settings;
  readonly queue: SerialQueue;
  readonly orders: AirOrders;
  readonly keys: IngestKeys;
  /** Ids of the feeds there are. */
  readonly feedIds: () => readonly string[];
  /** Whether an air is there to be told. */
  readonly connected: () => boolean;
  readonly rtmpPort: number;
  /** The name a machine elsewhere can reach, for the one the person who asks used. */
  readonly publicHost: (host: string) => string;
  /** Air's own slate was put on: nothing else has to wait for a slate. */
  readonly onForced: () => void;
}

export interface AirChoices {
  readonly handlers: Handlers<ChoiceCommand>;
  /**
   * Puts air's own slate on at once, for whom OBS does not help; `unavailable` or `timeout` when air
   * does not take it within a second.
   */
  force(by: string, reason: string): Promise<void>;
  /** The stored values that end with the air: written in one transaction with its stop. */
  readonly clearedByStop: Readonly<Record<string, null>>;
  /** The air was stopped. */
  stopped(): void;
  /** A feed may be gone: a bypass to it falls back to the backup encoder. */
  feedsChanged(): void;
}

type Forced = { readonly by: string; readonly since: number } | null;

const forcedKey = 'air.forced';
const bypassKey = 'air.bypass';
const backup = 'backup';
/** What is left of a command's two seconds after OBS had its chance. */
const forceMs = 750;
const late = {
  es: 'OBS no puso «Ya regresamos» y el proceso de emisión no contestó a tiempo; la orden quedó guardada.',
  en: 'OBS did not put the slate on and the air process did not answer in time; the order is kept.',
};

/** Reads what was chosen before and puts it into the state; the order takes it from there. */
export async function createAirChoices(ports: AirChoicesPorts): Promise<AirChoices> {
  const { store, settings, queue, orders, clock } = ports;
  const bypassBefore = await settings.read(bypassKey);
  showForced(readForced(await settings.read(forcedKey)));
  showBypass(typeof bypassBefore === 'string' || bypassBefore === null ? bypassBefore : backup);

  function showForced(forced: Forced): void {
    store.change((draft) => {
      draft.air.forced = forced;
    });
  }

  function showBypass(source: string | null): void {
    store.change((draft) => {
      draft.air.bypass = source;
    });
  }

  /** The first to put it on stays the one who did. */
  function keepForced(by: string | null): Promise<void> {
    return queue.run(async () => {
      const present = store.get().air.forced;
      if ((present !== null) === (by !== null)) return;
      const forced = by === null ? null : { by, since: clock.now() };
      await settings.write(forcedKey, forced);
      showForced(forced);
    });
  }

  return {
    handlers: {
      'air.slate': async ({ on }, { actor }) => {
        // Taking it off is remembered even when air is away; putting it on must be seen to work.
        if (on) await orders.ready();
        await keepForced(on ? actor : null);
        if (on) ports.onForced();
        await orders.deliver();
        return {};
      },
      'air.bypass': async ({ source }) => {
        const feeds = ports.feedIds();
        if (source !== null && source !== backup && !feeds.includes(source)) {
          throw new StudioError(
            'notFound',
            {
              es: 'Esa señal de campo no existe. Elija una de la lista, el codificador de respaldo o «Ya regresamos».',
              en: 'There is no such field feed. Choose one of the list, the backup encoder or the slate.',
            },
            { context: { source, sources: [backup, ...feeds] } },
          );
        }
        await queue.run(async () => {
          await settings.write(bypassKey, source);
          showBypass(source);
        });
        await orders.deliver();
        return {};
      },
      'air.backupKey': async ({ rotate }, { host }) => {
        const key = await queue.run(() => ports.keys.needBackupKey(rotate));
        // Whoever publishes with the old key is sent away as soon as air hears of it.
        orders.changed();
        return {
          url: `rtmp://${authorityOf(ports.publicHost(host), ports.rtmpPort)}/program`,
          key: `backup?k=${key}`,
        };
      },
    },
    async force(by, reason) {
      if (!ports.connected()) {
        throw new StudioError('unavailable', {
          es: 'Ni OBS ni el proceso de emisión responden: no se pudo poner «Ya regresamos».',
          en: 'Neither OBS nor the air process answers: the slate could not be put on.',
        });
      }
      await keepForced(by);
      ports.onForced();
      let ok = false;
      try {
        await withDeadline(clock, forceMs, late, orders.deliver());
        ok = true;
      } finally {
        ports.audit.record({ actor: by, action: 'air.slate', reason, ok, detail: { on: true } });
      }
    },
    clearedByStop: { [forcedKey]: null },
    stopped: () => showForced(null),
    feedsChanged() {
      const { bypass } = store.get().air;
      if (bypass === null || bypass === backup || ports.feedIds().includes(bypass)) return;
      showBypass(backup);
      void queue
        .run(() => settings.write(bypassKey, backup))
        .then(() =>
          ports.audit.record({
            actor: 'supervisor',
            action: 'air.bypass',
            reason:
              'La señal elegida para salir directa ya no existe; queda el codificador de respaldo.',
            ok: true,
            detail: { from: bypass, to: backup },
          }),
        )
        .catch(() => undefined);
    },
  };
}

function readForced(stored: unknown): Forced {
  const { by, since } = (stored ?? {}) as { by?: unknown; since?: unknown };
  return typeof by === 'string' && typeof since === 'number' ? { by, since } : null;
}
