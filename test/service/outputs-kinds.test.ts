// What each kind of destination needs, shows and refuses: settings, addresses, backups, priorities.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ana, type AirBench } from './air-service-bench.ts';
import { closeAir, connectedAir, create, issuePath } from './air-service-steps.ts';
import { alarmsUp } from './outputs-bench.ts';

let t: AirBench;
beforeEach(async () => {
  t = await connectedAir();
});
afterEach(() => closeAir(t));

describe('kinds', () => {
  it('a recording and the web player need a name alone', async () => {
    const rec = await create(t, { name: 'Archivo', profile: 'recording' });
    const web = await create(t, {
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
    const { id } = await create(t, {
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
    const { id } = await create(t, {
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
    const own = await create(t, { profile: 'youtube', key: 'yt-key-1' });
    const relay = await create(t, {
      profile: 'youtube',
      key: 'yt-key-2',
      url: 'rtmp://relay:1936/x',
    });
    const none = await create(t, { profile: 'youtube', key: 'yt-key-3', backupUrl: null });
    const typed = await create(t, {
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
    const { id } = await create(t, {
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
    const { id } = await create(t, { profile: 'youtube', key: 'k' });
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
    expect(await issuePath(create(t, more))).toBe(path);
    expect(t.store.get().outputs).toEqual({});
  });
});
