// What reports of air, and their absence, make of the state: evidence, alarms, staleness.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { airBench, ana, liveOutput, type AirBench } from './air-service-bench.ts';
import { actions, closeAir, connected, output } from './air-service-steps.ts';
import { alarmsUp } from './outputs-bench.ts';

let t: AirBench;
beforeEach(async () => {
  t = await airBench();
});
afterEach(() => closeAir(t));

describe('reports', () => {
  it('leave evidence of the slate and of losses, each with its reason', async () => {
    const fb = await output(t, 'fb');
    await connected(t);
    await t.run(t.air.handlers['air.goLive']({}, ana));
    t.report({ source: 'live', outputs: { [fb]: liveOutput } });
    t.acts.length = 0;
    t.report({ source: 'slate', outputs: { [fb]: liveOutput } });
    expect(alarmsUp(t.store)).toEqual(['air-slate']);
    t.report({
      source: 'live',
      outputs: {
        [fb]: {
          ...liveOutput,
          state: 'retrying',
          problem: { cause: 'kicked', detail: 'x', at: 1 },
        },
      },
    });
    expect(alarmsUp(t.store)).toEqual([]);
    t.report({ source: 'live', outputs: { [fb]: { ...liveOutput, restarts: 1 } } });
    expect(actions(t)).toEqual(['air.slate', 'air.program', 'output.lost', 'output.recovered']);
    expect(t.acts[0]).toMatchObject({
      actor: 'air',
      reason: 'Se perdió el programa; sale «Ya regresamos» del servidor.',
    });
    expect(t.acts[2]).toMatchObject({ ok: false, detail: { id: fb, name: 'fb', cause: 'kicked' } });
  });

  it('that stop make everything stale within two seconds, without inventing a change', async () => {
    const fb = await output(t, 'fb');
    await connected(t);
    await t.run(t.air.handlers['air.goLive']({}, ana));
    t.report({ source: 'live', outputs: { [fb]: liveOutput } });
    const reportedAt = t.clock.now();
    await t.clock.advance(1900);
    expect(t.store.get().air.connected).toBe(true);
    await t.clock.advance(700);
    expect(t.store.get().air).toMatchObject({
      connected: false,
      source: 'live',
      onAir: true,
      reportedAt,
    });
    expect(t.store.get().outputs[fb]).toMatchObject({ state: 'live', order: 'start' });
    expect(t.store.get().parts.air!.state).toBe('down');
    expect(t.store.get().parts.ingest!.state).toBe('warn');
    expect(t.air.monitorUrl()).toBeNull();
    await t.clock.advance(2500);
    expect(alarmsUp(t.store)).toEqual(['air-link']);
    t.report({ source: 'live', outputs: { [fb]: liveOutput } });
    expect(alarmsUp(t.store)).toEqual([]);
    expect(t.store.get().parts.air!.state).toBe('ok');
  });

  it('a dropped link is stale at once', async () => {
    await connected(t);
    t.link.disconnect();
    expect(t.store.get().air.connected).toBe(false);
  });

  it('give the monitor its address, with the token escaped', async () => {
    await connected(t);
    t.report({ monitor: { port: 8123, token: 'a b/c' } });
    expect(t.air.monitorUrl()).toBe('http://127.0.0.1:8123/bus.flv?t=a%20b%2Fc');
  });

  it('that say the same publish nothing but the time they came', async () => {
    const fb = await output(t, 'fb');
    await connected(t);
    const ingest = {
      state: 'up',
      rtmpPort: 1936,
      since: 5,
      restarts: 0,
      problem: null,
      refused: 0,
    } as const;
    t.report({ outputs: { [fb]: liveOutput }, ingest });
    t.store.flush();
    const ops: string[] = [];
    t.store.subscribe((step) => ops.push(...step.ops.map((o) => o.path)));
    await t.clock.advance(500);
    t.report({ outputs: { [fb]: liveOutput }, ingest });
    t.store.flush();
    expect(ops).toEqual(['/air/reportedAt']);
  });
});
