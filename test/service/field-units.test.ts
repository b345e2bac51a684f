// Units and their credentials on a real database: made, shown again, rotated, removed, and never told.
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ana, code, fieldBench, type FieldBench } from './field-bench.ts';

let t: FieldBench;
beforeEach(async () => {
  t = await fieldBench();
});
afterEach(async () => {
  t.field.close();
  await t.close();
});

describe('units and their credentials', () => {
  it('a new unit answers an address and key per feed, and its keys go to the order', async () => {
    const made = await t.create('Móvil', 'liveu');
    expect(made.feeds).toEqual([
      {
        id: `${made.id}-1`,
        label: 'Cámara 1',
        rtmp: {
          url: 'rtmp://studio.local:1936/field',
          key: expect.stringMatching(/^liveu-.*-1\?k=feed-secret-/),
        },
      },
      {
        id: `${made.id}-2`,
        label: 'Cámara 2',
        rtmp: {
          url: 'rtmp://studio.local:1936/field',
          key: expect.stringMatching(/^liveu-.*-2\?k=feed-secret-/),
        },
      },
    ]);
    expect(t.field.feeds().map((f) => `${f.id}?k=${f.key}`)).toEqual(
      made.feeds.map((f) => f.rtmp.key),
    );
    expect(t.changes).toBe(1);
    expect(t.store.get().field.units[made.id]).toMatchObject({
      name: 'Móvil',
      profile: 'liveu',
      state: 'off',
      bitrateKbps: 0,
      expectedKbps: 5000,
      links: [],
      inScene: null,
    });
  });

  it('shows the same credentials again, for the host that asks', async () => {
    const made = await t.create('Móvil');
    const again = await t.field.handlers['field.credentials'](
      { id: made.id },
      { ...ana, host: 'fe80::1' },
    );
    expect(again.feeds[0]!.rtmp).toEqual({
      url: 'rtmp://[fe80::1]:1936/field',
      key: made.feeds[0]!.rtmp.key,
    });
  });

  it.each([
    ['estudio.example.org', 'rtmp://estudio.example.org:1936/field'],
    ['estudio.example.org:19350', 'rtmp://estudio.example.org:19350/field'],
    ['[2001:db8::7]:19350', 'rtmp://[2001:db8::7]:19350/field'],
    ['[2001:db8::7]', 'rtmp://[2001:db8::7]:1936/field'],
  ])('crews on the internet are told the public name: %s', async (publicHost, url) => {
    t.field.close();
    t = await fieldBench(await t.again(), publicHost);
    const made = await t.create('Móvil');
    expect(made.feeds[0]!.rtmp.url).toBe(url);
    const id = made.id;
    const again = await t.field.handlers['field.credentials']({ id }, ana);
    expect(again.feeds[0]!.rtmp.url).toBe(url);
    const rotated = await t.field.handlers['field.rotateKey']({ id, feed: `${id}-1` }, ana);
    expect(rotated.rtmp.url).toBe(url);
  });

  it('a rotated key replaces the old one in the order, at once and after a restart', async () => {
    const made = await t.create('Móvil');
    const rotated = await t.field.handlers['field.rotateKey'](
      { id: made.id, feed: `${made.id}-1` },
      ana,
    );
    expect(rotated.rtmp.key).not.toBe(made.feeds[0]!.rtmp.key);
    t.field.close();
    t = await fieldBench(await t.again());
    expect(t.field.feeds().map((f) => `${f.id}?k=${f.key}`)).toEqual([rotated.rtmp.key]);
    expect(Object.keys(t.store.get().field.units)).toEqual([made.id]);
  });

  it('a removed unit leaves the state and the order', async () => {
    const made = await t.create('Móvil');
    await t.field.handlers['field.removeUnit']({ id: made.id }, ana);
    expect(t.store.get().field.units).toEqual({});
    expect(t.field.feeds()).toEqual([]);
    expect(await t.database.db.selectFrom('feeds').selectAll().execute()).toEqual([]);
  });

  it('refuses what does not exist', async () => {
    const made = await t.create('Móvil');
    expect(await code(t.create('X', 'none'))).toBe('invalid');
    expect(await code(t.field.handlers['field.removeUnit']({ id: 'x' }, ana))).toBe('notFound');
    expect(await code(t.field.handlers['field.credentials']({ id: 'x' }, ana))).toBe('notFound');
    expect(await code(t.field.handlers['field.rotateKey']({ id: made.id, feed: 'x' }, ana))).toBe(
      'notFound',
    );
    expect(await code(t.field.handlers['field.show']({ id: made.id, feed: 'x' }, ana))).toBe(
      'notFound',
    );
  });

  it('gives a feed whose key cannot be read a new one instead of locking it out', async () => {
    const made = await t.create('Móvil');
    await t.database.db.updateTable('feeds').set({ key_sealed: 'v1.x.y.z' }).execute();
    t.field.close();
    t = await fieldBench(await t.again());
    const [feed] = t.field.feeds();
    expect(feed!.id).toBe(`${made.id}-1`);
    expect(`${feed!.id}?k=${feed!.key}`).not.toBe(made.feeds[0]!.rtmp.key);
  });

  it('never puts a key in the state or the audit log', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('phone', 'liveu'),
        fc.integer({ min: 1, max: 3 }),
        async (profile, n) => {
          const made = await t.create('Móvil', profile);
          for (let i = 0; i < n; i += 1) {
            await t.field.handlers['field.rotateKey']({ id: made.id, feed: `${made.id}-1` }, ana);
            await t.report({ [`${made.id}-1`]: i % 2 === 0 ? t.sending() : t.ended() });
            await t.clock.advance(500);
          }
          expect(t.field.feeds().length).toBeGreaterThan(0);
          const told = JSON.stringify([t.store.get(), t.acts]);
          expect(told).not.toContain('feed-secret');
          expect(told).not.toContain('the-play-key');
          await t.field.handlers['field.removeUnit']({ id: made.id }, ana);
        },
      ),
      { numRuns: 10 },
    );
  });
});
