// Going on the air, staying there and stopping, with an OBS or an air that is away, late or refuses.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { airBench, ana, liveOutput, type AirBench } from './air-service-bench.ts';
import { closeAir, connected, failure, output } from './air-service-steps.ts';
import { alarmsUp } from './outputs-bench.ts';

let t: AirBench;
beforeEach(async () => {
  t = await airBench();
});
afterEach(() => closeAir(t));

describe('air.goLive and air.stop', () => {
  it('orders every output that goes with the air and starts OBS into the ingest', async () => {
    const fb = await output(t, 'fb');
    const yt = await output(t, 'yt');
    const other = await output(t, 'other', false);
    await connected(t);
    const { started } = await t.run(t.air.handlers['air.goLive']({}, ana));
    expect(started.toSorted()).toEqual([fb, yt].toSorted());
    const order = t.link.orders.at(-1)!;
    expect(order.live).toBe(true);
    expect(Object.fromEntries(order.outputs.map((o) => [o.id, o.run]))).toEqual({
      [fb]: true,
      [yt]: true,
      [other]: false,
    });
    expect(t.encoder.targets).toEqual([
      { server: 'rtmp://127.0.0.1:1936/program', key: expect.stringMatching(/^main\?k=ingest-/) },
    ]);
    expect(t.store.get().air.order).toBe('live');
    // Nothing is on the air until air says so.
    expect(t.store.get().air.onAir).toBe(false);
    t.report({ source: 'live', sourceSince: t.clock.now(), outputs: { [fb]: liveOutput } });
    expect(t.store.get().air).toMatchObject({ onAir: true, source: 'live', since: t.clock.now() });

    const { stopped } = await t.run(t.air.handlers['air.stop']({}, ana));
    expect(stopped.toSorted()).toEqual([fb, yt].toSorted());
    expect(t.link.orders.at(-1)).toMatchObject({ live: false });
    expect(t.link.orders.at(-1)!.outputs.every((o) => !o.run)).toBe(true);
    expect(t.encoder.calls).toEqual(['start', 'stop']);
    t.report();
    expect(t.store.get().air).toMatchObject({ onAir: false, since: null, order: 'stop' });
  });

  it('goes on the air with the slate when OBS is away, says so, and starts OBS when it comes', async () => {
    const fb = await output(t, 'fb');
    t.link.connect();
    await t.clock.advance(20);
    t.report();
    await t.run(t.air.handlers['air.goLive']({}, ana));
    expect(t.encoder.calls).toEqual([]);
    for (let i = 0; i < 8; i += 1) {
      t.report({ source: 'slate', outputs: { [fb]: liveOutput } });
      await t.clock.advance(500);
    }
    expect(t.store.get().air).toMatchObject({ onAir: true, source: 'slate' });
    expect(alarmsUp(t.store)).toEqual(['air-slate']);
    expect(t.store.get().alarms['air-slate']!.text).toContain('OBS no está enviando el programa');
    t.encoder.reconnect();
    await t.clock.advance(10);
    expect(t.encoder.calls).toEqual(['start']);
    expect(t.acts.at(-1)).toMatchObject({
      actor: 'supervisor',
      action: 'obs.startStream',
      ok: true,
    });
    t.report({ source: 'live', outputs: { [fb]: liveOutput } });
    expect(alarmsUp(t.store)).toEqual([]);
  });

  it('never gives up: OBS that stops streaming is started again, with growing patience', async () => {
    await connected(t);
    await t.run(t.air.handlers['air.goLive']({}, ana));
    t.report({ source: 'live' });
    t.store.change((d) => {
      d.switcher.streaming = 'off';
    });
    t.encoder.failure = new Error('OBS says no');
    for (let i = 0; i < 60; i += 1) {
      t.report({ source: 'slate' });
      await t.clock.advance(500);
    }
    const tries = t.encoder.calls.length - 1;
    expect(tries).toBeGreaterThanOrEqual(4);
    expect(tries).toBeLessThanOrEqual(12);
    expect(t.acts.filter((a) => a.action === 'obs.startStream' && !a.ok)).toHaveLength(1);
    t.encoder.failure = null;
    for (let i = 0; i < 22 && t.store.get().switcher.streaming === 'off'; i += 1) {
      t.report({ source: 'slate' });
      await t.clock.advance(500);
    }
    expect(t.store.get().switcher.streaming).toBe('on');
    expect(t.acts.at(-1)).toMatchObject({ action: 'obs.startStream', ok: true });
  });

  it('leaves a stream alone that a person sends elsewhere while off the air', async () => {
    await connected(t);
    t.store.change((d) => {
      d.switcher.streaming = 'on';
    });
    t.report();
    await t.run(t.air.handlers['air.stop']({}, ana));
    await t.clock.advance(5000);
    expect(t.encoder.calls).toEqual([]);
  });

  it('answers within two seconds and changes nothing when no air is there', async () => {
    await output(t, 'fb');
    const refused = await failure(t.run(t.air.handlers['air.goLive']({}, ana)));
    expect(refused.code).toBe('unavailable');
    expect(t.store.get().air.order).toBe('stop');
    t.link.connect();
    await t.clock.advance(20);
    expect(t.link.orders.at(-1)!.live).toBe(false);
  });

  it('waits a moment for an air that is just coming', async () => {
    const going = t.air.handlers['air.goLive']({}, ana);
    await t.clock.advance(300);
    t.link.connect();
    await expect(t.run(going)).resolves.toEqual({ started: [] });
  });

  it('says so when air does not answer in time, and repeats the order by itself', async () => {
    await connected(t);
    t.link.answer = () => new Promise(() => undefined);
    const late = await failure(t.run(t.air.handlers['air.goLive']({}, ana)));
    expect(late.code).toBe('timeout');
    expect(t.store.get().air.order).toBe('live');
    t.link.answer = async (order) => ({ ok: true, rev: order.rev });
    const before = t.link.orders.length;
    await t.clock.advance(3000);
    expect(t.link.orders.length).toBe(before + 1);
    expect(t.link.orders.at(-1)!.live).toBe(true);
    await t.clock.advance(30_000);
    expect(t.link.orders.length).toBe(before + 1);
    expect(alarmsUp(t.store)).not.toContain('air-order');
  });

  it('raises an alarm with the reason when air refuses the order', async () => {
    await connected(t);
    t.link.answer = async () => ({
      ok: false,
      code: 'invalid',
      message: 'versión vieja',
      messageEn: 'old version',
    });
    expect((await failure(t.run(t.air.handlers['air.goLive']({}, ana)))).code).toBe('invalid');
    expect(alarmsUp(t.store)).toContain('air-order');
    expect(t.store.get().alarms['air-order']!.text).toContain('versión vieja');
  });
});
