// Going on the air, staying there, coming back after a restart, and stopping.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StudioError } from '../../server/core/errors.ts';
import { airBench, ana, liveOutput, type AirBench } from './air-service-bench.ts';
import { alarmsUp, settle } from './outputs-fakes.ts';

let t: AirBench;
beforeEach(async () => {
  t = await airBench();
});
afterEach(async () => {
  await t.air.close();
  await t.close();
});

async function output(name: string, withAir = true, profile = 'custom'): Promise<string> {
  const url = profile === 'radio' ? 'icecast://h:8000/am' : 'rtmp://host/live';
  const made = await t.air.handlers['output.create'](
    { name, profile, withAir, url, key: `key-of-${name}` },
    ana,
  );
  return made.id;
}
async function connected(): Promise<void> {
  t.link.connect();
  t.store.change((d) => {
    d.switcher.connection = 'connected';
  });
  await t.clock.advance(20);
  t.report();
}
const actions = () => t.acts.map((a) => a.action);
const failure = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(StudioError);
  return error as StudioError;
};

describe('air.goLive and air.stop', () => {
  it('orders every output that goes with the air and starts OBS into the ingest', async () => {
    const fb = await output('fb');
    const yt = await output('yt');
    const other = await output('other', false);
    await connected();
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
    const fb = await output('fb');
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
    await connected();
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
    await connected();
    t.store.change((d) => {
      d.switcher.streaming = 'on';
    });
    t.report();
    await t.run(t.air.handlers['air.stop']({}, ana));
    await t.clock.advance(5000);
    expect(t.encoder.calls).toEqual([]);
  });

  it('answers within two seconds and changes nothing when no air is there', async () => {
    await output('fb');
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
    await connected();
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
    await connected();
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

describe('orders', () => {
  it('are sent on connection, once per change, and never twice', async () => {
    await connected();
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

describe('a restart of control while on the air', () => {
  it('adopts: the same order, the same clock, nothing told to OBS', async () => {
    const fb = await output('fb');
    await connected();
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
    expect(actions()).toEqual(['air.adopt']);
  });

  it('a server stopped by a person does not broadcast by itself the next day; radio goes on', async () => {
    const fb = await output('fb');
    const am = await output('am', true, 'radio');
    await connected();
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
    await connected();
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
    await connected();
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

describe('reports', () => {
  it('leave evidence of the slate and of losses, each with its reason', async () => {
    const fb = await output('fb');
    await connected();
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
    expect(actions()).toEqual(['air.slate', 'air.program', 'output.lost', 'output.recovered']);
    expect(t.acts[0]).toMatchObject({
      actor: 'air',
      reason: 'Se perdió el programa; sale «Ya regresamos» del servidor.',
    });
    expect(t.acts[2]).toMatchObject({ ok: false, detail: { id: fb, name: 'fb', cause: 'kicked' } });
  });

  it('that stop make everything stale within two seconds, without inventing a change', async () => {
    const fb = await output('fb');
    await connected();
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
    await connected();
    t.link.disconnect();
    expect(t.store.get().air.connected).toBe(false);
  });

  it('give the monitor its address, with the token escaped', async () => {
    await connected();
    t.report({ monitor: { port: 8123, token: 'a b/c' } });
    expect(t.air.monitorUrl()).toBe('http://127.0.0.1:8123/bus.flv?t=a%20b%2Fc');
  });

  it('that say the same publish nothing but the time they came', async () => {
    const fb = await output('fb');
    await connected();
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
