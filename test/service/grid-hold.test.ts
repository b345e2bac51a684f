// The grid never fights a person: held until it is released, and a take of theirs lasts until the grid's own next start.
import { afterEach, describe, expect, test } from 'vitest';
import { at } from '../unit/grid-samples.ts';
import { bench, settle, type Bench } from './grid-kit.ts';
import { alarms, morning, scenes, shown } from './grid-morning.ts';

let b: Bench;
afterEach(() => b.close());

describe('held', () => {
  test('nothing changes until released, which joins in progress and says how late', async () => {
    b = await bench('08:30');
    await b.boot(morning);
    await b.hold();
    expect(shown(b)).toMatchObject({
      mode: 'manual',
      hold: { by: 'ana', kind: 'hold', reason: 'Sostenido a mano', since: at('08:30') },
    });
    await b.clock.advanceTo(at('09:20'));
    expect(scenes(b)).toEqual([]);
    expect(shown(b)).toMatchObject({
      announced: null,
      late: null,
      now: { title: 'Mundo Positivo' },
    });
    await b.release();
    expect(b.switcher.takes).toEqual([
      {
        scene: 'Entrevista',
        at: at('09:20'),
        reason: 'Inicia Mundo Positivo (09:00), 20 min 00 s tarde',
      },
    ]);
    expect(shown(b)).toMatchObject({ mode: 'automatic', hold: null, late: 20 * 60_000 });
    expect((await b.asRun()).map((r) => [r.cause, r.late_ms])).toEqual([
      ['adopted', null],
      ['held', null],
      ['join', 1_200_000],
    ]);
  });

  test('a hold outlives a restart', async () => {
    b = await bench('08:30');
    await b.boot(morning);
    await b.hold();
    await b.boot(morning);
    expect(shown(b).mode).toBe('manual');
    await b.clock.advanceTo(at('09:30'));
    expect(scenes(b)).toEqual([]);
  });

  test('releasing twice, or with nothing held and the scene there, does nothing', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    await b.release();
    expect(scenes(b)).toEqual([]);
    await b.clock.advanceTo(at('08:05'));
    await b.release();
    await b.release();
    expect(scenes(b)).toEqual(['Estudio']);
  });

  test('released with OBS slow to answer: the command is answered in time, the take goes on', async () => {
    b = await bench('08:30');
    await b.boot(morning);
    await b.hold();
    const answer = b.switcher.hang();
    const released = b.release();
    await settle();
    await b.clock.advanceTo(at('08:30:02'));
    await released;
    expect(shown(b).mode).toBe('automatic');
    answer();
    await settle();
    expect(shown(b)).toMatchObject({ lastAct: { ok: true, scene: 'Estudio' } });
  });
});

describe("a person's take", () => {
  test('holds the grid only until its own next start', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    await b.clock.advanceTo(at('08:10'));
    b.switcher.person('Campo', 'luis');
    expect(shown(b)).toMatchObject({
      mode: 'manual',
      hold: { by: 'luis', kind: 'takeover', reason: 'Puso «Campo» al aire' },
    });
    await b.clock.advanceTo(at('08:59:30'));
    expect(scenes(b)).toEqual(['Estudio']);
    expect(shown(b).announced).toMatchObject({ scene: 'Entrevista' });
    await b.clock.advanceTo(at('09:00'));
    expect(scenes(b)).toEqual(['Estudio', 'Entrevista']);
    expect(shown(b)).toMatchObject({ mode: 'automatic', hold: null });
    expect(b.acts.map((a) => a.action)).toEqual(
      expect.arrayContaining(['grid.takeover', 'grid.resume']),
    );
  });

  test('can be given back at once', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    await b.clock.advanceTo(at('08:10'));
    b.switcher.person('Campo');
    await b.release();
    expect(b.switcher.program()).toBe('Estudio');
    expect(shown(b).mode).toBe('automatic');
  });

  test('during a pause of the grid also ends with the next start; one of automation is none', async () => {
    b = await bench('10:10');
    await b.boot(morning);
    b.switcher.person('Estudio', 'supervisor');
    expect(shown(b).mode).toBe('automatic');
    b.switcher.person('Entrevista', 'obs');
    expect(shown(b)).toMatchObject({ mode: 'manual', hold: { by: 'obs' } });
    await b.clock.advanceTo(at('10:30'));
    expect(b.switcher.program()).toBe('Campo');
  });

  test('outlives a restart, and ends with the start that came meanwhile', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    await b.clock.advanceTo(at('08:10'));
    b.switcher.person('Campo');
    await settle();
    await b.boot(morning, { crash: true });
    expect(shown(b).mode).toBe('manual');
    expect(b.switcher.program()).toBe('Campo');
    await b.grid().close();
    await b.clock.advanceTo(at('09:05'));
    const before = scenes(b).length;
    await b.boot(morning);
    expect(scenes(b).slice(before)).toEqual(['Entrevista']);
    expect(shown(b)).toMatchObject({ mode: 'automatic', late: 5 * 60_000 });
  });

  test('while the grid could not put its scene on is a takeover too: it stops trying', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    b.switcher.refuse({ es: 'OBS dijo que no.', en: 'OBS said no.' });
    await b.clock.advanceTo(at('08:00:02'));
    expect(alarms(b)['grid.take']?.text).toContain('OBS dijo que no.');
    b.switcher.refuse(null);
    b.switcher.person('Campo');
    await b.clock.advanceTo(at('08:30'));
    expect(b.switcher.program()).toBe('Campo');
    expect(alarms(b)['grid.take']?.clearedAt).not.toBeNull();
  });
});
