// A destination changed, started, stopped and removed; what control keeps of it over a restart.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ana, type AirBench } from './air-service-bench.ts';
import { closeAir, connectedAir, create, failure } from './air-service-steps.ts';
import { settle } from './hand-clock.ts';
import { alarmsUp } from './outputs-bench.ts';

let t: AirBench;
beforeEach(async () => {
  t = await connectedAir();
});
afterEach(() => closeAir(t));

describe('output.update, start, stop and remove', () => {
  it('keeps what is left out, and orders air once for what changed', async () => {
    const { id } = await create(t, { key: 'first-key' });
    await t.clock.advance(10);
    const before = t.link.orders.length;
    await t.air.handlers['output.update']({ id, name: 'Página', withAir: false }, ana);
    await t.clock.advance(10);
    expect(t.link.orders.length).toBe(before);
    expect(t.store.get().outputs[id]).toMatchObject({
      name: 'Página',
      withAir: false,
      hasKey: true,
    });
    await t.air.handlers['output.update']({ id, key: 'second-key' }, ana);
    await t.clock.advance(10);
    expect(t.link.orders.length).toBe(before + 1);
    expect(t.link.orders.at(-1)!.outputs[0]!.key).toBe('second-key');
  });

  it('starts and stops one alone, and refuses to remove it while ordered to run', async () => {
    const { id } = await create(t, { key: 'k' });
    await t.run(t.air.handlers['output.start']({ id }, ana));
    expect(t.store.get().outputs[id]!.order).toBe('start');
    expect(t.link.orders.at(-1)).toMatchObject({ live: false, outputs: [{ id, run: true }] });
    const refused = await failure(t.air.handlers['output.remove']({ id }, ana));
    expect(refused).toMatchObject({ code: 'conflict', context: { present: 'start' } });
    await t.run(t.air.handlers['output.stop']({ id }, ana));
    await t.air.handlers['output.remove']({ id }, ana);
    await t.clock.advance(10);
    expect(t.store.get().outputs).toEqual({});
    expect(t.link.orders.at(-1)!.outputs).toEqual([]);
  });

  it('says notFound for what is not there', async () => {
    for (const name of ['output.start', 'output.stop', 'output.remove', 'output.update'] as const) {
      expect((await failure(t.air.handlers[name]({ id: 'none' }, ana))).code).toBe('notFound');
    }
  });

  it('does not start what cannot be started now, but remembers a stop', async () => {
    const { id } = await create(t, { key: 'k' });
    await t.run(t.air.handlers['output.start']({ id }, ana));
    t.link.disconnect();
    const other = await create(t, { name: 'Otra', key: 'k2' });
    expect((await failure(t.run(t.air.handlers['output.start']({ id: other.id }, ana)))).code).toBe(
      'unavailable',
    );
    expect(t.store.get().outputs[other.id]!.order).toBe('stop');
    expect((await failure(t.run(t.air.handlers['output.stop']({ id }, ana)))).code).toBe(
      'unavailable',
    );
    expect(t.store.get().outputs[id]!.order).toBe('stop');
    t.link.connect();
    await t.clock.advance(10);
    expect(t.link.orders.at(-1)!.outputs.map((o) => o.run)).toEqual([false, false]);
  });

  it('survives a restart with its secrets and its order', async () => {
    const { id } = await create(t, { key: 'kept-key' });
    await t.run(t.air.handlers['output.start']({ id }, ana));
    const rev = t.link.orders.at(-1)!.rev;
    await t.air.close();
    t = await t.restart();
    expect(t.store.get().outputs[id]).toMatchObject({
      order: 'start',
      hasKey: true,
      state: 'idle',
    });
    t.link.connect();
    await t.clock.advance(10);
    expect(t.link.orders.at(-1)!.outputs[0]).toMatchObject({ id, run: true, key: 'kept-key' });
    expect(t.link.orders.at(-1)!.rev).toBeGreaterThan(rev);
  });

  it('keeps a destination whose secrets cannot be read, says so, and lets people enter them again', async () => {
    const { id } = await create(t, { key: 'k' });
    await t.database.db.updateTable('outputs').set({ url_sealed: 'v1.a.b.c' }).execute();
    await t.air.close();
    t = await t.restart();
    t.link.connect();
    await t.clock.advance(10);
    expect(alarmsUp(t.store)).toEqual([`output-secret-${id}`]);
    expect(t.link.orders.at(-1)!.outputs).toEqual([]);
    expect((await failure(t.air.handlers['output.start']({ id }, ana))).code).toBe('conflict');
    expect((await failure(t.air.handlers['output.update']({ id, name: 'X' }, ana))).code).toBe(
      'conflict',
    );
    await t.air.handlers['output.update']({ id, key: 'again' }, ana);
    await settle();
    expect(alarmsUp(t.store)).toEqual([]);
    expect(t.link.orders.at(-1)).toBeDefined();
  });
});
