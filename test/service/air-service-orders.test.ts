// When air is sent an order: on connection, once per change, never twice, and always later than what it remembers.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { airBench, type AirBench } from './air-service-bench.ts';
import { closeAir, connected } from './air-service-steps.ts';
import { alarmsUp } from './outputs-bench.ts';

let t: AirBench;
beforeEach(async () => {
  t = await airBench();
});
afterEach(() => closeAir(t));

describe('orders', () => {
  it('are sent on connection, once per change, and never twice', async () => {
    await connected(t);
    expect(t.link.orders).toHaveLength(1);
    t.feeds.push({ id: 'f-1', key: 'fk' });
    t.feedsChanged();
    t.feedsChanged();
    await t.clock.advance(20);
    expect(t.link.orders).toHaveLength(2);
    expect(t.link.orders[1]!.ingest.feeds).toEqual([{ id: 'f-1', key: 'fk' }]);
    t.feedsChanged();
    await t.clock.advance(20);
    expect(t.link.orders).toHaveLength(2);
    t.link.disconnect();
    t.link.connect();
    await t.clock.advance(20);
    expect(t.link.orders).toHaveLength(3);
    expect(t.link.orders[2]).toEqual(t.link.orders[1]);
    expect(t.link.orders.map((o) => o.rev)).toEqual([1, 2, 2]);
  });

  it('overtake an air that remembers a later revision than we do', async () => {
    t.link.answer = async (order) =>
      order.rev > 40
        ? { ok: true, rev: order.rev }
        : {
            ok: false,
            code: 'conflict',
            message: 'vieja',
            messageEn: 'old',
            context: { present: 40 },
          };
    t.link.connect();
    await t.clock.advance(20);
    expect(t.link.orders.map((o) => o.rev)).toEqual([1, 41]);
    expect(alarmsUp(t.store)).toEqual([]);
    t.report({ orderRev: 90 });
    await t.clock.advance(20);
    expect(t.link.orders.at(-1)!.rev).toBe(91);
  });
});
