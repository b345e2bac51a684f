// Health alarms over time: raised and cleared by themselves, with evidence of when and how long.
import { expect, test } from 'vitest';
import type { AirHealth } from '../../server/contract/air.ts';
import { stationProfile } from '../../server/contract/profiles.ts';
import { createAlarms } from '../../server/core/alarms.ts';
import type { Act } from '../../server/core/audit.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { createStateStore } from '../../server/core/state-store.ts';
import type { StudioState } from '../../server/contract/state.ts';
import { createHealthWatch } from '../../server/health/health-watch.ts';
import { handClock } from './hand-clock.ts';
import { alarmsUp } from './outputs-bench.ts';
import { station } from './outputs-samples.ts';
import { calmHealth } from '../kit/samples.ts';

function room() {
  const clock = handClock();
  const store = createStateStore(initialState(station, 1935, clock.now()));
  const acts: Act[] = [];
  const watch = createHealthWatch({
    store,
    alarms: createAlarms(store, clock),
    audit: { record: (act) => acts.push(act) },
    clock,
    thresholds: stationProfile.shape.health.parse({}),
  });
  /** A report of air's half a second later; returns the alarms that are up. */
  const report = async (
    health: Partial<AirHealth> | null,
    more?: (draft: StudioState) => void,
  ): Promise<string[]> => {
    await clock.advance(500);
    store.change((draft) => {
      draft.air.health = health && { ...calmHealth, ...health };
      draft.air.reportedAt = clock.now();
      more?.(draft);
    });
    store.flush();
    store.flush();
    return alarmsUp(store);
  };
  const live = (draft: StudioState) => {
    Object.assign(draft.air, {
      connected: true,
      onAir: true,
      source: 'live',
      feeding: 'program',
    });
    Object.assign(draft.switcher, {
      connection: 'connected',
      program: 'Estudio',
      slateScene: 'Ya regresamos',
    });
  };
  return { store, acts, watch, report, live };
}

test('black is told with evidence of its beginning and its length, and clears itself', async () => {
  const { store, acts, watch, report, live } = room();
  expect(await report({ blackSeconds: 60 })).toEqual([]);
  expect(await report({ blackSeconds: 4.5 }, live)).toEqual([]);
  expect(await report({ blackSeconds: 5 })).toEqual(['health-black']);
  expect(store.get().alarms['health-black']).toMatchObject({ severity: 'critical' });
  for (let n = 11; n < 40; n += 1) await report({ blackSeconds: n / 2 });
  expect(await report({ blackSeconds: 0 })).toEqual([]);
  expect(acts).toMatchObject([
    {
      actor: 'health',
      action: 'health.begin',
      ok: false,
      detail: { trouble: 'black', seconds: 5 },
    },
    { actor: 'health', action: 'health.end', ok: true, detail: { trouble: 'black', seconds: 20 } },
  ]);
  expect(acts[1]!.reason).toBe('Imagen en negro: terminó; duró 20 s.');
  watch.close();
  expect(await report({ blackSeconds: 9 })).toEqual([]);
});

test('the slate, in air or in OBS, ends what is told of the picture', async () => {
  const { acts, report, live } = room();
  expect(await report({ frozenSeconds: 11, silentSeconds: 11 }, live)).toEqual([
    'health-frozen',
    'health-silent',
  ]);
  const scene = (name: string) => (draft: StudioState) => {
    draft.switcher.program = name;
  };
  expect(await report({ frozenSeconds: 12, silentSeconds: 12 }, scene('Ya regresamos'))).toEqual(
    [],
  );
  // The measure has not yet seen that the slate is gone.
  expect(await report({ frozenSeconds: 13 }, scene('Estudio'))).toEqual([]);
  for (let n = 0; n < 18; n += 1) expect(await report({ frozenSeconds: 13 })).toEqual([]);
  expect(await report({ frozenSeconds: 22 })).toEqual(['health-frozen']);
  expect(
    await report({ frozenSeconds: 14 }, (draft) => {
      draft.air.source = 'slate';
      draft.air.feeding = 'slate';
    }),
  ).toEqual([]);
  expect(acts.at(-1)).toMatchObject({ action: 'health.end', detail: { trouble: 'frozen' } });
  expect(acts.at(-1)!.reason).toContain('dejó de importar');
});

test('a bypass is watched whatever OBS shows', async () => {
  const { report, live } = room();
  const bypass = (draft: StudioState) => {
    live(draft);
    draft.air.feeding = 'bypass';
    draft.switcher.program = draft.switcher.slateScene;
  };
  expect(await report({ frozenSeconds: 11 }, bypass)).toEqual(['health-frozen']);
});

test('half a minute too loud, counted by reports; while air is away everything stays', async () => {
  const { acts, report, live } = room();
  const loud = { shortTermLufs: -5 };
  await report(loud, live);
  for (let n = 0; n < 57; n += 1) expect(await report(loud)).toEqual([]);
  // Other changes of the state are no reports.
  const away = (draft: StudioState) => {
    draft.air.connected = false;
  };
  await report(loud);
  for (let n = 0; n < 5; n += 1) expect(await report(loud, away)).toEqual([]);
  const back = (draft: StudioState) => {
    draft.air.connected = true;
  };
  expect(await report(loud, back)).toEqual(['health-loud']);
  expect(await report(null, away)).toEqual(['health-loud']);
  expect(await report(null, back)).toEqual(['health-loud']);
  for (let n = 0; n < 31; n += 1) await report({});
  expect(await report({})).toEqual([]);
  expect(acts.map((a) => a.action)).toEqual(['health.begin', 'health.end']);
});
