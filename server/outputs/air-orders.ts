// How a command gets its order to the air, within the two seconds in which it is answered.
import type { Clock } from '../core/clock.ts';
import { withDeadline } from '../core/deadline.ts';
import { StudioError } from '../core/errors.ts';
import type { AirLink } from './air-link-port.ts';
import type { AirOrders } from './destinations.ts';
import type { OrderSender } from './order-sender.ts';

/** Together they stay under the deadline of a command. */
const readyMs = 600;
const deliverMs = 1150;

const away = {
  es: 'El proceso de emisión no responde; no se cambió nada. Se está levantando solo: intente en unos segundos.',
  en: 'The air process does not answer; nothing was changed. It is coming up by itself: try in a few seconds.',
};
/** What a person is told of an order that is kept, and carried out later. */
export const orderKept = {
  es: 'La orden quedó guardada y se cumplirá en cuanto el proceso de emisión responda.',
  en: 'The order is kept and will be carried out as soon as the air process answers.',
};

/** Waits for an air that is just coming, and for its word about an order; never for a platform. */
export function createAirOrders(ports: {
  readonly clock: Clock;
  readonly link: Pick<AirLink, 'connected' | 'onConnect'>;
  readonly sender: OrderSender;
}): AirOrders {
  const { clock, link, sender } = ports;
  const waiting = new Set<() => void>();
  link.onConnect(() => {
    for (const resolve of waiting) resolve();
  });

  return {
    async ready() {
      if (link.connected()) return;
      const { promise: connected, resolve } = Promise.withResolvers<void>();
      waiting.add(resolve);
      try {
        await withDeadline(clock, readyMs, away, connected);
      } catch (cause) {
        throw new StudioError('unavailable', away, { cause });
      } finally {
        waiting.delete(resolve);
      }
    },
    async deliver() {
      const answer = await withDeadline(clock, deliverMs, orderKept, sender.push());
      if (answer === null) throw new StudioError('unavailable', orderKept);
      if (!answer.ok) {
        throw new StudioError(answer.code, { es: answer.message, en: answer.messageEn });
      }
    },
    changed: () => sender.changed(),
  };
}
