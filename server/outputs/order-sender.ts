// Keeps air at the newest order: sends on connection and on change, once each, and repeats what was not taken.
import type { AirOrder, OrderAnswer } from '../contract/air-link.ts';
import { backoffMs } from '../core/backoff.ts';
import type { Cancel, Clock } from '../core/clock.ts';
import { withDeadline } from '../core/deadline.ts';
import { toFailure } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { orderFor, type SentOrder } from './order-contract.ts';
import { sameOrder, type OrderContent } from './order.ts';
import type { Settings } from './settings.ts';

/** The way to the air process; made by the web's namespace /air. */
export interface OrderLink {
  connected(): boolean;
  contract(): number | null;
  sendOrder(order: SentOrder): Promise<OrderAnswer>;
}

export interface OrderSender {
  /** Something an order is made of may have changed: sends soon, once for many calls. */
  changed(): void;
  /** Sends now if air lacks the present order; null when no air is connected. */
  push(): Promise<OrderAnswer | null>;
  /** A (re)connected air takes nothing for granted. */
  connected(): Promise<OrderAnswer | null>;
  /** What air says it follows; one ahead of ours means our memory is older than air's. */
  reported(orderRev: number | null): void;
  close(): void;
}

export interface OrderSenderPorts {
  readonly clock: Clock;
  readonly link: OrderLink;
  readonly settings: Settings;
  readonly log: Log;
  readonly random: () => number;
  readonly content: () => OrderContent;
  /** Air's last word about the newest order: null when it took it. */
  readonly onRefused: (answer: Extract<OrderAnswer, { ok: false }> | null) => void;
  /** The outputs that the connected air is too old to know, at each order; empty when it knows all. */
  readonly onLeft: (ids: readonly string[]) => void;
}

const revKey = 'air.orderRev';
/** Revisions set aside at a time: a person's order waits for one sync of the disk less. */
const revBlock = 100;
const ackMs = 1200;
const retry = { firstMs: 500, maxMs: 10_000 };

/** Continues the revisions where the last run left them. */
export async function createOrderSender(ports: OrderSenderPorts): Promise<OrderSender> {
  const { clock, link, settings, log } = ports;
  const stored = await settings.read(revKey);
  /** The stored one is the highest that may have been used. */
  let reserved = typeof stored === 'number' ? stored : 0;
  let rev = reserved;
  let order: AirOrder | null = null;
  let taken: number | null = null;
  let attempt = 0;
  let closed = false;
  let soon: Cancel | null = null;
  let later: Cancel | null = null;
  let tail: Promise<unknown> = Promise.resolve();
  let waiting: Promise<OrderAnswer | null> | null = null;

  async function renew(atLeast: number): Promise<AirOrder> {
    const content = ports.content();
    if (order === null || order.rev < atLeast || !sameOrder(stripped(order), content)) {
      const next = Math.max(rev + 1, atLeast);
      if (next > reserved) {
        // Durable before it is sent: a revision is never used for two different orders.
        await settings.write(revKey, next + revBlock);
        reserved = next + revBlock;
      }
      rev = next;
      order = { ...content, rev, issuedAt: clock.now() };
    }
    return order;
  }

  async function send(): Promise<OrderAnswer | null> {
    if (closed) return null;
    let next = await renew(0);
    if (!link.connected()) return null;
    if (taken === next.rev) return { ok: true, rev: next.rev };
    let answer = await ask(next);
    const present = answer.ok ? undefined : answer.context?.present;
    if (typeof present === 'number' && present >= next.rev) {
      next = await renew(present + 1);
      answer = await ask(next);
    }
    if (answer.ok) {
      taken = next.rev;
      attempt = 0;
      ports.onRefused(null);
      log.info({ orderRev: next.rev }, 'air took the order');
    } else {
      log.warn({ orderRev: next.rev, code: answer.code, why: answer.messageEn }, 'order not taken');
      if (link.connected()) {
        ports.onRefused(answer);
        const wait = backoffMs(retry, attempt, ports.random);
        attempt += 1;
        later?.();
        later = clock.after(wait, () => void push().catch(() => undefined));
      }
    }
    return answer;
  }

  async function ask(next: AirOrder): Promise<OrderAnswer> {
    const sent = orderFor(next, link.contract() ?? next.contract);
    ports.onLeft(sent.left);
    try {
      return await withDeadline(
        clock,
        ackMs,
        {
          es: 'El proceso de emisión no contestó a tiempo. La orden quedó guardada y se repite sola.',
          en: 'The air process did not answer in time. The order is kept and repeated by itself.',
        },
        link.sendOrder(sent.order),
      );
    } catch (error) {
      return { ok: false, ...toFailure(error) };
    }
  }

  function push(): Promise<OrderAnswer | null> {
    if (waiting) return waiting;
    const job = tail.then(() => {
      waiting = null;
      return send();
    });
    waiting = job;
    tail = job.catch((error: unknown) => {
      log.error({ err: error }, 'the order could not be made');
    });
    return job;
  }

  return {
    changed() {
      if (soon || closed) return;
      soon = clock.after(0, () => {
        soon = null;
        push().catch(() => undefined);
      });
    },
    push,
    connected() {
      taken = null;
      attempt = 0;
      return push();
    },
    reported(orderRev) {
      if (orderRev === null || orderRev <= rev) return;
      // Our database is older than air's memory (a restored backup): overtake it.
      rev = orderRev;
      order = null;
      taken = null;
      push().catch(() => undefined);
    },
    close() {
      closed = true;
      soon?.();
      later?.();
    },
  };
}

function stripped(order: AirOrder): OrderContent {
  const { rev: _rev, issuedAt: _issuedAt, ...content } = order;
  return content;
}
