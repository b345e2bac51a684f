// What goes out when OBS does not, how the uplink is shared, and how picture and sound are.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diskSize, megabits } from '../../control-ui/src/format/numbers.ts';
import { roughDuration } from '../../control-ui/src/format/times.ts';
import { coverIsMissing, coverOf, standIns, waitFace } from '../../control-ui/src/on-air/cover.ts';
import { healthFlags, loudnessShare } from '../../control-ui/src/on-air/health-face.ts';
import {
  shedPlan,
  uplinkFace,
  uplinkParts,
  uplinkScale,
  type UplinkPart,
} from '../../control-ui/src/on-air/uplink-face.ts';
import { createRates } from '../../control-ui/src/state/rates.ts';
import type { Unit, UnitRunState } from '../../server/contract/field.ts';
import type { StudioState } from '../../server/contract/state.ts';
import { calmHealth } from '../kit/samples.ts';

const unitOf = (name: string, feeds: readonly [string, UnitRunState][]): Unit => ({
  name,
  profile: 'phone',
  state: 'live',
  since: 0,
  bitrateKbps: 4000,
  expectedKbps: 4000,
  links: [],
  feeds: feeds.map(([id, state]) => ({
    id,
    label: id,
    state,
    since: 0,
    stream: null,
    lastLoss: null,
  })),
  inScene: null,
});

describe('the cover', () => {
  const units = {
    a: unitOf('Móvil 1', [['f1', 'live']]),
    b: unitOf('LiveU', [
      ['g1', 'degraded'],
      ['g2', 'lost'],
    ]),
  };
  const air = { backup: null, bypass: null, slate: 'captured' as const };
  it('offers the backup encoder and every feed, by name', () => {
    expect(standIns(air, units)).toEqual([
      { id: 'backup', name: null, ready: false },
      { id: 'f1', name: 'Móvil 1', ready: true },
      { id: 'g1', name: 'LiveU · g1', ready: true },
      { id: 'g2', name: 'LiveU · g2', ready: false },
    ]);
  });
  it('is the slate, a stand-in that arrives, or nothing', () => {
    expect(coverOf(air, units)).toEqual({ by: 'slate', standIn: null, slate: 'captured' });
    expect(coverOf({ ...air, bypass: 'f1' }, units).by).toBe('standIn');
    expect(coverOf({ ...air, slate: 'none' }, units).by).toBe('nothing');
  });
  it('is the slate again while the stand-in does not arrive, and says whose place it takes', () => {
    const cover = coverOf({ ...air, bypass: 'g2' }, units);
    expect(cover.by).toBe('slate');
    expect(cover.standIn?.name).toBe('LiveU · g2');
    expect(coverOf({ ...air, bypass: 'gone' }, units).standIn).toBeNull();
  });
  it('warns about a feed that does not arrive, not about a backup encoder that nobody has', () => {
    const missing = (bypass: string | null) => coverIsMissing(coverOf({ ...air, bypass }, units));
    expect(missing('g2')).toBe(true);
    expect([missing('f1'), missing('backup'), missing(null)]).toEqual([false, false, false]);
  });
  it('counts a wait down in whole seconds and never past its ends', () => {
    expect(waitFace(4000, 0, 4000)).toEqual({ seconds: 4, share: 0 });
    expect(waitFace(4000, 2500, 4000)).toEqual({ seconds: 2, share: 0.625 });
    expect(waitFace(4000, 9000, 4000)).toEqual({ seconds: 0, share: 1 });
    expect(waitFace(4000, 4000, 0).share).toBe(1);
  });
});

const part = (change: Partial<UplinkPart> & { name: string }): UplinkPart => ({
  id: change.name,
  kbps: 6000,
  priority: 50,
  mayShed: false,
  shed: false,
  ...change,
});

describe('the uplink', () => {
  it('has one word for it', () => {
    expect([null, true, false].map((fits) => uplinkFace({ fits }))).toEqual([
      'unknown',
      'fits',
      'short',
    ]);
  });
  it('counts what runs or starts with the air, kept longest first', () => {
    const one = {
      needKbps: 6000,
      priority: 50,
      mayShed: false,
      shed: false,
      order: 'start' as const,
      withAir: true,
    };
    const outputs = {
      v: { ...one, name: 'Vertical', priority: 60, mayShed: true },
      fb: { ...one, name: 'Facebook', priority: 10, order: 'stop' as const },
      rec: { ...one, name: 'Grabación', needKbps: 0 },
      off: { ...one, name: 'Prueba', order: 'stop' as const, withAir: false },
      yt: { ...one, name: 'YouTube' },
      am: { ...one, name: 'Radio AM' },
    };
    const names = (airOrder: 'live' | 'stop') =>
      uplinkParts(outputs, airOrder).map(({ name }) => name);
    expect(names('stop')).toEqual(['Facebook', 'Radio AM', 'YouTube', 'Vertical']);
    // On the air, one that somebody stopped needs nothing any more, as the server counts it.
    expect(names('live')).toEqual(['Radio AM', 'YouTube', 'Vertical']);
  });
  it('leaves room for the largest figure and for every part', () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.nat(1e6),
        fc.option(fc.nat(1e6)),
        fc.array(fc.nat(1e6)),
        (needKbps, sendingKbps, usableKbps, kbps) => {
          const parts = kbps.map((one) => ({ kbps: one }));
          const scale = uplinkScale({ needKbps, sendingKbps, usableKbps }, parts);
          const whole = kbps.reduce((sum, one) => sum + one, 0);
          return scale > Math.max(needKbps, sendingKbps, usableKbps ?? 0, whole);
        },
      ),
    );
  });
  it('names who goes first, only of those allowed to', () => {
    const parts = [
      part({ name: 'Facebook', priority: 10 }),
      part({ name: 'YouTube', priority: 20, mayShed: true }),
      part({ name: 'Vertical', priority: 60, mayShed: true, kbps: 2500 }),
    ];
    expect(shedPlan(parts, 14_500)).toEqual({ names: [], enough: true });
    expect(shedPlan(parts, 12_000)).toEqual({ names: ['Vertical'], enough: true });
    expect(shedPlan(parts, 7000)).toEqual({ names: ['Vertical', 'YouTube'], enough: true });
    expect(shedPlan(parts, 5000)).toEqual({ names: ['Vertical', 'YouTube'], enough: false });
  });
});

describe('picture and sound as sent', () => {
  it('has no flag while all is well, nothing is measured, or nothing goes out', () => {
    expect(healthFlags(calmHealth, 'program')).toEqual([]);
    expect(healthFlags(null, 'program')).toEqual([]);
    expect(healthFlags({ ...calmHealth, blackSeconds: null }, 'program')).toEqual([]);
    expect(healthFlags({ ...calmHealth, blackSeconds: 30 }, 'off')).toEqual([]);
  });
  it('flags what lasts, with whole seconds', () => {
    expect(
      healthFlags({ ...calmHealth, silentSeconds: 12.7, clippedSeconds: 1 }, 'program'),
    ).toEqual([
      { flag: 'silent', seconds: 12 },
      { flag: 'clipped', seconds: 1 },
    ]);
    expect(healthFlags({ ...calmHealth, frozenSeconds: 1.9 }, 'program')).toEqual([]);
  });
  it('says black once, not also frozen', () => {
    const dark = { ...calmHealth, blackSeconds: 6, frozenSeconds: 6 };
    expect(healthFlags(dark, 'bypass').map(({ flag }) => flag)).toEqual(['black']);
  });
  it('lets OBS’s own slate scene stand still, but no other picture', () => {
    const still = { ...calmHealth, frozenSeconds: 30 };
    expect(healthFlags(still, 'program', true)).toEqual([]);
    expect(healthFlags(still, 'bypass', true)).toHaveLength(1);
    expect(healthFlags(still, 'program')).toHaveLength(1);
  });
  it('lets it be quiet too, and counts both from its end', () => {
    const still = { ...calmHealth, frozenSeconds: 30, silentSeconds: 30 };
    expect(healthFlags(still, 'program', true)).toEqual([]);
    expect(healthFlags(still, 'program', false, 1)).toEqual([]);
    expect(healthFlags(still, 'program', false, 12)).toEqual([
      { flag: 'frozen', seconds: 12 },
      { flag: 'silent', seconds: 12 },
    ]);
  });
  it('lets the slate stand still in silence', () => {
    const slate = { ...calmHealth, blackSeconds: 9, frozenSeconds: 9, silentSeconds: 9 };
    expect(healthFlags(slate, 'slate')).toEqual([]);
  });
  it('fills the loudness bar from −41 to −5 LUFS', () => {
    expect([null, -70, -41, -23, -5, 0].map(loudnessShare)).toEqual([0, 0, 0, 0.5, 1, 1]);
  });
});

describe('what is left', () => {
  it.each([
    [1.423e11, '142 GB'],
    [9.94e9, '9,9 GB'],
    [6.4e8, '640 MB'],
  ])('%d bytes are %s', (bytes, words) => expect(diskSize(bytes, 'es-CO')).toBe(words));
  it.each([
    [18_500, '5 h'],
    [4800, '1 h 20 min'],
    [7200, '2 h'],
    [2570, '42 min'],
    [10, '0 min'],
  ])('%d s are %s', (s, words) => expect(roughDuration(s)).toBe(words));
  it('says Mb/s without the unit beside several figures', () => {
    expect(megabits(14_966, 'es-CO')).toBe('15,0');
  });
});

describe('the minute of bitrates', () => {
  it('follows units and outputs apart, and counts an output that is not live as nothing', () => {
    let tick = (): void => undefined;
    const state = {
      field: { units: { x: { bitrateKbps: 4000 } } },
      outputs: {
        x: { state: 'live', bitrateKbps: 6000 },
        y: { state: 'retrying', bitrateKbps: 6000 },
      },
    } as unknown as StudioState;
    const rates = createRates(
      () => state,
      (listener) => {
        tick = listener;
        return () => undefined;
      },
    );
    tick();
    tick();
    expect(rates.history()).toEqual({
      'unit/x': [4000, 4000],
      'output/x': [6000, 6000],
      'output/y': [0, 0],
    });
    rates.close();
  });
});
