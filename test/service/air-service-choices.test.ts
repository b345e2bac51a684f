// Air's own slate by hand, the bypass, and the backup encoder's key: kept, ordered, shown, on record.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StudioError } from '../../server/core/errors.ts';
import { airBench, ana, liveOutput, type AirBench } from './air-service-bench.ts';
import { alarmsUp } from './outputs-bench.ts';

let t: AirBench;
beforeEach(async () => {
  t = await airBench();
});
afterEach(async () => {
  await t.air.close();
  await t.close();
});

const program = {
  videoCodec: 'h264',
  audioCodec: 'aac',
  width: 1280,
  height: 720,
  fps: 30,
  bitrateKbps: 3000,
  keyframeSeconds: 2,
};
async function connected(): Promise<void> {
  t.link.connect();
  await t.clock.advance(20);
  t.report();
}
const last = () => t.link.orders.at(-1)!;
const run = (
  name: 'air.slate' | 'air.bypass' | 'air.backupKey' | 'air.goLive' | 'air.stop',
  input: object = {},
): Promise<unknown> => t.run<unknown>(t.air.handlers[name](input as never, ana));
const failure = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(StudioError);
  return error as StudioError;
};

describe('air.slate', () => {
  it('covers the program until it is taken off, survives a restart, and says who', async () => {
    await connected();
    await run('air.goLive');
    t.report({ source: 'live', feeding: 'program', program, slate: 'captured' });
    await run('air.slate', { on: true });
    expect(last().forceSlate).toBe(true);
    const forced = { by: 'ana', since: t.clock.now() };
    expect(t.store.get().air.forced).toEqual(forced);
    t.acts.length = 0;
    t.report({ source: 'slate', feeding: 'slate', program, slate: 'captured' });
    expect(t.acts[0]).toMatchObject({
      actor: 'air',
      action: 'air.slate',
      reason: 'Lo puso ana; sale «Ya regresamos» de OBS.',
    });
    expect(alarmsUp(t.store)).toEqual(['air-forced']);
    // Pressed again by another: the first stays on record.
    await t.clock.advance(1000);
    await t.run(t.air.handlers['air.slate']({ on: true }, { ...ana, actor: 'luis' }));
    expect(t.store.get().air.forced).toEqual(forced);

    t = await t.restart();
    await connected();
    expect(last()).toMatchObject({ live: true, forceSlate: true });
    expect(t.store.get().air.forced).toEqual(forced);
    await run('air.slate', { on: false });
    expect(last().forceSlate).toBe(false);
    expect(t.store.get().air.forced).toBeNull();
    t.report({ source: 'live', feeding: 'program', program, slate: 'captured' });
    expect(alarmsUp(t.store)).toEqual([]);
  });

  it('does not make OBS restart a stream that arrives all the time', async () => {
    await connected();
    t.store.change((d) => {
      d.switcher.connection = 'connected';
    });
    await run('air.goLive');
    await run('air.slate', { on: true });
    for (let i = 0; i < 60; i += 1) {
      t.report({ source: 'slate', feeding: 'slate', program });
      await t.clock.advance(500);
    }
    expect(t.encoder.calls).toEqual(['start']);
  });

  it('ends with the air', async () => {
    await connected();
    await run('air.goLive');
    await run('air.slate', { on: true });
    await run('air.stop');
    expect(last()).toMatchObject({ live: false, forceSlate: false });
    expect(t.store.get().air.forced).toBeNull();
    t = await t.restart();
    await connected();
    expect(last().forceSlate).toBe(false);
  });

  it('going on is refused in words without an air; going off is remembered', async () => {
    expect((await failure(run('air.slate', { on: true }))).code).toBe('unavailable');
    expect(t.store.get().air.forced).toBeNull();
    await connected();
    await run('air.slate', { on: true });
    t.link.disconnect();
    await failure(run('air.slate', { on: false }));
    t.link.connect();
    await t.clock.advance(20);
    expect(last().forceSlate).toBe(false);
  });
});

describe('forceSlate, for a panic that OBS does not carry out', () => {
  it('puts it on in time and leaves evidence', async () => {
    await connected();
    await run('air.goLive');
    await t.run(t.air.forceSlate('ana', 'OBS no puso la escena.'), 800);
    expect(last().forceSlate).toBe(true);
    expect(t.acts.at(-1)).toMatchObject({
      actor: 'ana',
      action: 'air.slate',
      reason: 'OBS no puso la escena.',
      ok: true,
    });
  });

  it('is refused off the air, without an air, and in time by one that does not answer', async () => {
    await connected();
    expect((await failure(t.run(t.air.forceSlate('ana', 'x')))).code).toBe('conflict');
    await run('air.goLive');
    t.link.answer = () => new Promise(() => undefined);
    expect((await failure(t.run(t.air.forceSlate('ana', 'x'), 800))).code).toBe('timeout');
    t.link.disconnect();
    expect((await failure(t.run(t.air.forceSlate('ana', 'x'), 100))).code).toBe('unavailable');
  });
});

describe('air.bypass', () => {
  it('takes the backup encoder, a feed there is, or the slate; and keeps the choice', async () => {
    await connected();
    expect(last().bypass).toBe('backup');
    t.feeds.push({ id: 'f-1', key: 'fk' });
    await run('air.bypass', { source: 'f-1' });
    expect(last().bypass).toBe('f-1');
    const wrong = await failure(run('air.bypass', { source: 'f-2' }));
    expect(wrong).toMatchObject({ code: 'notFound', context: { sources: ['backup', 'f-1'] } });
    expect(t.store.get().air.bypass).toBe('f-1');
    await run('air.bypass', { source: null });
    t = await t.restart();
    await connected();
    expect(last().bypass).toBeNull();
    expect(t.store.get().air.bypass).toBeNull();
    await run('air.bypass', { source: 'backup' });
    expect(last().bypass).toBe('backup');
  });

  it('to a feed that is removed falls back to the backup encoder, on record', async () => {
    await connected();
    t.feeds.push({ id: 'f-1', key: 'fk' });
    await run('air.bypass', { source: 'f-1' });
    t.feeds.length = 0;
    t.feedsChanged();
    await t.clock.advance(20);
    expect(last().bypass).toBe('backup');
    expect(t.acts.at(-1)).toMatchObject({ actor: 'supervisor', action: 'air.bypass' });
  });

  it('that goes out is said by its name', async () => {
    await connected();
    await run('air.goLive');
    t.report({ source: 'live', feeding: 'program', program });
    t.acts.length = 0;
    t.report({ source: 'live', feeding: 'bypass', backup: program });
    t.feeds.push({ id: 'f-1', key: 'fk' });
    t.store.change((d) => {
      d.field.units['u'] = { name: 'Móvil 1', feeds: [{ id: 'f-1' }] } as never;
    });
    await run('air.bypass', { source: 'f-1' });
    t.report({ source: 'slate', feeding: 'slate', slate: 'freeze' });
    t.report({ source: 'live', feeding: 'bypass' });
    expect(t.acts.filter((a) => a.actor === 'air').map((a) => [a.action, a.reason])).toEqual([
      ['air.bypassed', 'Se perdió el programa; sale directo el codificador de respaldo.'],
      ['air.backup', 'El codificador de respaldo está enviando.'],
      ['air.slate', 'Se perdió la señal directa; sale la última imagen congelada, en silencio.'],
      ['air.backup', 'El codificador de respaldo dejó de enviar.'],
      ['air.bypassed', 'Sale directa la unidad «Móvil 1».'],
    ]);
    expect(t.store.get().alarms['air-slate']!.text).toBe(
      'Se perdió la señal de OBS; sale directa la unidad «Móvil 1».',
    );
  });
});

describe('air.backupKey', () => {
  it('is made when it is asked for, kept sealed, and another after a rotation', async () => {
    await connected();
    expect(last().ingest.backupKey).toBeNull();
    const first = (await run('air.backupKey', { rotate: false })) as { url: string; key: string };
    expect(first.url).toBe('rtmp://studio.local:1936/program');
    expect(first.key).toMatch(/^backup\?k=.{16,}$/);
    const secret = first.key.split('=')[1]!;
    await t.clock.advance(20);
    expect(last().ingest.backupKey).toBe(secret);
    expect(await run('air.backupKey', { rotate: false })).toEqual(first);
    const rows = await t.database.db.selectFrom('settings').selectAll().execute();
    expect(rows.map((r) => r.key)).toContain('air.backupKey');
    expect(JSON.stringify([rows, t.store.get(), t.acts])).not.toContain(secret);

    t = await t.restart();
    await connected();
    expect(last().ingest.backupKey).toBe(secret);
    const second = (await run('air.backupKey', { rotate: true })) as { key: string };
    expect(second.key).not.toBe(first.key);
    await t.clock.advance(20);
    expect(`backup?k=${last().ingest.backupKey}`).toBe(second.key);
  });
});

describe('an air of the contract before', () => {
  it('gets what it knows, people are told what it does not run, and an update ends that', async () => {
    await t.air.handlers['output.create'](
      { name: 'fb', profile: 'custom', url: 'rtmp://host/live', withAir: true },
      ana,
    );
    const recording = 'grabación';
    await t.air.handlers['output.create'](
      { name: recording, profile: 'recording', withAir: true },
      ana,
    );
    t.link.speaks = 1;
    await connected();
    await run('air.goLive');
    expect(last().contract).toBe(1);
    expect(last().outputs.map((o) => [o.kind, o.run])).toEqual([['rtmp', true]]);
    expect(alarmsUp(t.store)).toContain('air-contract');
    expect(t.store.get().alarms['air-contract']!.text).toContain(`«${recording}»`);
    expect(t.store.get().alarms['air-contract']!.advice).toContain('Actualice el proceso');
    t.report({ contract: 1, outputs: { [last().outputs[0]!.id]: liveOutput } });
    t.link.disconnect();
    t.link.speaks = 2;
    t.link.connect();
    await t.clock.advance(20);
    expect(last().contract).toBe(2);
    expect(last().outputs).toHaveLength(2);
    expect(alarmsUp(t.store)).not.toContain('air-contract');
  });
});
