// A new version of the plan, by command or by file: the present goes on to its end, overlaps are refused.
import { afterEach, describe, expect, test } from 'vitest';
import { StudioError } from '../../server/core/errors.ts';
import { aDocument, aSlot, at } from '../unit/grid-samples.ts';
import { bench, type Bench } from './grid-kit.ts';
import { morning, scenes, shown } from './grid-morning.ts';

let b: Bench;
afterEach(() => b.close());

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
    expect(scenes(b)).toEqual(['Estudio']);
    expect(shown(b)).toMatchObject({
      version: 2,
      now: { id: 'uno@2026-11-24' },
      next: { slot: 'tarde' },
    });
    await b.boot(morning, { crash: true });
    expect(shown(b)).toMatchObject({ version: 2, now: { id: 'uno@2026-11-24' } });
    await b.clock.advanceTo(at('09:10'));
    expect(shown(b).now).toBeNull();
    expect(scenes(b)).toEqual(['Estudio']);
    await b.clock.advanceTo(at('09:30'));
    expect(scenes(b)).toEqual(['Estudio', 'Entrevista']);
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
    expect(scenes(b)).toEqual([]);
    await b.boot(null);
    expect(scenes(b)).toEqual([]);
    await b.clock.advanceTo(at('18:00'));
    expect(scenes(b)).toEqual(['Campo']);
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
    expect(shown(b).version).toBe(1);
  });

  test('the file is published again when it changes, until somebody publishes by hand', async () => {
    b = await bench('07:00');
    await b.boot(morning);
    await b.boot(morning);
    expect(shown(b).version).toBe(1);
    const changed = aDocument([aSlot({ start: '12:00' })]);
    await b.boot(changed);
    expect(shown(b)).toMatchObject({ version: 2, next: { time: '12:00' } });
    await b.publish(aDocument([aSlot({ start: '13:00' })]));
    await b.boot(morning);
    expect(shown(b)).toMatchObject({ version: 3, next: { time: '13:00' } });
    await b.boot(null);
    expect(shown(b).version).toBe(3);
  });

  test('a file whose slots overlap is not used, and said so', async () => {
    b = await bench('07:00');
    await b.boot(morning);
    await b.boot(aDocument([aSlot(), aSlot({ id: 'dos', start: '08:30' })]));
    expect(shown(b).version).toBe(1);
    expect(b.state().get().parts.grid).toMatchObject({ state: 'warn' });
    expect(b.state().get().parts.grid?.text).toContain('se cruzan');
  });
});
