// The scene Campo with an OBS that obeys, is away or refuses: which feed it plays, and when it is told.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StudioError } from '../../server/core/errors.ts';
import { ana, code, fieldBench, playing, type FieldBench } from './field-bench.ts';
import { settle } from './hand-clock.ts';
import { alarmsUp } from './outputs-bench.ts';

let t: FieldBench;
beforeEach(async () => {
  t = await fieldBench();
});
afterEach(async () => {
  t.field.close();
  await t.close();
});

describe('the scene Campo', () => {
  it('takes the first live feed, keeps it, clears it when it is lost and takes the next', async () => {
    const a = await t.create('A');
    const b = await t.create('B');
    const [fa, fb] = [`${a.id}-1`, `${b.id}-1`];
    await t.report({});
    expect(t.scene.urls).toEqual([null]);
    await t.report({ [fb]: t.sending() });
    await t.report({ [fa]: t.sending(), [fb]: t.sending() });
    expect(t.scene.urls).toEqual([null, playing(fb)]);
    expect(t.store.get().field.units[b.id]!.inScene).toBe(fb);
    expect(t.store.get().field.units[a.id]!.inScene).toBeNull();
    await t.report({ [fa]: t.sending(), [fb]: t.ended() });
    expect(t.scene.urls.at(-1)).toBe(playing(fa));
    await t.report({ [fa]: t.ended(), [fb]: t.ended() });
    expect(t.scene.urls.at(-1)).toBeNull();
    await t.report({ [fa]: t.sending(), [fb]: t.ended() });
    expect(t.scene.urls.at(-1)).toBe(playing(fa));
  });

  it("follows a person's choice and stays on it", async () => {
    const a = await t.create('A');
    const b = await t.create('B');
    const [fa, fb] = [`${a.id}-1`, `${b.id}-1`];
    await t.report({ [fa]: t.sending(), [fb]: t.sending() });
    await t.field.handlers['field.show']({ id: b.id, feed: fb }, ana);
    expect(t.scene.urls.at(-1)).toBe(playing(fb));
    expect(t.store.get().field.units[b.id]!.inScene).toBe(fb);
    await t.report({ [fa]: t.sending(), [fb]: t.ended() });
    expect(t.scene.urls.at(-1)).toBeNull();
    expect(t.store.get().field.units[b.id]!.inScene).toBe(fb);
    await t.report({ [fa]: t.sending(), [fb]: t.sending() });
    expect(t.scene.urls.at(-1)).toBe(playing(fb));
  });

  it('is told again after OBS reconnects, and only then', async () => {
    const a = await t.create('A');
    await t.report({ [`${a.id}-1`]: t.sending() });
    await t.report({ [`${a.id}-1`]: t.sending() });
    expect(t.scene.urls).toEqual([playing(`${a.id}-1`)]);
    t.scene.connect();
    await settle();
    expect(t.scene.urls).toEqual([playing(`${a.id}-1`), playing(`${a.id}-1`)]);
  });

  it('is retried with patience when OBS refuses, says why, and answers the person', async () => {
    const a = await t.create('A');
    t.scene.failure = new StudioError('notFound', {
      es: 'No existe la fuente «Campo».',
      en: 'No source.',
    });
    await t.report({ [`${a.id}-1`]: t.sending() });
    expect(alarmsUp(t.store)).toEqual(['field-scene']);
    expect(t.store.get().alarms['field-scene']!.advice).toBe('No existe la fuente «Campo».');
    expect(await code(t.field.handlers['field.show']({ id: a.id, feed: `${a.id}-1` }, ana))).toBe(
      'unavailable',
    );
    const before = t.scene.urls.length;
    await t.clock.advance(20_000);
    expect(t.scene.urls.length - before).toBeGreaterThanOrEqual(3);
    expect(t.scene.urls.length - before).toBeLessThanOrEqual(8);
    t.scene.failure = null;
    await t.clock.advance(10_000);
    expect(alarmsUp(t.store)).toEqual([]);
  });

  it('survives a restart of control without touching the scene before air was heard', async () => {
    const a = await t.create('A');
    const b = await t.create('B');
    const [fa, fb] = [`${a.id}-1`, `${b.id}-1`];
    await t.report({ [fa]: t.sending(), [fb]: t.sending() });
    await t.field.handlers['field.show']({ id: b.id, feed: fb }, ana);
    t.field.close();
    t = await fieldBench(await t.again());
    t.scene.connect();
    await t.clock.advance(3000);
    expect(t.scene.urls).toEqual([]);
    await t.report({ [fa]: t.sending(), [fb]: t.sending() });
    expect(t.scene.urls).toEqual([playing(fb)]);
    expect(t.acts).toEqual([]);
  });
});
