// Having the slate captured from OBS: while going live, in passing, after a crash, and never against a person.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AirReport } from '../../server/contract/air-link.ts';
import { prepareMs } from '../../server/outputs/slate-director.ts';
import { airBench, ana, liveOutput, type AirBench } from './air-service-bench.ts';
import { settle } from './hand-clock.ts';
import { alarmsUp } from './outputs-bench.ts';

const slate = 'Ya regresamos';
const program = {
  videoCodec: 'h264',
  audioCodec: 'aac',
  width: 1280,
  height: 720,
  fps: 30,
  bitrateKbps: 3000,
  keyframeSeconds: 2,
};
let t: AirBench;
let fb: string;
beforeEach(async () => {
  t = await airBench();
  const url = 'rtmp://host/live';
  const made = await t.air.handlers['output.create'](
    { name: 'fb', profile: 'custom', url, key: 'k', withAir: true },
    ana,
  );
  fb = made.id;
});
afterEach(async () => {
  await t.air.close();
  await t.close();
});

async function ready(): Promise<void> {
  t.link.connect();
  t.stage.open('Estudio');
  await t.clock.advance(20);
  t.report();
}
const goLive = () => t.run(t.air.handlers['air.goLive']({}, ana));
const last = () => t.link.orders.at(-1)!;
const runs = () => last().outputs.find((o) => o.id === fb)!.run;
/** Reports this and lets half a second pass, so many times. */
async function report(more: Partial<AirReport>, times = 1): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    t.report(more);
    await t.clock.advance(500);
  }
}
const prepared = () => t.acts.find((a) => a.action === 'air.prepareSlate');

describe('going live', () => {
  it('shows the slate scene, lets air capture it, gives the scene back, then starts the outputs', async () => {
    await ready();
    const { started } = await goLive();
    expect(started).toEqual([fb]);
    expect(t.store.get().air.preparing).toEqual({ until: expect.any(Number) });
    expect(t.stage.cuts).toEqual([slate]);
    expect(last()).toMatchObject({ live: true, captureSlate: false });
    expect(runs()).toBe(false);
    // The stream begins on the slate; the window opens once the encoder has nothing else in it.
    await report({ source: 'live', program, capture: 'wanted' }, 3);
    expect(last().captureSlate).toBe(true);
    expect(runs()).toBe(false);
    expect(t.store.get().air).toMatchObject({ onAir: false, order: 'live' });
    await report({ source: 'live', program, capture: 'capturing' }, 6);
    expect(runs()).toBe(false);
    await report({ source: 'live', program, slate: 'captured' });
    expect(t.stage.cuts).toEqual([slate, 'Estudio']);
    expect(last().captureSlate).toBe(false);
    expect(runs()).toBe(true);
    expect(t.store.get().air.preparing).toBeNull();
    expect(prepared()).toMatchObject({ actor: 'supervisor', ok: true, detail: { captured: true } });
    await report({ source: 'live', program, slate: 'captured', outputs: { [fb]: liveOutput } });
    expect(t.store.get().air.onAir).toBe(true);
    expect(t.acts.map((a) => a.action)).toContain('air.slateCaptured');
    expect(alarmsUp(t.store)).toEqual([]);
  });

  it('on the slate scene already: waits for it to be captured, and moves nothing', async () => {
    await ready();
    t.stage.take(slate);
    await t.clock.advance(500);
    await goLive();
    expect(last()).toMatchObject({ live: true, captureSlate: true });
    await report({ source: 'live', program, capture: 'capturing' }, 5);
    expect(runs()).toBe(false);
    await report({ source: 'live', program, slate: 'captured' });
    expect(runs()).toBe(true);
    expect(t.stage.cuts).toEqual([]);
    expect(t.store.get().switcher.program).toBe(slate);
  });

  it('nothing is kept before OBS has shown what its slate scene looks like', async () => {
    await ready();
    t.stage.blind = true;
    await goLive();
    await report({ source: 'live', program, capture: 'wanted' }, 5);
    expect(last()).toMatchObject({ live: true, captureSlate: false, slatePicture: null });
    t.stage.blind = false;
    await report({ source: 'live', program, capture: 'wanted' }, 3);
    expect(last()).toMatchObject({ captureSlate: true, slatePicture: 'iVBORw0KGgo=' });
  });

  it('the next day only waits for the program, and touches no scene', async () => {
    await ready();
    await goLive();
    await report({ source: 'live', program, capture: 'wanted' });
    await report({ source: 'live', program, slate: 'captured' }, 2);
    await t.run(t.air.handlers['air.stop']({}, ana));
    t.stage.cuts.length = 0;
    t.acts.length = 0;
    t = await t.restart();
    await ready();
    await goLive();
    expect(runs()).toBe(false);
    await report({ source: 'live', program, slate: 'captured' }, 3);
    expect(runs()).toBe(true);
    expect(t.stage.cuts).toEqual([]);
    expect(prepared()).toMatchObject({ ok: true });
    expect(prepared()!.detail!['tookMs']).toBeLessThan(2000);
  });

  it('starts the outputs at its deadline whatever happens, and says with what', async () => {
    await ready();
    await goLive();
    await report({ source: 'live', program, capture: 'capturing' }, prepareMs / 500 - 1);
    await report({ source: 'live', program, capture: 'capturing' });
    expect(runs()).toBe(true);
    expect(t.stage.cuts.at(-1)).toBe('Estudio');
    expect(prepared()).toMatchObject({ ok: false, detail: { captured: false } });
    expect(prepared()!.reason).toContain('sin «Ya regresamos» de OBS');
  });

  it('is not kept by an OBS that hangs in the middle of a cut', async () => {
    await ready();
    t.stage.hang = new Promise(() => undefined);
    await goLive();
    await report({ source: 'slate' }, prepareMs / 500 + 1);
    expect(runs()).toBe(true);
    expect(t.store.get().air.preparing).toBeNull();
  });

  it('goes on at once when OBS refuses the slate scene', async () => {
    await ready();
    t.stage.failure = new Error('OBS says no');
    await goLive();
    await t.clock.advance(50);
    expect(runs()).toBe(true);
    expect(prepared()).toMatchObject({ ok: false });
  });

  it('yields to a person who takes a scene meanwhile, and to one who wants the slate itself', async () => {
    await ready();
    await goLive();
    await report({ source: 'live', program, capture: 'wanted' }, 2);
    t.stage.take('Entrevista');
    await t.clock.advance(20);
    expect(runs()).toBe(true);
    expect(last().captureSlate).toBe(false);
    await report({ source: 'live', program }, 3);
    expect(t.stage.cuts).toEqual([slate]);

    await t.run(t.air.handlers['air.stop']({}, ana));
    t.stage.take('Estudio');
    await report({});
    await goLive();
    await report({ source: 'live', program, capture: 'wanted' });
    // F9 while the slate scene is on: it stays on.
    t.stage.take(slate);
    await report({ source: 'live', program, capture: 'wanted' }, 4);
    expect(runs()).toBe(true);
    expect(t.store.get().switcher.program).toBe(slate);
    // And is captured in passing.
    expect(last().captureSlate).toBe(true);
  });

  it('yields to somebody who uses OBS itself', async () => {
    await ready();
    await goLive();
    t.store.change((d) => {
      d.switcher.program = 'Entrevista';
      d.switcher.programBy = 'obs';
    });
    await t.clock.advance(20);
    expect(runs()).toBe(true);
    await report({ source: 'live', program }, 3);
    expect(t.stage.cuts).toEqual([slate]);
  });

  it('stops waiting and gives the scene back when the air is stopped', async () => {
    await ready();
    await goLive();
    await report({ source: 'live', program, capture: 'wanted' });
    await t.run(t.air.handlers['air.stop']({}, ana));
    await settle();
    expect(t.store.get().air.preparing).toBeNull();
    expect(t.store.get().switcher.program).toBe('Estudio');
    expect(last()).toMatchObject({ live: false });
    expect(runs()).toBe(false);
    expect(prepared()).toBeUndefined();
  });

  it('is over when control hands over: the outputs start, the scene is given back', async () => {
    await ready();
    await goLive();
    await report({ source: 'live', program, capture: 'wanted' });
    await t.run(t.air.handOver());
    expect(runs()).toBe(true);
    expect(t.store.get().switcher.program).toBe('Estudio');
  });

  it('is over when a person puts air’s own slate on', async () => {
    await ready();
    await goLive();
    await t.run(t.air.handlers['air.slate']({ on: true }, ana));
    expect(last()).toMatchObject({ forceSlate: true });
    expect(runs()).toBe(true);
    await settle();
    expect(t.store.get().switcher.program).toBe('Estudio');
  });

  it('does not touch what is going out: with the radio on, no slate is shown', async () => {
    const made = await t.air.handlers['output.create'](
      { name: 'am', profile: 'radio', url: 'icecast://h:8000/am', key: 'k', withAir: false },
      ana,
    );
    await ready();
    await t.run(t.air.handlers['output.start']({ id: made.id }, ana));
    await goLive();
    expect(runs()).toBe(true);
    expect(t.stage.cuts).toEqual([]);
  });
});

describe('a control that dies in the middle', () => {
  it('starts the outputs at once and gives the scene back', async () => {
    await ready();
    await goLive();
    await report({ source: 'live', program, capture: 'wanted' });
    expect(t.store.get().switcher.program).toBe(slate);
    t = await t.restart();
    await t.clock.advance(4000);
    t.link.connect();
    await t.clock.advance(20);
    expect(last().live).toBe(true);
    expect(runs()).toBe(true);
    t.stage.open(slate);
    await report({ source: 'live', program, capture: 'wanted' }, 2);
    expect(t.stage.cuts).toEqual(['Estudio']);
  });

  it('leaves a slate scene alone that has been on for long, and says so', async () => {
    await ready();
    await goLive();
    await report({ source: 'live', program, capture: 'wanted' });
    t = await t.restart();
    await t.clock.advance(130_000);
    t.link.connect();
    t.stage.open(slate);
    await report({ source: 'live', program }, 2);
    expect(t.stage.cuts).toEqual([]);
    expect(alarmsUp(t.store)).toContain('slate-left');
    t.stage.take('Entrevista');
    await t.clock.advance(20);
    expect(alarmsUp(t.store)).not.toContain('slate-left');
  });
});

describe('in passing', () => {
  it('any slate scene on program may be captured, until a take away from it is asked', async () => {
    await ready();
    t.stage.take(slate);
    await t.clock.advance(200);
    expect(last().captureSlate).toBe(false);
    await t.clock.advance(200);
    expect(last().captureSlate).toBe(true);
    // A mix away, begun in OBS itself.
    t.store.change((d) => {
      d.switcher.transition.phase = 'mixing';
    });
    await t.clock.advance(10);
    expect(last().captureSlate).toBe(false);
    t.store.change((d) => {
      d.switcher.transition.phase = 'settled';
    });
    await t.clock.advance(1100);
    expect(last().captureSlate).toBe(true);
    const orders = t.link.orders.length;
    await t.clock.advance(5000);
    expect(t.link.orders).toHaveLength(orders);
    t.stage.take('Estudio', 'grid');
    await t.clock.advance(10);
    expect(last().captureSlate).toBe(false);
  });
});
