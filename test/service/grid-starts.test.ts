// The grid on its own: each start's scene goes on air once and on time, whatever the clock does; between them nothing is sent.
import { afterEach, describe, expect, test } from 'vitest';
import { aDocument, aSlot, at } from '../unit/grid-samples.ts';
import { bench, settle, type Bench } from './grid-kit.ts';
import { morning, scenes, shown } from './grid-morning.ts';

let b: Bench;
afterEach(() => b.close());

describe('at a start', () => {
  test('its scene is taken on time, with reason, audit and as-run', async () => {
    b = await bench('07:58');
    await b.boot(morning);
    expect(shown(b)).toMatchObject({
      mode: 'automatic',
      now: null,
      next: { title: 'Zona Tributaria', time: '08:00' },
      announced: null,
      version: 1,
      note: 'Horarios de ejemplo.',
    });
    await b.clock.advanceTo(at('07:59:00'));
    expect(shown(b).announced).toEqual({
      at: at('08:00'),
      scene: 'Estudio',
      title: 'Zona Tributaria',
    });
    expect(scenes(b)).toEqual([]);
    await b.clock.advanceTo(at('08:00'));
    expect(b.switcher.takes).toEqual([
      { scene: 'Estudio', at: at('08:00'), reason: 'Inicia Zona Tributaria (08:00)' },
    ]);
    expect(shown(b)).toMatchObject({
      now: { id: 'uno@2026-11-24' },
      next: { id: 'dos@2026-11-24' },
      late: 0,
      announced: null,
      lastAct: { scene: 'Estudio', ok: true, text: 'Inicia Zona Tributaria (08:00)' },
    });
    expect(await b.asRun()).toEqual([
      { occurrence: 'uno@2026-11-24', cause: 'start', late_ms: 0, scene: 'Estudio' },
    ]);
    expect(b.acts.at(-1)).toMatchObject({ actor: 'grid', action: 'grid.take', ok: true });
    expect(b.state().get().parts.grid).toMatchObject({ state: 'ok' });
  });

  test('one after the other; at the end of the last what is on stays', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    await b.clock.advanceTo(at('10:10'));
    expect(scenes(b)).toEqual(['Estudio', 'Entrevista']);
    expect(shown(b)).toMatchObject({ now: null, late: null, next: { title: 'Ciclo Vital' } });
    expect(b.switcher.program()).toBe('Entrevista');
    await b.clock.advanceTo(at('23:00'));
    expect(scenes(b)).toEqual(['Estudio', 'Entrevista', 'Campo']);
  });

  test('a scene already there is not taken again, but is on record', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    b.switcher.person('Estudio');
    await b.clock.advanceTo(at('08:00'));
    expect(scenes(b)).toEqual([]);
    expect((await b.asRun()).map((r) => r.cause)).toEqual(['alreadyOn']);
    expect(shown(b)).toMatchObject({ mode: 'automatic', late: 0 });
  });

  test('across midnight, every night', async () => {
    b = await bench('23:00');
    await b.boot(
      aDocument([
        aSlot({ start: '23:30', durationMinutes: 60 }),
        aSlot({ id: 'dos', start: '00:30', scene: 'Campo' }),
      ]),
    );
    await b.clock.advanceTo(at('00:10', '2026-11-25'));
    expect(shown(b).now).toMatchObject({ id: 'uno@2026-11-24', end: at('00:30', '2026-11-25') });
    await b.clock.advanceTo(at('12:00', '2026-11-27'));
    expect(b.switcher.takes.map((t) => [t.scene, t.at])).toEqual([
      ['Estudio', at('23:30', '2026-11-24')],
      ['Campo', at('00:30', '2026-11-25')],
      ['Estudio', at('23:30', '2026-11-25')],
      ['Campo', at('00:30', '2026-11-26')],
      ['Estudio', at('23:30', '2026-11-26')],
      ['Campo', at('00:30', '2026-11-27')],
    ]);
  });

  test('a timer that fires a moment early does not sleep through the start', async () => {
    b = await bench('07:50');
    await b.boot(morning);
    const now = b.clock.now.bind(b.clock);
    let early = true;
    Object.assign(b.clock, {
      now: () => {
        const behind = early && now() >= at('08:00') ? 1 : 0;
        if (behind) early = false;
        return now() - behind;
      },
    });
    await b.clock.advanceTo(at('08:00') + 50);
    expect(scenes(b)).toEqual(['Estudio']);
  });

  test('of two at the same second the dated change airs, then the one beneath is joined', async () => {
    b = await bench('07:50');
    await b.boot(morning);
    await b.override({
      action: 'insert',
      program: 'ciclo',
      date: '2026-11-24',
      start: '08:00',
      durationMinutes: 10,
      scene: 'Campo',
    });
    await b.clock.advanceTo(at('08:00'));
    expect(scenes(b)).toEqual(['Campo']);
    expect(shown(b).next).toMatchObject({ id: 'uno@2026-11-24', time: '08:10' });
    await b.clock.advanceTo(at('08:10'));
    expect(b.switcher.takes.at(-1)).toEqual({
      scene: 'Estudio',
      at: at('08:10'),
      reason: 'Continúa Zona Tributaria (08:10)',
    });
    expect((await b.asRun()).map((r) => r.cause)).toEqual(['start', 'join']);
  });
});

describe('a clock that jumps', () => {
  test('forward: the present is joined within half a minute', async () => {
    b = await bench('07:00');
    await b.boot(morning);
    b.clock.jump(2 * 3_600_000 + 600_000);
    await b.clock.advanceTo(at('09:10:30'));
    expect(scenes(b)).toEqual(['Entrevista']);
  });

  test('back over a start: nothing is taken twice', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    await b.clock.advanceTo(at('09:00:01'));
    b.clock.jump(-5000);
    await b.clock.advanceTo(at('09:01'));
    expect(scenes(b)).toEqual(['Estudio', 'Entrevista']);
  });
});

test('equal moments send nothing: a minute of nothing new is no patch', async () => {
  b = await bench('07:00');
  await b.boot(morning);
  await settle();
  const rev = b.state().rev();
  await b.clock.advanceTo(at('07:30'));
  expect(b.state().rev()).toBe(rev);
});
