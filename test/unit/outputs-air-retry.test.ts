// When an output that was lost is tried again: at once, then ever more patiently by its cause, for ever.
import { describe, expect, test } from 'vitest';
import { backoffPolicy } from '../../server/air/outputs/retry-policy.ts';
import { next, type RunEvent } from '../../server/air/outputs/worker-state.ts';
import { changed, gone, play, run, tick, toLive } from './outputs-air-state-rig.ts';

const attempts = (events: readonly (readonly [number, RunEvent])[]) =>
  play(events).state.troubles.main?.attempts;

describe('failures', () => {
  test('retries after the wait, shown as retrying with the cause until it is live', () => {
    const events = [
      [0, run],
      [100, tick()],
      [300, gone()],
    ] as const;
    const failed = play(events);
    expect(failed.state).toMatchObject({ shown: 'retrying', restarts: 1, retryAt: 600 });
    const again = play([...events, [500, tick()], [600, tick()]]);
    expect([again.steps, again.state.shown, again.state.problem?.cause]).toEqual([
      ['spawn', 'spawn'],
      'retrying',
      'refused',
    ]);
    const live = play([...events, [600, tick()], [1500, tick({ accepted: true })]]);
    expect([live.state.shown, live.state.problem]).toEqual(['live', null]);
  });

  test('never gives up: any number of failures leads to another try within the cap', () => {
    for (const cause of ['refused', 'rejected', 'kicked'] as const) {
      let state = play([
        [0, run],
        [1, tick()],
      ]).state;
      let now = 1;
      for (let i = 0; i < 200; i += 1) {
        state = next(state, gone(cause), { now, random: () => 1 }).state;
        const wait = state.retryAt! - now;
        expect(wait).toBeLessThanOrEqual(cause === 'rejected' ? 15_000 : 1000);
        now = state.retryAt!;
        const started = next(state, tick(), { now, random: () => 1 });
        expect(started.step).toBe('spawn');
        state = started.state;
      }
      expect(state.restarts).toBe(200);
    }
  });

  test('back within two seconds: no wait past 1 s, but for a wrong key after its first minute', () => {
    for (const cause of ['refused', 'stalled', 'kicked', 'certificate', 'timeout'] as const) {
      expect(backoffPolicy(cause, 24 * 3_600_000).maxMs).toBe(1000);
    }
    const waits = [0, 59_000, 90_000, 120_000, 600_000].map(
      (lasted) => backoffPolicy('rejected', lasted).maxMs,
    );
    expect(waits).toEqual([1000, 1000, 4000, 7000, 15_000]);
  });

  test('a wrong key: quick for a minute, then ever more seldom; a new order is tried at once', () => {
    const at = (now: number) => {
      let state = play([
        [0, run],
        [1, tick()],
      ]).state;
      let t = 1;
      while (t < now) {
        state = next(state, gone('rejected'), { now: t, random: () => 1 }).state;
        t = state.retryAt!;
        state = next(state, tick(), { now: t, random: () => 1 }).state;
      }
      const failed = next(state, gone('rejected'), { now: t, random: () => 1 }).state;
      return { failed, wait: failed.retryAt! - t, now: t };
    };
    expect(at(50_000).wait).toBe(1000);
    const late = at(600_000);
    expect(late.wait).toBe(15_000);
    const corrected = next(late.failed, changed, { now: late.now + 10, random: () => 1 }).state;
    expect(next(corrected, tick(), { now: late.now + 20, random: () => 1 }).step).toBe('spawn');
  });

  test('another cause starts its waits short; 30 s of health clears them', () => {
    const twice = [
      ...toLive,
      [2000, gone('kicked')],
      [9000, tick()],
      [9500, gone('kicked')],
    ] as const;
    expect(attempts(twice)).toBe(2);
    expect(attempts([...twice, [20_000, tick()], [20_100, gone('refused')]])).toBe(1);
    const healthy = [...twice, [20_000, tick()], [21_000, tick({ accepted: true })]] as const;
    expect(attempts([...healthy, [50_999, gone('kicked')]])).toBe(3);
    expect(attempts([...healthy, [51_000, gone('kicked')]])).toBe(1);
  });
});
