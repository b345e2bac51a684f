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
      backupUrl: null,
      priority: 50,
      mayShed: false,
      shed: false,
      needKbps: 3316,
      playPath: null,
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
        backupUrl: null,
        folder: null,
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

describe('kinds', () => {
  it('a recording and the web player need a name alone', async () => {
    const rec = await create({ name: 'Archivo', profile: 'recording' });
    const web = await create({
      name: 'Web',
      profile: 'player',
      settings: { windowSeconds: 60 },
      mayShed: true,
    });
    await t.clock.advance(10);
    const shown = t.store.get().outputs;
    expect(shown[rec.id]).toMatchObject({
      kind: 'recording',
      url: '',
      hasKey: false,
      settings: { fileMinutes: 30, minFreeGb: 2 },
      needKbps: 0,
      playPath: null,
    });
    expect(shown[web.id]).toMatchObject({
      kind: 'hls',
      url: '',
      settings: { partMs: 500, windowSeconds: 60 },
      needKbps: 0,
      playPath: `/en-vivo/hls/${web.id}/live.m3u8`,
    });
    for (const order of t.link.orders.at(-1)!.outputs) {
      expect(order).toMatchObject({ url: '', key: null, backupUrl: null });
    }
  });

  it('an SRT address pasted whole is taken apart, and neither half of its secret is shown or stored in clear', async () => {
    const { id } = await create({
      name: 'Enlace',
      profile: 'srt',
      url: 'srt://recibe.example:9000?mode=caller&streamid=#!::r=am,u=ana&passphrase=muy%20secreta%2010&latency=3000000',
    });
    expect(t.store.get().outputs[id]).toMatchObject({
      url: 'srt://recibe.example:9000',
      hasKey: true,
      settings: { latencyMs: 3000, streamId: '•••' },
      needKbps: 3910,
    });
    await t.clock.advance(10);
    expect(t.link.orders.at(-1)!.outputs[0]).toMatchObject({
      url: 'srt://recibe.example:9000',
      key: 'muy secreta 10',
      settings: { latencyMs: 3000, streamId: '#!::r=am,u=ana' },
    });
    const row = await t.database.db.selectFrom('outputs').selectAll().executeTakeFirstOrThrow();
    expect(JSON.stringify(row)).not.toContain('u=ana');
    // The screen gives back what it was shown: dots stand for what is kept.
    await t.air.handlers['output.update'](
      { id, settings: { latencyMs: 500, streamId: '•••' } },
      ana,
    );
    await t.air.close();
    t = await t.restart();
    t.link.connect();
    await t.clock.advance(10);
    expect(t.link.orders.at(-1)!.outputs[0]).toMatchObject({
      key: 'muy secreta 10',
      settings: { latencyMs: 500, streamId: '#!::r=am,u=ana' },
    });
  });

  it('settings are those of the kind, then of the profile, then what was given; only given fields change', async () => {
    const { id } = await create({
      name: 'Celular',
      profile: 'vertical',
      url: 'rtmps://v.example/live',
      key: 'k',
      settings: { focus: 0.25 },
    });
    const settings = () => t.store.get().outputs[id]!.settings;
    expect(settings()).toEqual({ fit: 'blur', focus: 0.25, width: 720, videoKbps: 2500 });
    expect(t.store.get().outputs[id]!.needKbps).toBe(2786);
    await t.air.handlers['output.update']({ id, settings: { videoKbps: 5000 } }, ana);
    expect(settings()).toEqual({ fit: 'blur', focus: 0.25, width: 720, videoKbps: 5000 });
    expect(t.store.get().outputs[id]!.needKbps).toBe(5436);
    expect(alarmsUp(t.store)).toEqual([`output-limits-${id}`]);
  });

  it("a platform's own backup address serves only beside the platform's own address", async () => {
    const own = await create({ profile: 'youtube', key: 'yt-key-1' });
    const relay = await create({ profile: 'youtube', key: 'yt-key-2', url: 'rtmp://relay:1936/x' });
    const none = await create({ profile: 'youtube', key: 'yt-key-3', backupUrl: null });
    const typed = await create({
      profile: 'custom',
      url: 'rtmp://main/live',
      backupUrl: 'rtmp://spare/live/secret-path',
    });
    const backups = () =>
      [own, relay, none, typed].map(({ id }) => t.store.get().outputs[id]!.backupUrl);
    const youtubes = 'rtmps://b.rtmps.youtube.com:443/live2?•••';
    expect(backups()).toEqual([youtubes, null, null, 'rtmp://spare/live/•••']);
    await t.clock.advance(10);
    const sent = Object.fromEntries(t.link.orders.at(-1)!.outputs.map((o) => [o.id, o.backupUrl]));
    expect(sent[own.id]).toBe('rtmps://b.rtmps.youtube.com:443/live2?backup=1');
    expect(sent[typed.id]).toBe('rtmp://spare/live/secret-path');
    await t.air.handlers['output.update']({ id: own.id, url: 'rtmp://relay:1936/y' }, ana);
    await t.air.handlers['output.update']({ id: none.id, name: 'Otra', priority: 3 }, ana);
    await t.air.handlers['output.update']({ id: typed.id, backupUrl: null }, ana);
    expect(backups()).toEqual([null, null, null, null]);
  });

  it('a backup address pasted with the key loses it', async () => {
    const { id } = await create({
      profile: 'youtube',
      key: 'abcd-efgh',
      backupUrl: 'rtmps://b.rtmps.youtube.com:443/live2/abcd-efgh?backup=1',
    });
    await t.clock.advance(10);
    expect(t.link.orders.at(-1)!.outputs[0]!.backupUrl).toBe(
      'rtmps://b.rtmps.youtube.com:443/live2',
    );
    expect(t.store.get().outputs[id]!.backupUrl).toBe('rtmps://b.rtmps.youtube.com:443/live2');
  });

  it('priority and permission come from the profile, then from people, and last', async () => {
    const { id } = await create({ profile: 'youtube', key: 'k' });
    expect(t.store.get().outputs[id]).toMatchObject({ priority: 20, mayShed: false });
    await t.air.handlers['output.update']({ id, priority: 70, mayShed: true }, ana);
    await t.air.close();
    t = await t.restart();
    expect(t.store.get().outputs[id]).toMatchObject({ priority: 70, mayShed: true });
  });

  const good = { profile: 'srt', url: 'srt://h:9000' };
  it.each([
    ['an address for a recording', { profile: 'recording', url: 'rtmp://h/live' }, 'url'],
    ['a key for the web player', { profile: 'player', key: 'k' }, 'key'],
    [
      'a backup address for a recording',
      { profile: 'recording', backupUrl: 'rtmp://h/x' },
      'backupUrl',
    ],
    ['an SRT address without port', { profile: 'srt', url: 'srt://host' }, 'url'],
    ['an SRT address with a path', { profile: 'srt', url: 'srt://host:9000/live' }, 'url'],
    ['an SRT address to listen on', { profile: 'srt', url: 'srt://h:9000?mode=listener' }, 'url'],
    ['an RTMP address for SRT', { profile: 'srt', url: 'rtmp://host/live' }, 'url'],
    ['a passphrase too short', { ...good, key: 'short' }, 'key'],
    [
      'a passphrase too long',
      { profile: 'srt', url: `srt://h:1?passphrase=${'x'.repeat(80)}` },
      'key',
    ],
    ['a latency out of bounds', { ...good, settings: { latencyMs: 5 } }, 'settings.latencyMs'],
    ['a setting of another kind', { ...good, settings: { width: 720 } }, 'settings.width'],
    [
      'a width no phone has',
      { profile: 'vertical', url: 'rtmp://h/a', key: 'k', settings: { width: 800 } },
      'settings.width',
    ],
    ['a login in the address', { profile: 'custom', url: 'rtmp://ana:hush@h/a' }, 'url'],
    [
      'a login in the backup address',
      { profile: 'custom', url: 'rtmp://h/a', backupUrl: 'rtmps://ana:hush@b/a' },
      'backupUrl',
    ],
    [
      'a login in a vertical address',
      { profile: 'vertical', url: 'rtmp://ana:hush@h/a', key: 'k' },
      'url',
    ],
    [
      'a backup address of another scheme',
      { profile: 'custom', url: 'rtmp://h/a', backupUrl: 'srt://h:9000' },
      'backupUrl',
    ],
    [
      'a backup address that is the main one',
      { profile: 'custom', url: 'rtmp://h/a', backupUrl: 'rtmp://h/a' },
      'backupUrl',
    ],
    [
      'a backup address with another key',
      { profile: 'youtube', key: 'mine', backupUrl: 'rtmps://b.example/live2/theirs' },
      'backupUrl',
    ],
    [
      'a backup address as shown',
      { profile: 'youtube', key: 'k', backupUrl: 'rtmps://b.example/live2/•••' },
      'backupUrl',
    ],
    ['dots for a key', { key: '•••' }, 'key'],
  ])('refuses %s, naming the path', async (_, more, path) => {
    expect(await issuePath(create(more))).toBe(path);
    expect(t.store.get().outputs).toEqual({});
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
        const custom = await create({
          profile: 'custom',
          url: `rtmp://h/live/${path}?u=${token}`,
          backupUrl: `rtmp://spare/live/${token}?u=${path}`,
        });
        const srt = await create({
          profile: 'srt',
          url: `srt://h:9000?passphrase=${path}&streamid=publish:am:ana:${token}`,
        });
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
        await t.air.handlers['output.remove']({ id: srt.id }, ana);
      }),
      { numRuns: 15 },
    );
    await create({ key: 'a-key-nobody-may-read-on-disk' });
    await create({
      profile: 'srt',
      url: 'srt://h:9000?streamid=publish:a-stream-nobody-may-read',
      backupUrl: 'srt://a-spare-nobody-may-read:9001',
    });
    const files = ['studio.db', 'studio.db-wal'].map((name) => readFileSync(join(t.dir, name)));
    const file = Buffer.concat(files).toString('latin1');
    expect(file).toContain('Facebook');
    expect(file).not.toContain('a-key-nobody-may-read-on-disk');
    expect(file).not.toContain('nobody-may-read');
    expect(file).not.toContain('ingest-secret');
  });
});
