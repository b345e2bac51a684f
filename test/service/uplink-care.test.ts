// Uplink care from end to end on control's side: warned before, learnt while, shed if allowed, back by itself.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StudioError } from '../../server/core/errors.ts';
import { ana } from './air-service-bench.ts';
import { settle } from './hand-clock.ts';
import { alarmsUp } from './outputs-bench.ts';
import { uplinkBench, type UplinkBench } from './uplink-bench.ts';

let t: UplinkBench;
const testUrl = 'http://127.0.0.1:9/up';
const verticalUrl = 'rtmp://h/live';
beforeEach(async () => {
  t = await uplinkBench({ kbps: 10_000, testUrl });
});
afterEach(() => t.closeAll());

const state = () => t.store.get().uplink;
const alarm = (id: string) => t.store.get().alarms[id];
const acts = (action: string) => t.acts.filter((a) => a.action === action);
const set = (input: { kbps?: number | null; shedAllowed?: boolean }) =>
  t.uplink.handlers['uplink.set'](input, ana);
const failure = async (work: Promise<unknown>): Promise<StudioError> => {
  const error = await work.then(
    () => null,
    (e: unknown) => e,
  );
  if (!(error instanceof StudioError)) throw new Error(`not refused in words: ${String(error)}`);
  return error;
};

describe('what is known', () => {
  it("starts from the station's file and ends with what a person said, over restarts", async () => {
    expect(state()).toEqual({
      declaredKbps: 10_000,
      measured: null,
      usableKbps: 8000,
      needKbps: 0,
      sendingKbps: 0,
      fits: true,
      shedAllowed: false,
      measuring: null,
      canMeasure: true,
    });
    await set({ kbps: 20_000, shedAllowed: true });
    t = await t.restartAll();
    expect(state()).toMatchObject({ declaredKbps: 20_000, usableKbps: 16_000, shedAllowed: true });
    await set({ kbps: null });
    t = await t.restartAll();
    expect(state()).toMatchObject({
      declaredKbps: null,
      usableKbps: null,
      fits: null,
      shedAllowed: true,
    });
  });

  it('warns before the air when what would start does not fit, with the figures, and forbids nothing', async () => {
    for (const name of ['Facebook', 'YouTube', 'Relé']) {
      await t.air.handlers['output.create'](
        { name, profile: 'facebook', key: 'k', withAir: true, priority: name === 'Relé' ? 90 : 10 },
        ana,
      );
    }
    await t.clock.advance(600);
    expect(state()).toMatchObject({ needKbps: 9948, fits: false });
    expect(alarm('uplink-short')).toMatchObject({ severity: 'warning', clearedAt: null });
    expect(alarm('uplink-short')!.text).toContain('necesitan 9,9 Mb/s');
    expect(alarm('uplink-short')!.text).toContain('8,0 Mb/s');
    expect(alarm('uplink-short')!.advice).toContain('Basta con no emitir por «Relé»');
    await t.run(t.air.handlers['air.goLive']({}, ana));
    expect(t.link.orders.at(-1)!.live).toBe(true);
    await set({ kbps: 15_000 });
    expect(state().fits).toBe(true);
    expect(alarmsUp(t.store)).not.toContain('uplink-short');
  });
});

describe('while the uplink is too little', () => {
  it('what passes is remembered as what the uplink carries, and the alarm turns critical', async () => {
    await set({ kbps: null });
    const fb = await t.add('Facebook');
    const yt = await t.add('YouTube');
    await t.pass(16, 2400, [fb, yt]);
    expect(state()).toMatchObject({
      sendingKbps: 4800,
      measured: { kbps: 4800, how: 'congestion' },
      usableKbps: 3840,
      fits: false,
    });
    expect(alarm('uplink-short')).toMatchObject({ severity: 'critical', clearedAt: null });
    expect(alarm('uplink-short')!.text).toContain('«Facebook» y «YouTube»');
    // Not allowed: nobody is stopped, however long it lasts.
    await t.pass(60, 2400, [fb, yt]);
    expect(acts('output.shed')).toEqual([]);
    t = await t.restartAll();
    expect(state().measured?.kbps).toBe(4800);
    // More than that went out without a drop: it was wrong.
    await t.pass(12, 3000);
    expect(state()).toMatchObject({ measured: null, fits: null });
  });

  it('one slow platform among others is not the uplink', async () => {
    await set({ kbps: null, shedAllowed: true });
    const fb = await t.add('Facebook', { mayShed: true });
    await t.add('YouTube', { mayShed: true });
    await t.pass(60, 2400, [fb]);
    expect(state().measured).toBeNull();
    expect(acts('output.shed')).toEqual([]);
    expect(alarmsUp(t.store)).not.toContain('uplink-short');
  });

  it('encoders that are too slow are this machine’s trouble: nobody yields, nothing is learnt', async () => {
    // Less than both need, and both late: the uplink would explain it.
    await set({ kbps: 5000, shedAllowed: true });
    const wide = await t.add('Facebook', { mayShed: true });
    const tall = await t.add('Vertical', { profile: 'vertical', url: verticalUrl, mayShed: true });
    const second = await t.add('Otra', { profile: 'vertical', url: verticalUrl, mayShed: true });
    await t.pass(60, 1500, [tall, second], 'encoder');
    expect(state().measured).toBeNull();
    expect(acts('output.shed')).toEqual([]);
    expect([wide, tall, second].map((id) => t.shown(id).shed)).toEqual([false, false, false]);
    const shown = t.shown(tall).problem;
    expect(shown).toMatchObject({ cause: 'encoder' });
    expect(shown?.text).toContain('Elija 720×1280');
    expect(shown?.textEn).toContain('the upload is fine');
    // The same with the way out as the reason is the uplink's.
    await t.pass(16, 1500, [tall, second]);
    expect(acts('output.shed')).toHaveLength(1);
  });

  it('sheds the last of those allowed, says so everywhere, and brings it back when there is room', async () => {
    await set({ kbps: 9000, shedAllowed: true });
    const fb = await t.add('Facebook', { priority: 1 });
    const yt = await t.add('YouTube', { priority: 20, mayShed: true });
    const web = await t.add('Relé', { priority: 30, mayShed: true });
    const rec = await t.add('Archivo', { profile: 'recording', key: undefined, mayShed: true });
    await t.pass(16, 2100, [fb, yt, web]);
    expect(t.shown(web)).toMatchObject({
      shed: true,
      order: 'start',
      problem: { cause: 'shed' },
    });
    const runs = () => Object.fromEntries(t.link.orders.at(-1)!.outputs.map((o) => [o.id, o.run]));
    expect(runs()).toEqual({ [fb]: true, [yt]: true, [web]: false, [rec]: true });
    expect(acts('output.shed')).toHaveLength(1);
    expect(acts('output.shed')[0]).toMatchObject({ actor: 'uplink', detail: { id: web } });
    expect(acts('output.shed')[0]!.reason).toMatch(
      /salen 6,3 Mb\/s.*Se detiene «Relé» \(3,3 Mb\/s\)/,
    );
    expect(acts('output.lost')).toEqual([]);
    expect(alarmsUp(t.store)).toContain('uplink-shed');
    await t.pass(12, 3100);
    expect(t.shown(web)).toMatchObject({ shed: true, state: 'idle', problem: { cause: 'shed' } });
    expect(alarmsUp(t.store)).not.toContain(`output-${web}`);
    // A person says that the line is better: after a minute of calm it comes back.
    await set({ kbps: 30_000 });
    await t.pass(40, 3100);
    expect(t.shown(web).shed).toBe(true);
    await t.pass(30, 3100);
    expect(t.shown(web)).toMatchObject({ shed: false, state: 'live', problem: null });
    expect(runs()[web]).toBe(true);
    expect(acts('output.unshed')[0]).toMatchObject({ actor: 'uplink', detail: { why: 'room' } });
    expect(alarmsUp(t.store)).not.toContain('uplink-shed');
  });

  it('stays stopped over a restart of control, and comes back when it is no longer allowed', async () => {
    await set({ kbps: 6000, shedAllowed: true });
    const fb = await t.add('Facebook');
    const web = await t.add('Relé', { mayShed: true, priority: 90 });
    await t.pass(16, 2100, [fb, web]);
    expect(t.shown(web).shed).toBe(true);
    t = await t.restartAll();
    expect(t.shown(web)).toMatchObject({ shed: true, problem: { cause: 'shed' } });
    expect(t.link.orders.flatMap((o) => o.outputs).filter((o) => o.id === web && o.run)).toEqual(
      [],
    );
    await t.pass(5, 3000);
    await set({ shedAllowed: false });
    expect(t.shown(web).shed).toBe(false);
    await t.clock.advance(10);
    expect(t.link.orders.at(-1)!.outputs.find((o) => o.id === web)!.run).toBe(true);
    expect(acts('output.unshed')[0]).toMatchObject({ detail: { why: 'forbidden' } });
  });

  it('a person who starts one again has it again; one who stops it has it stopped', async () => {
    await set({ kbps: 6000, shedAllowed: true });
    const fb = await t.add('Facebook');
    const web = await t.add('Relé', { mayShed: true, priority: 90 });
    await t.pass(16, 2100, [fb, web]);
    expect(t.shown(web).shed).toBe(true);
    await t.run(t.air.handlers['output.start']({ id: web }, ana));
    expect(t.shown(web).shed).toBe(false);
    expect(t.link.orders.at(-1)!.outputs.find((o) => o.id === web)!.run).toBe(true);
    await t.pass(40, 2100, [fb, web]);
    expect(t.shown(web).shed).toBe(true);
    await t.run(t.air.handlers['air.stop']({}, ana));
    await t.pass(1, 0);
    expect(t.shown(web)).toMatchObject({ shed: false, order: 'stop', problem: null });
    expect(alarmsUp(t.store)).not.toContain('uplink-shed');
  });

  it('decides nothing on old figures while air is not heard', async () => {
    await set({ kbps: 6000, shedAllowed: true });
    const fb = await t.add('Facebook');
    const web = await t.add('Relé', { mayShed: true, priority: 90 });
    await t.pass(8, 2100, [fb, web]);
    t.link.disconnect();
    await t.clock.advance(60_000);
    expect(acts('output.shed')).toEqual([]);
    expect(state().sendingKbps).toBe(0);
    t.link.connect();
    await t.pass(8, 2100, [fb, web]);
    expect(acts('output.shed')).toEqual([]);
    await t.pass(8, 2100, [fb, web]);
    expect(acts('output.shed')).toHaveLength(1);
  });
});

describe('uplink.measure', () => {
  const measure = () => t.run(t.uplink.handlers['uplink.measure']({}, ana));

  it('answers at once, shows its progress, and leaves its result in the state and on record', async () => {
    await measure();
    expect(t.upload.calls[0]!.url).toBe(testUrl);
    expect(state().measuring).toBe(0);
    t.upload.calls[0]!.onProgress(0.5);
    expect(state().measuring).toBe(0.5);
    expect((await failure(measure())).code).toBe('conflict');
    t.upload.finish(6200);
    await settle();
    expect(state()).toMatchObject({
      measuring: null,
      measured: { kbps: 6200, how: 'test' },
      usableKbps: 4960,
    });
    expect(acts('uplink.measured')[0]).toMatchObject({
      ok: true,
      reason: 'Se midió la subida: 6,2 Mb/s.',
      detail: { kbps: 6200 },
    });
    t = await t.restartAll();
    expect(state().measured?.kbps).toBe(6200);
  });

  it('a server that refuses at once is the answer; one that fails later is an alarm', async () => {
    const words = { es: 'No se pudo medir: prueba.', en: 'It could not be measured: test.' };
    const refused = measure();
    await settle();
    t.upload.fail(new StudioError('unavailable', words));
    expect((await failure(refused)).words).toEqual(words);
    expect(alarm('uplink-measure')).toBeUndefined();
    expect(state().measuring).toBeNull();
    await measure();
    await t.clock.advance(5000);
    t.upload.fail(new StudioError('unavailable', words));
    await settle();
    expect(alarm('uplink-measure')).toMatchObject({ text: words.es });
    expect(acts('uplink.measured').map((a) => a.ok)).toEqual([false, false]);
    expect(state()).toMatchObject({ measuring: null, measured: null });
  });

  it('is refused on the air, stopped by going live, and allowed while only radio runs', async () => {
    await t.add('AM', { profile: 'radio', url: 'icecast://h:8000/am' });
    await t.pass(1, 96);
    await measure();
    await t.run(t.air.handlers['air.goLive']({}, ana));
    await t.pass(1, 96);
    expect(state().measuring).toBeNull();
    expect(acts('uplink.measured')[0]).toMatchObject({ ok: false });
    expect(acts('uplink.measured')[0]!.reason).toContain('porque comenzó la emisión');
    expect(t.upload.calls[0]!.signal.aborted).toBe(true);
    expect(await failure(measure())).toMatchObject({
      code: 'conflict',
      context: { present: 'onAir' },
    });
  });

  it('is unavailable where nobody said against what', async () => {
    await t.closeAll();
    t = await uplinkBench({ testUrl: null });
    expect(state().canMeasure).toBe(false);
    expect((await failure(measure())).code).toBe('unavailable');
  });
});
