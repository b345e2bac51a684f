// A platform that ends a live video by itself is announced before, whatever reconnections there were.
import { expect, it } from 'vitest';
import type { Output } from '../../server/contract/outputs.ts';
import { createAlarmLatch } from '../../server/core/alarm-latch.ts';
import { createAlarms } from '../../server/core/alarms.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { createStateStore } from '../../server/core/state-store.ts';
import { watchHours } from '../../server/outputs/hours.ts';
import { handClock } from './hand-clock.ts';
import { alarmsUp } from './outputs-bench.ts';
import { destinationProfiles, station } from './outputs-samples.ts';
import { sampleOutput } from '../kit/samples.ts';

const facebook = destinationProfiles['facebook']!;
const limited = { ...facebook, limits: { ...facebook.limits, maxHours: 1 } };
const minute = 60_000;

it('counts from the first session since the output was ordered to run', async () => {
  const clock = handClock();
  const store = createStateStore(initialState(station, 1935, clock.now()));
  const show = (more: Partial<Output>) =>
    store.change((draft) => {
      draft.outputs['fb'] = sampleOutput({ since: clock.now(), ...more });
    });
  const latch = createAlarmLatch(createAlarms(store, clock));
  const hours = watchHours({ store, clock, latch, profile: () => limited });

  show({ state: 'live', liveSince: clock.now() });
  await clock.advance(20 * minute);
  // It reconnected twice: on the platform it is still the same live video.
  show({ state: 'retrying' });
  await clock.advance(minute);
  show({ state: 'live', liveSince: clock.now() });
  await clock.advance(23.5 * minute);
  expect(alarmsUp(store)).toEqual([]);
  await clock.advance(minute);
  expect(alarmsUp(store)).toEqual(['output-hours-fb']);
  expect(store.get().alarms['output-hours-fb']).toMatchObject({ severity: 'warning' });
  await clock.advance(16 * minute);
  expect(store.get().alarms['output-hours-fb']).toMatchObject({ severity: 'critical' });
  // Stopped and started: another live video.
  show({ order: 'stop' });
  await clock.advance(minute);
  expect(alarmsUp(store)).toEqual([]);
  show({ state: 'live', liveSince: clock.now() });
  await clock.advance(40 * minute);
  expect(alarmsUp(store)).toEqual([]);
  hours.close();
});
