// The grid and an OBS that is away, refuses, hangs or lacks a scene: tried again, shown, joined late, on record.
import { afterEach, describe, expect, test } from 'vitest';
import { at } from '../unit/grid-samples.ts';
import { bench, settle, type Bench } from './grid-kit.ts';
import { alarms, morning, scenes, shown } from './grid-morning.ts';

let b: Bench;
afterEach(() => b.close());

describe('OBS', () => {
  test('away at the start: tried each second, shown, and joined late when it returns', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    b.switcher.disconnect();
    await b.clock.advanceTo(at('08:00:30'));
    expect(scenes(b)).toEqual([]);
    expect(shown(b)).toMatchObject({
      lastAct: { ok: false, text: 'OBS no está conectado.' },
      late: null,
    });
    expect(b.state().get().parts.grid?.state).toBe('down');
    expect(alarms(b)['grid.take']).toMatchObject({ severity: 'critical', clearedAt: null });
    expect(b.acts.filter((a) => a.action === 'grid.take')).toHaveLength(1);
    b.switcher.connect('Ya regresamos');
    await settle();
    expect(scenes(b)).toEqual(['Estudio']);
    expect(shown(b)).toMatchObject({ late: 30_000, lastAct: { ok: true } });
    expect(alarms(b)['grid.take']?.clearedAt).not.toBeNull();
  });

  test('away for the whole slot: on record as missed, the next one is tried', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    b.switcher.disconnect();
    await b.clock.advanceTo(at('09:00:01'));
    expect((await b.asRun()).map((r) => [r.occurrence, r.cause])).toEqual([
      ['uno@2026-11-24', 'missed'],
    ]);
    b.switcher.connect('Ya regresamos');
    await settle();
    expect(scenes(b)).toEqual(['Entrevista']);
  });

  test('that refuses is asked again each second', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    b.switcher.refuse({ es: 'No ahora.', en: 'Not now.' });
    await b.clock.advanceTo(at('08:00:03'));
    expect(b.switcher.takes.map((t) => t.at)).toEqual([
      at('08:00:00'),
      at('08:00:01'),
      at('08:00:02'),
      at('08:00:03'),
    ]);
    b.switcher.refuse(null);
    await b.clock.advanceTo(at('08:00:04'));
    expect(shown(b)).toMatchObject({ late: 4000, lastAct: { ok: true } });
  });

  test('that never answers is given up on after three seconds, then asked again', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    b.switcher.hang();
    await b.clock.advanceTo(at('08:00:03'));
    expect(shown(b).lastAct).toMatchObject({ ok: false, text: 'OBS no respondió a tiempo.' });
    await b.clock.advanceTo(at('08:00:04'));
    expect(scenes(b)).toHaveLength(2);
  });

  test('without a scene of the plan: flagged, alarm before it airs, no crash; taken once it is made', async () => {
    b = await bench('06:00');
    b.switcher.setScenes(['Ya regresamos', 'Entrevista', 'Campo']);
    await b.boot(morning);
    expect(shown(b).problems[0]).toMatchObject({
      occurrence: 'uno@2026-11-24',
      start: at('08:00'),
    });
    expect(shown(b).problems[0]?.text).toContain('«Estudio»');
    expect(shown(b).next?.problem?.textEn).toContain('"Estudio"');
    expect(b.state().get().parts.grid?.state).toBe('warn');
    expect(alarms(b)['grid.scene']).toMatchObject({ severity: 'warning', clearedAt: null });
    expect(alarms(b)['grid.scene']?.adviceEn).toContain('exact name');
    await b.clock.advanceTo(at('08:00:05'));
    expect(scenes(b)).toEqual([]);
    expect(alarms(b)['grid.take']?.text).toContain('no existe en OBS');
    b.switcher.setScenes(['Ya regresamos', 'Estudio', 'Entrevista', 'Campo']);
    await b.clock.advanceTo(at('08:00:40'));
    expect(scenes(b)).toEqual(['Estudio']);
    expect(shown(b).problems).toEqual([]);
    expect(alarms(b)['grid.scene']?.clearedAt).not.toBeNull();
  });
});
