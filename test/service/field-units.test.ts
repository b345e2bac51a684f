// The field room on a real database, with an OBS that obeys, is away or refuses.
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AirFeedReport } from '../../server/contract/air-link.ts';
import type { CommandContext } from '../../server/contract/commands.ts';
import type { UnitProfile } from '../../server/contract/profiles.ts';
import { StudioError } from '../../server/core/errors.ts';
import { silentLog } from '../../server/core/log.ts';
import { createField, type Field } from '../../server/field/units.ts';
import { createSettings } from '../../server/outputs/settings.ts';
import { alarmsUp, bench, idleReport, settle, type Bench } from './outputs-fakes.ts';

const ana: CommandContext = { actor: 'ana', roles: ['operator'], host: 'studio.local' };
const profiles: Record<string, UnitProfile> = {
  phone: {
    id: 'phone',
    name: 'Celular',
    feeds: [{ label: 'Cámara' }],
    expectedKbps: 4000,
    degradedBelow: 0.5,
    hint: { es: 'x', en: 'x' },
  },
  liveu: {
    id: 'liveu',
    name: 'LiveU',
    feeds: [{ label: 'Cámara 1' }, { label: 'Cámara 2' }],
    expectedKbps: 5000,
    degradedBelow: 0.5,
    hint: { es: 'x', en: 'x' },
  },
};

/** The media source of an OBS that may be away or refuse. */
interface FakeScene {
  readonly urls: (string | null)[];
  failure: Error | null;
  connect(): void;
}
interface FieldBench extends Bench {
  readonly field: Field;
  readonly scene: FakeScene;
  changes: number;
}

async function open(base?: Bench): Promise<FieldBench> {
  const on = base ?? (await bench());
  const listeners: (() => void)[] = [];
  const scene: FakeScene = {
    urls: [],
    failure: null,
    connect: () => {
      for (const l of listeners) l();
    },
  };
  let serial = 0;
  const stamp = on.clock.mono();
  const field = await createField({
    ...on,
    db: on.database.db,
    audit: { record: (act) => void on.acts.push(act) },
    log: silentLog,
    unitProfile: (id) => profiles[id],
    scene: {
      async setMediaInput(url) {
        scene.urls.push(url);
        if (scene.failure) throw scene.failure;
      },
      onConnected(listener) {
        listeners.push(listener);
        return () => undefined;
      },
    },
    memory: createSettings(on.database.db),
    rtmpPort: 1936,
    playKey: 'the-play-key',
    playHost: () => '127.0.0.1',
    newId: (prefix) => `${prefix}-${stamp}-${(serial += 1)}`,
    newSecret: () => `feed-secret-${stamp}-${(serial += 1)}`,
    random: () => 0.5,
  });
  const opened: FieldBench = { ...on, field, scene, changes: 0 };
  field.onFeedsChange(() => {
    opened.changes += 1;
  });
  return opened;
}

let t: FieldBench;
beforeEach(async () => {
  t = await open();
});
afterEach(async () => {
  t.field.close();
  await t.close();
});

const create = (name: string, profile = 'phone') =>
  t.field.handlers['field.createUnit']({ name, profile }, ana);
const sending = (kbps = 4000, videoCodec = 'h264'): AirFeedReport => ({
  connected: true,
  lastPacketAt: t.clock.now() - 20,
  connectedAt: t.clock.now() - 9000,
  remote: '10.1.2.3',
  stream: {
    videoCodec,
    audioCodec: 'aac',
    width: 1280,
    height: 720,
    fps: 30,
    bitrateKbps: kbps,
    keyframeSeconds: 2,
  },
  lastEnd: null,
});
const ended = (): AirFeedReport => ({
  connected: false,
  lastPacketAt: null,
  connectedAt: null,
  remote: null,
  stream: null,
  lastEnd: { at: t.clock.now() - 50, reason: 'closed' },
});
const report = async (feeds: Record<string, AirFeedReport>) => {
  t.field.report(idleReport(t.clock.now(), { feeds }));
  await settle();
};
const playing = (feed: string) => `rtmp://127.0.0.1:1936/field/${feed}?k=the-play-key`;
const code = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(StudioError);
  return (error as StudioError).code;
};

describe('units and their credentials', () => {
  it('a new unit answers an address and key per feed, and its keys go to the order', async () => {
    const made = await create('Móvil', 'liveu');
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
    const made = await create('Móvil');
    const again = await t.field.handlers['field.credentials'](
      { id: made.id },
      { ...ana, host: 'fe80::1' },
    );
    expect(again.feeds[0]!.rtmp).toEqual({
      url: 'rtmp://[fe80::1]:1936/field',
      key: made.feeds[0]!.rtmp.key,
    });
  });

  it('a rotated key replaces the old one in the order, at once and after a restart', async () => {
    const made = await create('Móvil');
    const rotated = await t.field.handlers['field.rotateKey'](
      { id: made.id, feed: `${made.id}-1` },
      ana,
    );
    expect(rotated.rtmp.key).not.toBe(made.feeds[0]!.rtmp.key);
    t.field.close();
    t = await open(await t.again());
    expect(t.field.feeds().map((f) => `${f.id}?k=${f.key}`)).toEqual([rotated.rtmp.key]);
    expect(Object.keys(t.store.get().field.units)).toEqual([made.id]);
  });

  it('a removed unit leaves the state and the order', async () => {
    const made = await create('Móvil');
    await t.field.handlers['field.removeUnit']({ id: made.id }, ana);
    expect(t.store.get().field.units).toEqual({});
    expect(t.field.feeds()).toEqual([]);
    expect(await t.database.db.selectFrom('feeds').selectAll().execute()).toEqual([]);
  });

  it('refuses what does not exist', async () => {
    const made = await create('Móvil');
    expect(await code(create('X', 'none'))).toBe('invalid');
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
    const made = await create('Móvil');
    await t.database.db.updateTable('feeds').set({ key_sealed: 'v1.x.y.z' }).execute();
    t.field.close();
    t = await open(await t.again());
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
          const made = await create('Móvil', profile);
          for (let i = 0; i < n; i += 1) {
            await t.field.handlers['field.rotateKey']({ id: made.id, feed: `${made.id}-1` }, ana);
            await report({ [`${made.id}-1`]: i % 2 === 0 ? sending() : ended() });
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

describe('what air reports', () => {
  it('becomes the state of the unit, with evidence of its coming and going', async () => {
    const { id } = await create('Móvil 1');
    await report({});
    await report({ [`${id}-1`]: sending(3900) });
    expect(t.store.get().field.units[id]).toMatchObject({
      state: 'live',
      bitrateKbps: 3900,
      feeds: [{ state: 'live', stream: { videoCodec: 'h264', width: 1280 } }],
      links: [{ label: 'RTMP', bitrateKbps: 3900, seenAt: t.clock.now() - 20 }],
    });
    await t.clock.advance(500);
    await report({ [`${id}-1`]: ended() });
    // Within one report of the end.
    expect(t.store.get().field.units[id]).toMatchObject({
      state: 'lost',
      bitrateKbps: 0,
      links: [],
      feeds: [
        {
          state: 'lost',
          stream: null,
          lastLoss: { text: 'La unidad cerró la transmisión o perdió la red.' },
        },
      ],
    });
    expect(alarmsUp(t.store)).toEqual([`feed-lost-${id}-1`]);
    expect(t.acts.map((a) => a.action)).toEqual(['field.live', 'field.show', 'field.lost']);
    await report({ [`${id}-1`]: sending() });
    expect(alarmsUp(t.store)).toEqual([]);
  });

  it('says in words that HEVC cannot be used', async () => {
    const { id } = await create('Móvil 1');
    await report({ [`${id}-1`]: sending(4000, 'hevc') });
    expect(t.store.get().field.units[id]!.feeds[0]!.notice).toEqual({
      text: 'La unidad envía HEVC; cámbiela a H.264.',
      textEn: 'The unit sends HEVC; change it to H.264.',
    });
    expect(alarmsUp(t.store)).toEqual([`feed-codec-${id}-1`]);
    await report({ [`${id}-1`]: sending(4000, 'h264') });
    expect(t.store.get().field.units[id]!.feeds[0]!.notice).toBeUndefined();
    expect(alarmsUp(t.store)).toEqual([]);
  });
});

describe('the scene Campo', () => {
  it('takes the first live feed, keeps it, clears it when it is lost and takes the next', async () => {
    const a = await create('A');
    const b = await create('B');
    const [fa, fb] = [`${a.id}-1`, `${b.id}-1`];
    await report({});
    expect(t.scene.urls).toEqual([null]);
    await report({ [fb]: sending() });
    await report({ [fa]: sending(), [fb]: sending() });
    expect(t.scene.urls).toEqual([null, playing(fb)]);
    expect(t.store.get().field.units[b.id]!.inScene).toBe(fb);
    expect(t.store.get().field.units[a.id]!.inScene).toBeNull();
    await report({ [fa]: sending(), [fb]: ended() });
    expect(t.scene.urls.at(-1)).toBe(playing(fa));
    await report({ [fa]: ended(), [fb]: ended() });
    expect(t.scene.urls.at(-1)).toBeNull();
    await report({ [fa]: sending(), [fb]: ended() });
    expect(t.scene.urls.at(-1)).toBe(playing(fa));
  });

  it("follows a person's choice and stays on it", async () => {
    const a = await create('A');
    const b = await create('B');
    const [fa, fb] = [`${a.id}-1`, `${b.id}-1`];
    await report({ [fa]: sending(), [fb]: sending() });
    await t.field.handlers['field.show']({ id: b.id, feed: fb }, ana);
    expect(t.scene.urls.at(-1)).toBe(playing(fb));
    expect(t.store.get().field.units[b.id]!.inScene).toBe(fb);
    await report({ [fa]: sending(), [fb]: ended() });
    expect(t.scene.urls.at(-1)).toBeNull();
    expect(t.store.get().field.units[b.id]!.inScene).toBe(fb);
    await report({ [fa]: sending(), [fb]: sending() });
    expect(t.scene.urls.at(-1)).toBe(playing(fb));
  });

  it('is told again after OBS reconnects, and only then', async () => {
    const a = await create('A');
    await report({ [`${a.id}-1`]: sending() });
    await report({ [`${a.id}-1`]: sending() });
    expect(t.scene.urls).toEqual([playing(`${a.id}-1`)]);
    t.scene.connect();
    await settle();
    expect(t.scene.urls).toEqual([playing(`${a.id}-1`), playing(`${a.id}-1`)]);
  });

  it('is retried with patience when OBS refuses, says why, and answers the person', async () => {
    const a = await create('A');
    t.scene.failure = new StudioError('notFound', {
      es: 'No existe la fuente «Campo».',
      en: 'No source.',
    });
    await report({ [`${a.id}-1`]: sending() });
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
    const a = await create('A');
    const b = await create('B');
    const [fa, fb] = [`${a.id}-1`, `${b.id}-1`];
    await report({ [fa]: sending(), [fb]: sending() });
    await t.field.handlers['field.show']({ id: b.id, feed: fb }, ana);
    t.field.close();
    t = await open(await t.again());
    t.scene.connect();
    await t.clock.advance(3000);
    expect(t.scene.urls).toEqual([]);
    await report({ [fa]: sending(), [fb]: sending() });
    expect(t.scene.urls).toEqual([playing(fb)]);
    expect(t.acts).toEqual([]);
  });
});
