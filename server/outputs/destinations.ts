// The commands about destinations: create, change, remove, start and stop, each leaving a new order for air.
// What people command is put on record where commands are dispatched, not here.
import type { Handlers } from '../contract/commands.ts';
import type { DestinationProfile, EncoderProfile } from '../contract/profiles.ts';
import type { AlarmLatch } from '../core/alarm-latch.ts';
import type { Clock } from '../core/clock.ts';
import { StudioError } from '../core/errors.ts';
import type { SerialQueue } from '../core/serial-queue.ts';
import type { StateStore } from '../core/state-store.ts';
import { checkInput, type CheckedInput } from './destination-input.ts';
import { invalidAt } from './destination-settings.ts';
import { shownOutput } from './destination-shown.ts';
import type { Destination, DestinationStore } from './destination-store.ts';
import { limitWarnings } from './limits.ts';
import { idleFacts } from './report.ts';

export type DestinationCommand =
  'output.create' | 'output.update' | 'output.remove' | 'output.start' | 'output.stop';

/** Getting an order to the air; made by the air service. */
export interface AirOrders {
  /** Resolves when an air is connected; `unavailable` when none shows up soon. */
  ready(): Promise<void>;
  /** Resolves when air took the present order; fails in words when it did not. */
  deliver(): Promise<void>;
  /** The present order changed but nobody waits for it. */
  changed(): void;
}

export interface DestinationPorts {
  readonly destinations: DestinationStore;
  readonly profile: (id: string) => DestinationProfile | undefined;
  readonly encoder: () => EncoderProfile;
  readonly air: AirOrders;
  readonly store: StateStore;
  readonly queue: SerialQueue;
  readonly latch: AlarmLatch;
  readonly clock: Clock;
  readonly newId: (prefix: string) => string;
}

const maxDestinations = 50;

/** The handlers of `output.*`; also writes every destination into the state when made. */
export function createDestinationCommands(ports: DestinationPorts): Handlers<DestinationCommand> {
  const { destinations, store, queue, air } = ports;
  for (const destination of destinations.list()) publish(destination);

  function found(id: string): Destination {
    const destination = destinations.get(id);
    if (!destination) {
      throw new StudioError('notFound', {
        es: 'Esa salida ya no existe.',
        en: 'That output no longer exists.',
      });
    }
    return destination;
  }

  function profileOf(id: string): DestinationProfile {
    const profile = ports.profile(id);
    if (!profile) {
      throw invalidAt('profile', {
        es: `No hay un perfil de destino «${id}».`,
        en: `There is no destination profile “${id}”.`,
      });
    }
    return profile;
  }

  /** The profile of a destination made before, which must still be of its kind. */
  function profileFor(destination: Destination): DestinationProfile {
    const profile = profileOf(destination.profile);
    if (profile.kind === destination.kind) return profile;
    throw invalidAt('profile', {
      es: `El perfil «${profile.name}» ya no es del tipo de «${destination.name}». Quite esta salida y créela otra vez.`,
      en: `The profile “${profile.name}” is no longer of the kind of “${destination.name}”. Remove this output and create it again.`,
    });
  }

  function publish(destination: Destination): void {
    const shown = shownOutput(destination, ports.encoder());
    store.change((draft) => {
      const old = draft.outputs[destination.id];
      if (old) Object.assign(old, shown);
      else {
        const since = ports.clock.now();
        draft.outputs[destination.id] = { ...shown, ...idleFacts, shed: false, since };
      }
    });
    warn(destination);
  }

  function warn(destination: Destination): void {
    const { id, name } = destination;
    const profile = ports.profile(destination.profile);
    const limits = profile ? limitWarnings(profile, ports.encoder(), destination.settings) : [];
    ports.latch.set(
      `output-limits-${id}`,
      limits.length === 0
        ? null
        : {
            severity: 'warning',
            what: {
              es: `La señal no cabe en «${name}»: ${limits.map((w) => w.es).join('; ')}.`,
              en: `The signal does not fit “${name}”: ${limits.map((w) => w.en).join('; ')}.`,
            },
            advice: {
              es: 'Elija en la estación un perfil de codificación que quepa antes de salir al aire.',
              en: 'Choose an encoder profile that fits for the station before going on the air.',
            },
          },
    );
    ports.latch.set(
      `output-secret-${id}`,
      destination.unreadable
        ? {
            severity: 'critical',
            what: {
              es: `La dirección y la clave de «${name}» no se pueden leer: el archivo secret.key cambió.`,
              en: `The address and key of “${name}” cannot be read: secret.key changed.`,
            },
            advice: {
              es: 'Restaure secret.key desde el respaldo o escriba la dirección y la clave otra vez.',
              en: 'Restore secret.key from the backup or enter the address and key again.',
            },
          }
        : null,
    );
  }

  return {
    'output.create': (input) =>
      queue.run(async () => {
        const profile = profileOf(input.profile);
        const checked = checkInput(profile, input, null);
        const present = destinations.list();
        if (present.length >= maxDestinations) {
          throw new StudioError('conflict', {
            es: `Ya hay ${maxDestinations} salidas. Quite una antes de añadir otra.`,
            en: `There are already ${maxDestinations} outputs. Remove one before adding another.`,
          });
        }
        const destination: Destination = {
          id: ports.newId('out'),
          name: input.name,
          profile: profile.id,
          kind: profile.kind,
          ...checked,
          unreadable: false,
          withAir: input.withAir,
          priority: input.priority ?? profile.priority,
          mayShed: input.mayShed ?? false,
          ordered: 'stop',
          createdAt: ports.clock.now(),
          position: Math.max(0, ...present.map((d) => d.position)) + 1,
        };
        await destinations.save(destination);
        publish(destination);
        air.changed();
        return { id: destination.id };
      }),
    'output.update': (input) =>
      queue.run(async () => {
        const old = found(input.id);
        const { id: _id, name, withAir, priority, mayShed, ...rest } = input;
        const touchesProfile = Object.values(rest).some((value) => value !== undefined);
        const checked = touchesProfile ? checkInput(profileFor(old), rest, readable(old)) : {};
        const next: Destination = {
          ...old,
          ...checked,
          name: name ?? old.name,
          withAir: withAir ?? old.withAir,
          priority: priority ?? old.priority,
          mayShed: mayShed ?? old.mayShed,
          unreadable: touchesProfile ? false : old.unreadable,
        };
        // A destination nobody can read must not be sealed over with nothing.
        if (next.unreadable) throw unreadable(old);
        await destinations.save(next);
        publish(next);
        air.changed();
        return {};
      }),
    'output.remove': (input) =>
      queue.run(async () => {
        const old = found(input.id);
        if (old.ordered === 'start') {
          throw new StudioError(
            'conflict',
            {
              es: `«${old.name}» está ordenada al aire. Deténgala antes de quitarla.`,
              en: `“${old.name}” is ordered to run. Stop it before removing it.`,
            },
            { context: { present: 'start' } },
          );
        }
        await destinations.remove(old.id);
        store.change((draft) => {
          delete draft.outputs[old.id];
        });
        ports.latch.retain(
          (alarm) => alarm !== `output-limits-${old.id}` && alarm !== `output-secret-${old.id}`,
        );
        air.changed();
        return {};
      }),
    'output.start': async (input) => {
      const destination = found(input.id);
      if (destination.unreadable) throw unreadable(destination);
      await air.ready();
      await queue.run(() => order(input.id, 'start'));
      await air.deliver();
      return {};
    },
    'output.stop': async (input) => {
      // Stopping is remembered even when air is away: it stops as soon as air is heard again.
      await queue.run(() => order(input.id, 'stop'));
      await air.deliver();
      return {};
    },
  };

  async function order(id: string, ordered: 'start' | 'stop'): Promise<void> {
    found(id);
    await destinations.order([id], ordered);
    // Whatever uplink care had decided, a person just decided anew.
    store.change((draft) => {
      const output = draft.outputs[id];
      if (output) output.shed = false;
    });
    publish(found(id));
  }
}

function unreadable(destination: Destination): StudioError {
  return new StudioError('conflict', {
    es: `La clave de «${destination.name}» no se puede leer. Escriba la dirección y la clave otra vez.`,
    en: `The key of “${destination.name}” cannot be read. Enter the address and key again.`,
  });
}

/** What a change starts from; nothing of a destination whose secrets are lost. */
function readable(d: Destination): CheckedInput | null {
  return d.unreadable ? null : d;
}
