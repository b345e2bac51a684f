// Changes of one date while the grid runs: they air, give back, and tell what they cover or lost.
import { afterEach, describe, expect, test } from 'vitest';
import { aDocument, aSlot, at } from '../unit/grid-samples.ts';
import { bench, settle, type Bench } from './grid-kit.ts';
import { morning, shown } from './grid-morning.ts';

let b: Bench;
afterEach(() => b.close());

describe('dated changes', () => {
  test('cancel one date, not the series; taken back, it airs', async () => {
    b = await bench('07:50');
    await b.boot(morning);
    const id = await b.override({ action: 'cancel', slot: 'uno', date: '2026-11-24' });
    expect(shown(b).next?.slot).toBe('dos');
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
    expect(shown(b).next?.slot).toBe('uno');
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
    expect(shown(b).problems).toMatchObject([
      { occurrence: 'uno@2026-11-24', title: 'Zona Tributaria' },
    ]);
    expect(shown(b).problems[0]?.text).toContain('«Ciclo Vital»');
  });

  test('that lost their slot in a new version are told', async () => {
    b = await bench('07:00');
    await b.boot(morning);
    await b.override({ action: 'cancel', slot: 'tres', date: '2026-11-26' });
    await b.publish(aDocument([aSlot()]));
    expect(shown(b).problems).toMatchObject([{ occurrence: 'tres@2026-11-26' }]);
  });
});
