// What a start of the server makes of the grid: it repeats nothing, joins what it missed, or is kept off and says so.
import { afterEach, describe, expect, test } from 'vitest';
import { at } from '../unit/grid-samples.ts';
import { bench, settle, type Bench } from './grid-kit.ts';
import { alarms, morning, scenes, shown } from './grid-morning.ts';

let b: Bench;
afterEach(() => b.close());

describe('a restart', () => {
  test('takes nothing that was done, wherever the program is now', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    await b.clock.advanceTo(at('08:10'));
    await b.boot(morning, { crash: true });
    b.switcher.disconnect();
    b.switcher.connect('Ya regresamos');
    await b.clock.advanceTo(at('08:59'));
    expect(scenes(b)).toEqual(['Estudio']);
    expect(shown(b)).toMatchObject({ late: 0, mode: 'automatic' });
  });

  test('joins a start missed while the server was down, and logs how late', async () => {
    b = await bench('07:00');
    await b.boot(morning);
    await b.grid().close();
    await b.clock.advanceTo(at('09:12'));
    await b.boot(morning);
    expect(b.switcher.takes.map((t) => [t.scene, t.reason])).toEqual([
      ['Entrevista', 'Inicia Mundo Positivo (09:00), 12 min 00 s tarde'],
    ]);
    expect((await b.asRun()).map((r) => [r.cause, r.late_ms])).toEqual([['join', 720_000]]);
    // And not once more.
    await b.boot(morning);
    expect(scenes(b)).toHaveLength(1);
  });

  test('joins quietly when OBS is only connected to a few seconds later', async () => {
    b = await bench('07:00');
    await b.boot(morning);
    await b.grid().close();
    b.switcher.disconnect();
    await b.clock.advanceTo(at('08:12'));
    await b.boot(morning);
    await b.clock.advanceTo(at('08:12:06'));
    expect(alarms(b)).toEqual({});
    b.switcher.connect('Ya regresamos');
    await settle();
    expect(scenes(b)).toEqual(['Estudio']);
    await b.grid().close();
    b.switcher.disconnect();
    await b.clock.advanceTo(at('09:12'));
    await b.boot(morning);
    await b.clock.advanceTo(at('09:12:16'));
    expect(alarms(b)['grid.take']?.text).toContain('OBS no está conectado');
  });

  test('the very first start leaves the air as it finds it', async () => {
    b = await bench('08:30');
    await b.boot(morning);
    expect(scenes(b)).toEqual([]);
    expect(shown(b).now?.title).toBe('Zona Tributaria');
    await b.boot(morning);
    expect(scenes(b)).toEqual([]);
    await b.clock.advanceTo(at('09:00'));
    expect(scenes(b)).toEqual(['Entrevista']);
  });

  test('closing leaves no timer behind', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    b.switcher.disconnect();
    await b.clock.advanceTo(at('08:00:05'));
    await b.grid().close();
    expect(b.clock.timers()).toBe(0);
  });
});

test('kept off, it says why and refuses in words', async () => {
  b = await bench('07:59');
  await b.boot(morning, { off: true });
  await b.clock.advanceTo(at('08:10'));
  expect(scenes(b)).toEqual([]);
  expect(b.state().get().parts.grid).toMatchObject({ state: 'off', text: 'Apagada.' });
  await expect(b.hold()).rejects.toMatchObject({ code: 'unavailable' });
});
