// The grid at work: starts, holds, takeovers, restarts, an absent OBS, clocks that jump, edits of the plan.
import { afterEach, describe, expect, test } from 'vitest';
import { StudioError } from '../../server/core/errors.ts';
import { aDocument, aSlot } from '../unit/grid-samples.ts';
import { at, bench, settle, type Bench } from './grid-kit.ts';

let b: Bench;
afterEach(() => b.close());

/** 08:00 Estudio, 09:00 Entrevista, 10:30 Campo; nothing from 10:00 to 10:30. */
const morning = aDocument(
  [
    aSlot(),
    aSlot({ id: 'dos', program: 'mundo', start: '09:00', scene: 'Entrevista' }),
    aSlot({ id: 'tres', program: 'ciclo', start: '10:30', durationMinutes: 30, scene: 'Campo' }),
  ],
  'Horarios de ejemplo.',
);
const grid = () => b.state().get().grid;
const alarms = () => b.state().get().alarms;
const scenes = () => b.switcher.takes.map((t) => t.scene);

describe('at a start', () => {
  test('its scene is taken on time, with reason, audit and as-run', async () => {
    b = await bench('07:58');
    await b.boot(morning);
    expect(grid()).toMatchObject({
      mode: 'automatic',
      now: null,
      next: { title: 'Zona Tributaria', time: '08:00' },
      announced: null,
      version: 1,
      note: 'Horarios de ejemplo.',
    });
    await b.clock.advanceTo(at('07:59:00'));
    expect(grid().announced).toEqual({
      at: at('08:00'),
      scene: 'Estudio',
      title: 'Zona Tributaria',
    });
    expect(scenes()).toEqual([]);
    await b.clock.advanceTo(at('08:00'));
    expect(b.switcher.takes).toEqual([
      { scene: 'Estudio', at: at('08:00'), reason: 'Inicia Zona Tributaria (08:00)' },
    ]);
    expect(grid()).toMatchObject({
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
    expect(scenes()).toEqual(['Estudio', 'Entrevista']);
    expect(grid()).toMatchObject({ now: null, late: null, next: { title: 'Ciclo Vital' } });
    expect(b.switcher.program()).toBe('Entrevista');
    await b.clock.advanceTo(at('23:00'));
    expect(scenes()).toEqual(['Estudio', 'Entrevista', 'Campo']);
  });

  test('a scene already there is not taken again, but is on record', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    b.switcher.person('Estudio');
    await b.clock.advanceTo(at('08:00'));
    expect(scenes()).toEqual([]);
    expect((await b.asRun()).map((r) => r.cause)).toEqual(['alreadyOn']);
    expect(grid()).toMatchObject({ mode: 'automatic', late: 0 });
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
    expect(grid().now).toMatchObject({ id: 'uno@2026-11-24', end: at('00:30', '2026-11-25') });
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
    expect(scenes()).toEqual(['Estudio']);
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
    expect(scenes()).toEqual(['Campo']);
    expect(grid().next).toMatchObject({ id: 'uno@2026-11-24', time: '08:10' });
    await b.clock.advanceTo(at('08:10'));
    expect(b.switcher.takes.at(-1)).toEqual({
      scene: 'Estudio',
      at: at('08:10'),
      reason: 'Continúa Zona Tributaria (08:10)',
    });
    expect((await b.asRun()).map((r) => r.cause)).toEqual(['start', 'join']);
  });
});

describe('held', () => {
  test('nothing changes until released, which joins in progress and says how late', async () => {
    b = await bench('08:30');
    await b.boot(morning);
    await b.hold();
    expect(grid()).toMatchObject({
      mode: 'manual',
      hold: { by: 'ana', kind: 'hold', reason: 'Sostenido a mano', since: at('08:30') },
    });
    await b.clock.advanceTo(at('09:20'));
    expect(scenes()).toEqual([]);
    expect(grid()).toMatchObject({ announced: null, late: null, now: { title: 'Mundo Positivo' } });
    await b.release();
    expect(b.switcher.takes).toEqual([
      {
        scene: 'Entrevista',
        at: at('09:20'),
        reason: 'Inicia Mundo Positivo (09:00), 20 min 00 s tarde',
      },
    ]);
    expect(grid()).toMatchObject({ mode: 'automatic', hold: null, late: 20 * 60_000 });
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
    expect(grid().mode).toBe('manual');
    await b.clock.advanceTo(at('09:30'));
    expect(scenes()).toEqual([]);
  });

  test('releasing twice, or with nothing held and the scene there, does nothing', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    await b.release();
    expect(scenes()).toEqual([]);
    await b.clock.advanceTo(at('08:05'));
    await b.release();
    await b.release();
    expect(scenes()).toEqual(['Estudio']);
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
    expect(grid().mode).toBe('automatic');
    answer();
    await settle();
    expect(grid()).toMatchObject({ lastAct: { ok: true, scene: 'Estudio' } });
  });
});

describe("a person's take", () => {
  test('holds the grid only until its own next start', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    await b.clock.advanceTo(at('08:10'));
    b.switcher.person('Campo', 'luis');
    expect(grid()).toMatchObject({
      mode: 'manual',
      hold: { by: 'luis', kind: 'takeover', reason: 'Puso «Campo» al aire' },
    });
    await b.clock.advanceTo(at('08:59:30'));
    expect(scenes()).toEqual(['Estudio']);
    expect(grid().announced).toMatchObject({ scene: 'Entrevista' });
    await b.clock.advanceTo(at('09:00'));
    expect(scenes()).toEqual(['Estudio', 'Entrevista']);
    expect(grid()).toMatchObject({ mode: 'automatic', hold: null });
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
    expect(grid().mode).toBe('automatic');
  });

  test('during a pause of the grid also ends with the next start; one of automation is none', async () => {
    b = await bench('10:10');
    await b.boot(morning);
    b.switcher.person('Estudio', 'supervisor');
    expect(grid().mode).toBe('automatic');
    b.switcher.person('Entrevista', 'obs');
    expect(grid()).toMatchObject({ mode: 'manual', hold: { by: 'obs' } });
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
    expect(grid().mode).toBe('manual');
    expect(b.switcher.program()).toBe('Campo');
    await b.grid().close();
    await b.clock.advanceTo(at('09:05'));
    const before = scenes().length;
    await b.boot(morning);
    expect(scenes().slice(before)).toEqual(['Entrevista']);
    expect(grid()).toMatchObject({ mode: 'automatic', late: 5 * 60_000 });
  });

  test('while the grid could not put its scene on is a takeover too: it stops trying', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    b.switcher.refuse({ es: 'OBS dijo que no.', en: 'OBS said no.' });
    await b.clock.advanceTo(at('08:00:02'));
    expect(alarms()['grid.take']?.text).toContain('OBS dijo que no.');
    b.switcher.refuse(null);
    b.switcher.person('Campo');
    await b.clock.advanceTo(at('08:30'));
    expect(b.switcher.program()).toBe('Campo');
    expect(alarms()['grid.take']?.clearedAt).not.toBeNull();
  });
});

describe('a restart', () => {
  test('takes nothing that was done, wherever the program is now', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    await b.clock.advanceTo(at('08:10'));
    await b.boot(morning, { crash: true });
    b.switcher.disconnect();
    b.switcher.connect('Ya regresamos');
    await b.clock.advanceTo(at('08:59'));
    expect(scenes()).toEqual(['Estudio']);
    expect(grid()).toMatchObject({ late: 0, mode: 'automatic' });
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
    expect(scenes()).toHaveLength(1);
  });

  test('joins quietly when OBS is only connected to a few seconds later', async () => {
    b = await bench('07:00');
    await b.boot(morning);
    await b.grid().close();
    b.switcher.disconnect();
    await b.clock.advanceTo(at('08:12'));
    await b.boot(morning);
    await b.clock.advanceTo(at('08:12:06'));
    expect(alarms()).toEqual({});
    b.switcher.connect('Ya regresamos');
    await settle();
    expect(scenes()).toEqual(['Estudio']);
    await b.grid().close();
    b.switcher.disconnect();
    await b.clock.advanceTo(at('09:12'));
    await b.boot(morning);
    await b.clock.advanceTo(at('09:12:16'));
    expect(alarms()['grid.take']?.text).toContain('OBS no está conectado');
  });

  test('the very first start leaves the air as it finds it', async () => {
    b = await bench('08:30');
    await b.boot(morning);
    expect(scenes()).toEqual([]);
    expect(grid().now?.title).toBe('Zona Tributaria');
    await b.boot(morning);
    expect(scenes()).toEqual([]);
    await b.clock.advanceTo(at('09:00'));
    expect(scenes()).toEqual(['Entrevista']);
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

describe('OBS', () => {
  test('away at the start: tried each second, shown, and joined late when it returns', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    b.switcher.disconnect();
    await b.clock.advanceTo(at('08:00:30'));
    expect(scenes()).toEqual([]);
    expect(grid()).toMatchObject({
      lastAct: { ok: false, text: 'OBS no está conectado.' },
      late: null,
    });
    expect(b.state().get().parts.grid?.state).toBe('down');
    expect(alarms()['grid.take']).toMatchObject({ severity: 'critical', clearedAt: null });
    expect(b.acts.filter((a) => a.action === 'grid.take')).toHaveLength(1);
    b.switcher.connect('Ya regresamos');
    await settle();
    expect(scenes()).toEqual(['Estudio']);
    expect(grid()).toMatchObject({ late: 30_000, lastAct: { ok: true } });
    expect(alarms()['grid.take']?.clearedAt).not.toBeNull();
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
    expect(scenes()).toEqual(['Entrevista']);
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
    expect(grid()).toMatchObject({ late: 4000, lastAct: { ok: true } });
  });

  test('that never answers is given up on after three seconds, then asked again', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    b.switcher.hang();
    await b.clock.advanceTo(at('08:00:03'));
    expect(grid().lastAct).toMatchObject({ ok: false, text: 'OBS no respondió a tiempo.' });
    await b.clock.advanceTo(at('08:00:04'));
    expect(scenes()).toHaveLength(2);
  });

  test('without a scene of the plan: flagged, alarm before it airs, no crash; taken once it is made', async () => {
    b = await bench('06:00');
    b.switcher.setScenes(['Ya regresamos', 'Entrevista', 'Campo']);
    await b.boot(morning);
    expect(grid().problems[0]).toMatchObject({ occurrence: 'uno@2026-11-24', start: at('08:00') });
    expect(grid().problems[0]?.text).toContain('«Estudio»');
    expect(grid().next?.problem?.textEn).toContain('"Estudio"');
    expect(b.state().get().parts.grid?.state).toBe('warn');
    expect(alarms()['grid.scene']).toMatchObject({ severity: 'warning', clearedAt: null });
    expect(alarms()['grid.scene']?.adviceEn).toContain('exact name');
    await b.clock.advanceTo(at('08:00:05'));
    expect(scenes()).toEqual([]);
    expect(alarms()['grid.take']?.text).toContain('no existe en OBS');
    b.switcher.setScenes(['Ya regresamos', 'Estudio', 'Entrevista', 'Campo']);
    await b.clock.advanceTo(at('08:00:40'));
    expect(scenes()).toEqual(['Estudio']);
    expect(grid().problems).toEqual([]);
    expect(alarms()['grid.scene']?.clearedAt).not.toBeNull();
  });
});

describe('a clock that jumps', () => {
  test('forward: the present is joined within half a minute', async () => {
    b = await bench('07:00');
    await b.boot(morning);
    b.clock.jump(2 * 3_600_000 + 600_000);
    await b.clock.advanceTo(at('09:10:30'));
    expect(scenes()).toEqual(['Entrevista']);
  });

  test('back over a start: nothing is taken twice', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    await b.clock.advanceTo(at('09:00:01'));
    b.clock.jump(-5000);
    await b.clock.advanceTo(at('09:01'));
    expect(scenes()).toEqual(['Estudio', 'Entrevista']);
  });
});

describe('publishing', () => {
  test('never moves the present: what is on goes on to its end, the future is new', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    await b.clock.advanceTo(at('08:20'));
    const version = await b.publish(
      aDocument([
        aSlot({
          id: 'otro',
          program: 'ciclo',
          start: '08:15',
          durationMinutes: 30,
          scene: 'Campo',
        }),
        aSlot({ id: 'tarde', program: 'mundo', start: '09:30', scene: 'Entrevista' }),
      ]),
    );
    expect(version).toBe(2);
    expect(scenes()).toEqual(['Estudio']);
    expect(grid()).toMatchObject({
      version: 2,
      now: { id: 'uno@2026-11-24' },
      next: { slot: 'tarde' },
    });
    await b.boot(morning, { crash: true });
    expect(grid()).toMatchObject({ version: 2, now: { id: 'uno@2026-11-24' } });
    await b.clock.advanceTo(at('09:10'));
    expect(grid().now).toBeNull();
    expect(scenes()).toEqual(['Estudio']);
    await b.clock.advanceTo(at('09:30'));
    expect(scenes()).toEqual(['Estudio', 'Entrevista']);
  });

  test('what is on gives way to the next start of the new version; release joins the new present', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    await b.clock.advanceTo(at('08:20'));
    await b.publish(
      aDocument([
        aSlot({
          id: 'otro',
          program: 'ciclo',
          start: '08:15',
          durationMinutes: 15,
          scene: 'Campo',
        }),
        aSlot({ id: 'luego', program: 'mundo', start: '08:30', scene: 'Entrevista' }),
      ]),
    );
    await b.release();
    expect(b.switcher.program()).toBe('Campo');
    await b.clock.advanceTo(at('08:30'));
    expect(b.switcher.program()).toBe('Entrevista');
  });

  test('where nothing was on does not start what began before', async () => {
    b = await bench('17:25');
    await b.boot(null);
    expect(b.state().get().parts.grid?.state).toBe('off');
    await b.publish(
      aDocument([aSlot({ start: '17:00' }), aSlot({ id: 'dos', start: '18:00', scene: 'Campo' })]),
    );
    expect(scenes()).toEqual([]);
    await b.boot(null);
    expect(scenes()).toEqual([]);
    await b.clock.advanceTo(at('18:00'));
    expect(scenes()).toEqual(['Campo']);
  });

  test('is refused with the list of overlaps', async () => {
    b = await bench('07:00');
    await b.boot(morning);
    const error = await b
      .publish(aDocument([aSlot(), aSlot({ id: 'dos', start: '08:30' })]))
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(StudioError);
    expect(error).toMatchObject({
      code: 'conflict',
      context: {
        present: { version: 1 },
        conflicts: [{ slots: ['uno', 'dos'], date: '2026-11-24' }],
      },
    });
    expect(grid().version).toBe(1);
  });

  test('the file is published again when it changes, until somebody publishes by hand', async () => {
    b = await bench('07:00');
    await b.boot(morning);
    await b.boot(morning);
    expect(grid().version).toBe(1);
    const changed = aDocument([aSlot({ start: '12:00' })]);
    await b.boot(changed);
    expect(grid()).toMatchObject({ version: 2, next: { time: '12:00' } });
    await b.publish(aDocument([aSlot({ start: '13:00' })]));
    await b.boot(morning);
    expect(grid()).toMatchObject({ version: 3, next: { time: '13:00' } });
    await b.boot(null);
    expect(grid().version).toBe(3);
  });

  test('a file whose slots overlap is not used, and said so', async () => {
    b = await bench('07:00');
    await b.boot(morning);
    await b.boot(aDocument([aSlot(), aSlot({ id: 'dos', start: '08:30' })]));
    expect(grid().version).toBe(1);
    expect(b.state().get().parts.grid).toMatchObject({ state: 'warn' });
    expect(b.state().get().parts.grid?.text).toContain('se cruzan');
  });
});

describe('dated changes', () => {
  test('cancel one date, not the series; taken back, it airs', async () => {
    b = await bench('07:50');
    await b.boot(morning);
    const id = await b.override({ action: 'cancel', slot: 'uno', date: '2026-11-24' });
    expect(grid().next?.slot).toBe('dos');
    const week = b.grid().week('2026-11-24', '2026-11-25');
    expect(week.occurrences.map((o) => o.id)).toEqual([
      'dos@2026-11-24',
      'tres@2026-11-24',
      'uno@2026-11-25',
      'dos@2026-11-25',
      'tres@2026-11-25',
    ]);
    expect(week.overrides).toMatchObject([{ id, reason: 'prueba', by: 'ana' }]);
    const person = { actor: 'ana', roles: ['admin' as const], host: 'localhost' };
    await b.grid().handlers['grid.removeOverride']({ id }, person);
    expect(grid().next?.slot).toBe('uno');
    await expect(b.grid().handlers['grid.removeOverride']({ id }, person)).rejects.toMatchObject({
      code: 'notFound',
    });
  });

  test('an insert for now airs now, and gives back', async () => {
    b = await bench('07:59');
    await b.boot(morning);
    await b.clock.advanceTo(at('08:20:10'));
    await b.override({
      action: 'insert',
      program: 'ciclo',
      date: '2026-11-24',
      start: '08:20',
      durationMinutes: 5,
      scene: 'Campo',
    });
    await settle();
    expect(b.switcher.program()).toBe('Campo');
    await b.clock.advanceTo(at('08:25'));
    expect(b.switcher.program()).toBe('Estudio');
  });

  test('an airing another one covers whole is told ahead', async () => {
    b = await bench('07:00');
    await b.boot(morning);
    await b.override({
      action: 'move',
      slot: 'tres',
      date: '2026-11-24',
      toDate: '2026-11-24',
      toStart: '08:00',
    });
    await b.override({ action: 'resize', slot: 'tres', date: '2026-11-24', durationMinutes: 60 });
    expect(grid().problems).toMatchObject([
      { occurrence: 'uno@2026-11-24', title: 'Zona Tributaria' },
    ]);
    expect(grid().problems[0]?.text).toContain('«Ciclo Vital»');
  });

  test('that lost their slot in a new version are told', async () => {
    b = await bench('07:00');
    await b.boot(morning);
    await b.override({ action: 'cancel', slot: 'tres', date: '2026-11-26' });
    await b.publish(aDocument([aSlot()]));
    expect(grid().problems).toMatchObject([{ occurrence: 'tres@2026-11-26' }]);
  });
});

test('kept off, it says why and refuses in words', async () => {
  b = await bench('07:59');
  await b.boot(morning, { off: true });
  await b.clock.advanceTo(at('08:10'));
  expect(scenes()).toEqual([]);
  expect(b.state().get().parts.grid).toMatchObject({ state: 'off', text: 'Apagada.' });
  await expect(b.hold()).rejects.toMatchObject({ code: 'unavailable' });
});

test('equal moments send nothing: a minute of nothing new is no patch', async () => {
  b = await bench('07:00');
  await b.boot(morning);
  await settle();
  const rev = b.state().rev();
  await b.clock.advanceTo(at('07:30'));
  expect(b.state().rev()).toBe(rev);
});
