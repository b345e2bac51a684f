// Which alarms the health of what goes out deserves: facts, thresholds and context in, troubles out.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AirHealth } from '../../server/contract/air.ts';
import { stationProfile } from '../../server/contract/profiles.ts';
import {
  healthTroubles,
  healthy,
  judgeHealth,
  offSeconds,
  type HealthMemory,
  type HealthTrouble,
} from '../../server/health/judge.ts';
import { troubleReason, troubleWords } from '../../server/health/words.ts';
import { calmHealth } from '../kit/samples.ts';

const thresholds = stationProfile.shape.health.parse({});
const watched = { watched: true, slateScene: false };
const slateScene = { watched: true, slateScene: true };
const unwatched = { watched: false, slateScene: false };
const showing = (...up: HealthTrouble[]): HealthMemory => ({ ...healthy, up: new Set(up) });
const up = (memory: HealthMemory): HealthTrouble[] => [...memory.up];

describe('at once', () => {
  test.each<[string, Partial<AirHealth>, HealthMemory, HealthTrouble[]]>([
    ['all well', {}, healthy, []],
    ['black, not yet', { blackSeconds: 4.9 }, healthy, []],
    ['black', { blackSeconds: 5 }, healthy, ['black']],
    ['black and therefore still', { blackSeconds: 12, frozenSeconds: 12 }, healthy, ['black']],
    ['still', { frozenSeconds: 10 }, healthy, ['frozen']],
    ['silent', { silentSeconds: 10, shortTermLufs: -70 }, healthy, ['silent']],
    ['clipped', { clippedSeconds: 2 }, healthy, ['clipped']],
    ['clipped, a little less', { clippedSeconds: 1.5 }, showing('clipped'), ['clipped']],
    ['hardly clipped', { clippedSeconds: 1 }, showing('clipped'), []],
    ['no longer black', { blackSeconds: 0 }, showing('black'), []],
    ['still black', { blackSeconds: 0.1 }, showing('black'), ['black']],
    ['sound again', { silentSeconds: 0 }, showing('silent'), []],
    [
      'nothing measured',
      { blackSeconds: null, silentSeconds: null, clippedSeconds: null, frozenSeconds: null },
      showing('black', 'silent', 'clipped'),
      ['black', 'silent', 'clipped'],
    ],
  ])('%s', (_, facts, before, expected) => {
    expect(up(judgeHealth({ ...calmHealth, ...facts }, thresholds, watched, before, 0.5))).toEqual(
      expected,
    );
  });

  test('no meter leaves it as it was; off the air and the slate are nobody’s business', () => {
    const before = showing('black', 'loud');
    expect(judgeHealth(null, thresholds, watched, before, 1)).toBe(before);
    const bad = { ...calmHealth, blackSeconds: 99, silentSeconds: 99, clippedSeconds: 9 };
    expect(judgeHealth(bad, thresholds, unwatched, before, 1)).toEqual({
      ...healthy,
      ownSeconds: 0,
    });
  });

  test('OBS’s slate scene may stand still and be quiet, but not be black or distorted', () => {
    const bad = { ...calmHealth, frozenSeconds: 60, silentSeconds: 60, shortTermLufs: -50 };
    let memory = showing('frozen', 'silent', 'quiet');
    for (let n = 0; n < 200; n += 1) memory = judgeHealth(bad, thresholds, slateScene, memory, 0.5);
    expect(up(memory)).toEqual([]);
    const worse = { ...bad, blackSeconds: 6, clippedSeconds: 3 };
    expect(up(judgeHealth(worse, thresholds, slateScene, memory, 0.5))).toEqual([
      'black',
      'clipped',
    ]);
  });

  test('what stood still on the slate counts from its end, and then in full', () => {
    const still = { ...calmHealth, frozenSeconds: 60, silentSeconds: 60, shortTermLufs: -50 };
    for (const meant of [slateScene, unwatched]) {
      let memory = judgeHealth(still, thresholds, meant, healthy, 0.5);
      const later = (seconds: number) => {
        for (let n = 0; n < seconds * 2; n += 1) {
          memory = judgeHealth(still, thresholds, watched, memory, 0.5);
        }
        return up(memory);
      };
      expect(later(9.5)).toEqual([]);
      expect(later(0.5)).toEqual(['frozen', 'silent']);
    }
  });
});

describe('loudness', () => {
  /** Troubles after each of these stretches of half-second reports. */
  const after = (...stretches: [seconds: number, facts: Partial<AirHealth>][]) => {
    let memory = healthy;
    return stretches.map(([seconds, facts]) => {
      for (let n = 0; n < seconds * 2; n += 1) {
        memory = judgeHealth({ ...calmHealth, ...facts }, thresholds, watched, memory, 0.5);
      }
      return up(memory).join('+');
    });
  };
  const loud = { shortTermLufs: -9.5 };
  const quiet = { shortTermLufs: -26.5 };

  test('half a minute off, and half of it back', () => {
    expect(after([29.5, loud], [0.5, loud], [14.5, {}], [0.5, {}])).toEqual([
      '',
      'loud',
      'loud',
      '',
    ]);
    expect(after([29.5, quiet], [0.5, quiet], [14.5, {}], [0.5, {}])).toEqual([
      '',
      'quiet',
      'quiet',
      '',
    ]);
  });

  test('one loud sentence now and then is no alarm; within the tolerance nothing is', () => {
    const mixed: [number, Partial<AirHealth>][] = [];
    for (let n = 0; n < 20; n += 1) mixed.push([5, loud], [5, {}]);
    expect(after(...mixed).join('')).toBe('');
    expect(after([300, { shortTermLufs: -10 }], [300, { shortTermLufs: -26 }])).toEqual(['', '']);
  });

  test('silence is told as silence, and pauses are no quiet programme', () => {
    const pause = { silentSeconds: 4, shortTermLufs: -60 };
    expect(after([60, pause])).toEqual(['']);
    expect(after([20, quiet], [5, pause], [9.5, quiet], [0.5, quiet])).toEqual([
      '',
      '',
      '',
      'quiet',
    ]);
    expect(after([40, quiet], [1, { silentSeconds: 12, shortTermLufs: -70 }])).toEqual([
      'quiet',
      'silent',
    ]);
  });

  test('whatever is measured, memory stays bounded and black never comes with still', () => {
    const figure = fc.option(fc.double({ min: -80, max: 600, noNaN: true }), { nil: null });
    const facts = fc.record({
      blackSeconds: figure,
      frozenSeconds: figure,
      silentSeconds: figure,
      clippedSeconds: figure,
      shortTermLufs: figure,
    });
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 60 }), fc.boolean(), (reports, slate) => {
        let memory = healthy;
        for (const report of reports) {
          const context = { watched: true, slateScene: slate };
          memory = judgeHealth({ ...calmHealth, ...report }, thresholds, context, memory, 2);
          expect(memory.loudSeconds).toBeGreaterThanOrEqual(0);
          expect(memory.loudSeconds).toBeLessThanOrEqual(offSeconds);
          expect(memory.quietSeconds).toBeLessThanOrEqual(offSeconds);
          expect(memory.up.has('black') && memory.up.has('frozen')).toBe(false);
          if (slate) expect(memory.up.has('silent')).toBe(false);
        }
      }),
    );
  });
});

test('every trouble has words in both languages, with this station’s figures', () => {
  for (const trouble of healthTroubles) {
    const words = troubleWords(trouble, { ...thresholds, targetLufs: -17.5 }, 'Ya regresamos');
    for (const text of [words.what, words.advice]) {
      expect(text.es).not.toBe(text.en);
      expect(text.es.length).toBeGreaterThan(20);
      expect(`${text.es}${text.en}`).not.toMatch(/undefined|NaN/);
    }
    expect(troubleReason(trouble, 12, 'over')).toMatch(/duró 12 s/);
  }
  const quiet = troubleWords('quiet', { ...thresholds, targetLufs: -17.5 }, '').what;
  expect(quiet.es).toContain('−25,5 LUFS');
  expect(quiet.en).toContain('−25.5 LUFS');
  expect(troubleWords('black', thresholds, 'Vuelvo ya').advice.es).toContain('«Vuelvo ya»');
});
