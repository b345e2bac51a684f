// A new destination: what is made of its address and key, what of it is shown, and what is refused.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { airBench, ana, type AirBench } from './air-service-bench.ts';
import { closeAir, connectedAir, create, issuePath } from './air-service-steps.ts';
import { alarmsUp } from './outputs-bench.ts';
import { destinationProfiles } from './outputs-samples.ts';

let t: AirBench;
beforeEach(async () => {
  t = await connectedAir();
});
afterEach(() => closeAir(t));

describe('output.create', () => {
  it('uses the address of the profile and shows no secret', async () => {
    const { id } = await create(t, { key: 'FB-123-secret?s_bl=1' });
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
    const fb = await create(t, { url: 'rtmps://live-api-s.facebook.com:443/rtmp/FB-9-secret?a=1' });
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
    expect(await issuePath(create(t, more))).toBe(path);
    expect(t.store.get().outputs).toEqual({});
  });

  it('warns of what will not fit the platform, without refusing it', async () => {
    await t.air.close();
    const heavy = await airBench(await t.again());
    t = heavy;
    const { id } = await create(t, { key: 'k' });
    expect(alarmsUp(t.store)).toEqual([]);
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
