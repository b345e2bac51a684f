// The commands about destinations, and that no secret of theirs leaks.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StudioError } from '../../server/core/errors.ts';
import { airBench, ana, type AirBench } from './air-service-bench.ts';
import { alarmsUp, settle } from './outputs-fakes.ts';

let t: AirBench;
beforeEach(async () => {
  t = await airBench();
  t.link.connect();
  await t.clock.advance(10);
});
afterEach(async () => {
  await t.air.close();
  await t.close();
});

const create = (more: object) =>
  t.air.handlers['output.create'](
    { name: 'Facebook', profile: 'facebook', withAir: true, ...more },
    ana,
  );
const failure = async (work: Promise<unknown>): Promise<StudioError> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof StudioError) return error;
    throw error;
  }
  throw new Error('it did not fail');
};
const issuePath = async (work: Promise<unknown>): Promise<string> => {
  const error = await failure(work);
  expect(error.code).toBe('invalid');
  return (error.context as { issues: { path: string }[] }).issues[0]!.path;
};

describe('output.create', () => {
  it('uses the address of the profile and shows no secret', async () => {
    const { id } = await create({ key: 'FB-123-secret?s_bl=1' });
    const shown = t.store.get().outputs[id]!;
    expect(shown).toMatchObject({
      name: 'Facebook',
      kind: 'rtmp',
      profile: 'facebook',
      url: 'rtmps://live-api-s.facebook.com:443/rtmp/',
      hasKey: true,
      order: 'stop',
      state: 'idle',
      settings: null,
    });
    await t.clock.advance(10);
    expect(t.link.orders.at(-1)!.outputs).toEqual([
      {
        id,
        kind: 'rtmp',
        run: false,
        url: 'rtmps://live-api-s.facebook.com:443/rtmp/',
        key: 'FB-123-secret?s_bl=1',
        settings: null,
      },
    ]);
  });

  it('takes an address pasted whole apart, whatever the platform', async () => {
    const fb = await create({ url: 'rtmps://live-api-s.facebook.com:443/rtmp/FB-9-secret?a=1' });
    const am = await t.air.handlers['output.create'](
      { name: 'AM', profile: 'radio', withAir: true, url: 'icecast://source:hackme@r:8000/am' },
      ana,
    );
    await t.clock.advance(10);
    const sent = Object.fromEntries(t.link.orders.at(-1)!.outputs.map((o) => [o.id, o]));
    expect(sent[fb.id]).toMatchObject({
      key: 'FB-9-secret?a=1',
      url: 'rtmps://live-api-s.facebook.com:443/rtmp',
    });
    expect(sent[am.id]).toMatchObject({
      key: 'hackme',
      url: 'icecast://r:8000/am',
      settings: { lowpassHz: 5000, bitrateKbps: 96 },
    });
    expect(t.store.get().outputs[am.id]!.url).toBe('icecast://r:8000/am');
  });

  it.each([
    ['an unknown profile', { profile: 'none', key: 'k' }, 'profile'],
    ['a missing key', {}, 'key'],
    ['a missing address', { profile: 'custom' }, 'url'],
    ['a scheme the platform does not take', { url: 'http://h/live', key: 'k' }, 'url'],
    ['an address without application', { profile: 'custom', url: 'rtmp://host/' }, 'url'],
    [
      'an address as shown, with its dots',
      { profile: 'custom', url: 'rtmp://host/live/•••' },
      'url',
    ],
    ['a mount that is missing', { profile: 'radio', url: 'icecast://h:8000', key: 'k' }, 'url'],
    [
      'radio settings on a video output',
      { key: 'k', settings: { lowpassHz: 5000, bitrateKbps: 96 } },
      'settings',
    ],
  ])('refuses %s, naming the path', async (_, more, path) => {
    expect(await issuePath(create(more))).toBe(path);
    expect(t.store.get().outputs).toEqual({});
  });

  it('warns of what will not fit the platform, without refusing it', async () => {
    await t.air.close();
    const heavy = await airBench(await t.again());
    t = heavy;
    const { id } = await create({ key: 'k' });
    expect(alarmsUp(t.store)).toEqual([]);
    const { destinationProfiles } = await import('./outputs-fakes.ts');
    const facebook = destinationProfiles['facebook']!;
    const kept = facebook.limits.maxVideoKbps;
    facebook.limits.maxVideoKbps = 2000;
    try {
      await t.air.handlers['output.update']({ id, name: 'FB' }, ana);
      expect(alarmsUp(t.store)).toEqual([`output-limits-${id}`]);
      expect(t.store.get().alarms[`output-limits-${id}`]).toMatchObject({ severity: 'warning' });
      await t.air.handlers['output.remove']({ id }, ana);
      expect(alarmsUp(t.store)).toEqual([]);
    } finally {
      facebook.limits.maxVideoKbps = kept;
    }
  });
});

describe('output.update, start, stop and remove', () => {
  it('keeps what is left out, and orders air once for what changed', async () => {
    const { id } = await create({ key: 'first-key' });
    await t.clock.advance(10);
    const before = t.link.orders.length;
    await t.air.handlers['output.update']({ id, name: 'Página', withAir: false }, ana);
    await t.clock.advance(10);
    expect(t.link.orders.length).toBe(before);
    expect(t.store.get().outputs[id]).toMatchObject({
      name: 'Página',
      withAir: false,
      hasKey: true,
    });
    await t.air.handlers['output.update']({ id, key: 'second-key' }, ana);
    await t.clock.advance(10);
    expect(t.link.orders.length).toBe(before + 1);
    expect(t.link.orders.at(-1)!.outputs[0]!.key).toBe('second-key');
  });

  it('starts and stops one alone, and refuses to remove it while ordered to run', async () => {
    const { id } = await create({ key: 'k' });
    await t.run(t.air.handlers['output.start']({ id }, ana));
    expect(t.store.get().outputs[id]!.order).toBe('start');
    expect(t.link.orders.at(-1)).toMatchObject({ live: false, outputs: [{ id, run: true }] });
    const refused = await failure(t.air.handlers['output.remove']({ id }, ana));
    expect(refused).toMatchObject({ code: 'conflict', context: { present: 'start' } });
    await t.run(t.air.handlers['output.stop']({ id }, ana));
    await t.air.handlers['output.remove']({ id }, ana);
    await t.clock.advance(10);
    expect(t.store.get().outputs).toEqual({});
    expect(t.link.orders.at(-1)!.outputs).toEqual([]);
  });

  it('says notFound for what is not there', async () => {
    for (const name of ['output.start', 'output.stop', 'output.remove', 'output.update'] as const) {
      expect((await failure(t.air.handlers[name]({ id: 'none' }, ana))).code).toBe('notFound');
    }
  });

  it('does not start what cannot be started now, but remembers a stop', async () => {
    const { id } = await create({ key: 'k' });
    await t.run(t.air.handlers['output.start']({ id }, ana));
    t.link.disconnect();
    const other = await create({ name: 'Otra', key: 'k2' });
    expect((await failure(t.run(t.air.handlers['output.start']({ id: other.id }, ana)))).code).toBe(
      'unavailable',
    );
    expect(t.store.get().outputs[other.id]!.order).toBe('stop');
    expect((await failure(t.run(t.air.handlers['output.stop']({ id }, ana)))).code).toBe(
      'unavailable',
    );
    expect(t.store.get().outputs[id]!.order).toBe('stop');
    t.link.connect();
    await t.clock.advance(10);
    expect(t.link.orders.at(-1)!.outputs.map((o) => o.run)).toEqual([false, false]);
  });

  it('survives a restart with its secrets and its order', async () => {
    const { id } = await create({ key: 'kept-key' });
    await t.run(t.air.handlers['output.start']({ id }, ana));
    const rev = t.link.orders.at(-1)!.rev;
    await t.air.close();
    t = await t.restart();
    expect(t.store.get().outputs[id]).toMatchObject({
      order: 'start',
      hasKey: true,
      state: 'idle',
    });
    t.link.connect();
    await t.clock.advance(10);
    expect(t.link.orders.at(-1)!.outputs[0]).toMatchObject({ id, run: true, key: 'kept-key' });
    expect(t.link.orders.at(-1)!.rev).toBeGreaterThan(rev);
  });

  it('keeps a destination whose secrets cannot be read, says so, and lets people enter them again', async () => {
    const { id } = await create({ key: 'k' });
    await t.database.db.updateTable('outputs').set({ url_sealed: 'v1.a.b.c' }).execute();
    await t.air.close();
    t = await t.restart();
    t.link.connect();
    await t.clock.advance(10);
    expect(alarmsUp(t.store)).toEqual([`output-secret-${id}`]);
    expect(t.link.orders.at(-1)!.outputs).toEqual([]);
    expect((await failure(t.air.handlers['output.start']({ id }, ana))).code).toBe('conflict');
    expect((await failure(t.air.handlers['output.update']({ id, name: 'X' }, ana))).code).toBe(
      'conflict',
    );
    await t.air.handlers['output.update']({ id, key: 'again' }, ana);
    await settle();
    expect(alarmsUp(t.store)).toEqual([]);
    expect(t.link.orders.at(-1)).toBeDefined();
  });
});

describe('secrets', () => {
  it('never appear in the state, the audit log or the database file', async () => {
    const text = fc.stringMatching(/^[A-Za-z0-9_-]{16,40}$/);
    await fc.assert(
      fc.asyncProperty(text, text, text, async (key, path, token) => {
        t.acts.length = 0;
        const fb = await create({ key: `${key}?t=${token}` });
        const custom = await create({ profile: 'custom', url: `rtmp://u:${token}@h/live/${path}` });
        await t.run(t.air.handlers['air.goLive']({}, ana));
        const problem = { cause: 'rejected' as const, detail: 'server said no', at: t.clock.now() };
        const { liveOutput } = await import('./air-service-bench.ts');
        t.report({
          source: 'slate',
          outputs: { [fb.id]: { ...liveOutput, state: 'retrying', problem } },
        });
        await t.clock.advance(4000);
        t.report({ source: 'slate', outputs: { [fb.id]: liveOutput } });
        const sent = JSON.stringify(t.link.orders.at(-1));
        const told = JSON.stringify([t.store.get(), t.acts]);
        for (const secret of [key, path, token]) {
          expect(sent).toContain(secret);
          expect(told).not.toContain(secret);
        }
        await t.run(t.air.handlers['air.stop']({}, ana));
        await t.air.handlers['output.remove']({ id: fb.id }, ana);
        await t.air.handlers['output.remove']({ id: custom.id }, ana);
      }),
      { numRuns: 15 },
    );
    await create({ key: 'a-key-nobody-may-read-on-disk' });
    t.database.checkpoint();
    const file = readFileSync(join(t.dir, 'studio.db')).toString('latin1');
    expect(file).toContain('Facebook');
    expect(file).not.toContain('a-key-nobody-may-read-on-disk');
    expect(file).not.toContain('ingest-secret');
  });
});
