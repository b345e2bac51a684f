// Control starts again, or hears of its air again: what is on the air is adopted, with its clock.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { airBench, ana, liveOutput, type AirBench } from './air-service-bench.ts';
import { actions, closeAir, connected, output } from './air-service-steps.ts';
import { settle } from './hand-clock.ts';

let t: AirBench;
beforeEach(async () => {
  t = await airBench();
});
afterEach(() => closeAir(t));

describe('a restart of control while on the air', () => {
  it('adopts: the same order, the same clock, nothing told to OBS', async () => {
    const fb = await output(t, 'fb');
    await connected(t);
    await t.run(t.air.handlers['air.goLive']({}, ana));
    const since = t.clock.now();
    const report = {
      source: 'live',
      sourceSince: since,
      outputs: { [fb]: { ...liveOutput, liveSince: since } },
    } as const;
    t.report(report);
    for (let i = 0; i < 200; i += 1) {
      await t.clock.advance(500);
      t.report(report);
    }
    await settle();
    const { rev: _rev, issuedAt: _at, ...before } = t.link.orders.at(-1)!;

    const next = await t.restart();
    t = next;
    await t.clock.advance(12_000);
    t.store.change((d) => {
      d.switcher.connection = 'connected';
      d.switcher.streaming = 'on';
    });
    expect(t.store.get().air).toMatchObject({ order: 'live', connected: false });
    t.link.connect();
    await t.clock.advance(20);
    t.report(report);
    await t.clock.advance(3000);
    const { rev: _rev2, issuedAt: _at2, ...after } = t.link.orders.at(-1)!;
    expect(after).toEqual(before);
    expect(t.store.get().air).toMatchObject({ onAir: true, since });
    expect(t.encoder.calls).toEqual([]);
    expect(actions(t)).toEqual(['air.adopt']);
  });

  it('a server stopped by a person does not broadcast by itself the next day; radio goes on', async () => {
    const fb = await output(t, 'fb');
    const am = await output(t, 'am', true, 'radio');
    await connected(t);
    await t.run(t.air.handlers['air.goLive']({}, ana));
    t.report({ source: 'live' });
    await t.run(t.air.standDown(), 4000);
    await t.air.close();
    expect(t.encoder.calls).toEqual(['start', 'stop']);
    t = await t.restart();
    t.link.connect();
    await t.clock.advance(20);
    expect(t.link.orders.at(-1)!.live).toBe(false);
    expect(t.store.get().outputs[fb]!.order).toBe('stop');
    expect(t.store.get().outputs[am]!.order).toBe('start');
  });
});

describe('an air that was away from control', () => {
  const minutes = 60_000;
  /** On the air, then unheard of for ten minutes; answers with when it went on the air. */
  async function tenMinutesAway(): Promise<number> {
    await connected(t);
    await t.run(t.air.handlers['air.goLive']({}, ana));
    const since = t.clock.now();
    t.report({ source: 'live', sourceSince: since, liveSince: since });
    t.link.disconnect();
    await t.clock.advance(10 * minutes);
    t.link.connect();
    await t.clock.advance(20);
    return since;
  }

  it('but never stopped sending keeps its on-air clock, whatever it sent meanwhile', async () => {
    const since = await tenMinutesAway();
    // OBS was lost and came back: what goes out now does so since a minute ago.
    const sourceSince = t.clock.now() - minutes;
    t.report({ source: 'live', sourceSince, liveSince: since });
    expect(t.store.get().air).toMatchObject({ onAir: true, since });
  });

  it('and was dark meanwhile is on the air since it says so', async () => {
    await tenMinutesAway();
    const liveSince = t.clock.now() - 2 * minutes;
    t.report({ source: 'slate', sourceSince: t.clock.now() - minutes, liveSince });
    expect(t.store.get().air).toMatchObject({ onAir: true, since: liveSince });
  });

  it('is believed by a control that crashed and comes back, in control’s own time', async () => {
    await connected(t);
    await t.run(t.air.handlers['air.goLive']({}, ana));
    const since = t.clock.now();
    t.report({ source: 'live', sourceSince: since, liveSince: since });
    await settle();
    t = await t.restart();
    await t.clock.advance(10 * minutes);
    t.link.connect();
    await t.clock.advance(20);
    // Its machine's clock is an hour ahead.
    const ahead = 60 * minutes;
    const at = t.clock.now() + ahead;
    const sourceSince = at - minutes;
    t.report({ at, source: 'slate', sourceSince, liveSince: since + ahead });
    expect(t.store.get().air).toMatchObject({
      onAir: true,
      since,
      sourceSince: sourceSince - ahead,
    });
  });
});
