// Two real outputs behind one line that is too small: both fall behind, one yields, the other is whole again.
import { afterEach, expect, test } from 'vitest';
import { stationProfile } from '../../server/contract/profiles.ts';
import { createAlarmLatch } from '../../server/core/alarm-latch.ts';
import { systemClock, type Clock } from '../../server/core/clock.ts';
import { silentLog } from '../../server/core/log.ts';
import { createSettings } from '../../server/outputs/settings.ts';
import { createUplink } from '../../server/outputs/uplink/uplink.ts';
import { packetFacts } from '../kit/media-probe.ts';
import { startNginxRtmp } from '../kit/nginx-rtmp.ts';
import { startSimulatedBus } from '../kit/simulated-bus.ts';
import { startThrottle } from '../kit/throttle.ts';
import { until } from '../kit/until.ts';
import { airBench, ana } from '../service/air-service-bench.ts';
import { bench } from '../service/outputs-bench.ts';
import { watch } from './outputs-rig.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const real = systemClock();
/** Uplink care thinks in tens of seconds: here its time passes three times as fast. */
const pace = 3;
const quick: Clock = {
  now: () => real.now(),
  mono: () => real.mono() * pace,
  after: (ms, fn) => real.after(ms / pace, fn),
  every: (ms, fn) => real.every(ms / pace, fn),
};

test('the one allowed yields, the other loses nothing more, and both run again when it ends', async () => {
  const bus = await startSimulatedBus({ videoKbps: 12_000, seconds: 3 });
  closers.push(() => bus.close());
  const platform = await startNginxRtmp();
  closers.push(() => platform.close());
  const line = await startThrottle(platform.port);
  closers.push(() => line.close());
  const air = watch(bus);
  closers.push(() => air.outputs.close());

  const t = await airBench(await bench(undefined, { ...real, advance: async () => undefined }));
  closers.push(() => t.close());
  closers.push(() => t.air.close());
  t.link.answer = async (order) => {
    air.apply(order.outputs);
    return { ok: true, rev: order.rev };
  };
  const uplink = await createUplink({
    store: t.store,
    settings: createSettings(t.database.db),
    clock: quick,
    audit: { record: (act) => void t.acts.push(act) },
    latch: createAlarmLatch(t.alarms),
    log: silentLog,
    profile: stationProfile.shape.uplink.parse(undefined),
    uploadTest: () => Promise.reject(new Error('not here')),
    orderChanged: () => t.air.orderChanged(),
  });
  closers.push(() => uplink.close());
  t.link.connect();
  closers.push(real.every(100, () => t.report({ source: 'live', outputs: air.outputs.report() })));

  const url = `rtmp://127.0.0.1:${line.port}/live`;
  const add = async (name: string, mayShed: boolean): Promise<string> => {
    const { id } = await t.air.handlers['output.create'](
      { name, profile: 'facebook', url, key: name, withAir: true, mayShed },
      ana,
    );
    await t.air.handlers['output.start']({ id }, ana);
    return id;
  };
  const main = await add('main', false);
  const spare = await add('spare', true);
  await uplink.handlers['uplink.set']({ shedAllowed: true }, ana);
  const shown = (id: string) => t.store.get().outputs[id]!;
  await until(
    'both are live',
    () => [main, spare].every((id) => shown(id).state === 'live'),
    30_000,
  );

  // Two of 12.1 Mb/s into this: the more is missing, the sooner the buffers on the way are full.
  const limitKbps = 13_000;
  line.limit((limitKbps * 1000) / 8);
  await until('one yields', () => shown(spare).shed, 40_000);
  const { uplink: known } = t.store.get();
  expect(known.measured).toMatchObject({ how: 'congestion' });
  expect(known.measured!.kbps / limitKbps).toBeGreaterThan(0.6);
  expect(known.measured!.kbps / limitKbps).toBeLessThan(1.3);
  expect(t.acts.filter((a) => a.action === 'output.shed')).toMatchObject([
    { actor: 'uplink', detail: { id: spare } },
  ]);
  await until(
    'it is idle, and shown as yielding',
    () => air.of(spare).state === 'idle' && shown(spare).problem?.cause === 'shed',
    20_000,
  );
  expect(shown(spare).order).toBe('start');

  line.limit(null);
  await until('what waited for the other is sent', () => shown(main).queueMs < 500, 20_000);
  const { droppedFrames } = shown(main);
  await uplink.handlers['uplink.set']({ shedAllowed: false }, ana);
  await until('both are live again', () => shown(spare).state === 'live', 20_000);
  expect(shown(spare)).toMatchObject({ shed: false, problem: null });
  expect(shown(main)).toMatchObject({ state: 'live', restarts: 0, droppedFrames });

  await air.outputs.close();
  const files = platform.recordings();
  expect(files).toHaveLength(3);
  for (const file of files) {
    expect(await packetFacts(file)).toMatchObject({ nonMonotonic: 0, startsOnKey: true });
  }
});
