// One output's transition table, by literals.
import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { backoffPolicy, limits } from '../../server/air/outputs/retry-policy.ts';
import type { Sight } from '../../server/air/outputs/sight.ts';
import {
  idleState,
  next,
  type RunEvent,
  type RunState,
} from '../../server/air/outputs/worker-state.ts';

const calm: Sight = {
  flowing: true,
  accepted: false,
  dryMs: 0,
  stuckMs: 0,
  droppedAgoMs: null,
  queueMs: 0,
};
const ordered = {
  type: 'ordered',
  run: true,
  wrong: null,
  hasBackup: false,
  changed: false,
} as const;
const run: RunEvent = ordered;
const changed: RunEvent = { ...ordered, changed: true };
const halt: RunEvent = { ...ordered, run: false };
const tick = (sight: Partial<Sight> = {}): RunEvent => ({
  type: 'tick',
  sight: { ...calm, ...sight },
});
type Lost = 'refused' | 'rejected' | 'kicked' | 'certificate' | 'stalled';
const gone = (cause: Lost = 'refused'): RunEvent => ({
  type: 'gone',
  cause,
  detail: `it was ${cause}`,
});

/** Plays events at given times; returns the last transition and all steps that were not `none`. */
function play(events: readonly (readonly [number, RunEvent])[], random = () => 1) {
  let state: RunState = idleState(0);
  const steps: string[] = [];
  let reason: string | null = null;
  for (const [now, event] of events) {
    const done = next(state, event, { now, random });
    state = done.state;
    reason = done.reason;
    if (done.step !== 'none') steps.push(done.step);
  }
  return { state, steps, reason };
}

const attempts = (events: readonly (readonly [number, RunEvent])[]) =>
  play(events).state.troubles.main?.attempts;
const stuck = (ms: number) => tick({ accepted: true, stuckMs: ms });
const toLive = [
  [0, run],
  [100, tick()],
  [1000, tick({ accepted: true })],
] as const;

describe('start and stop', () => {
  test('ordered to run with no program: starting, and says that no program flows', () => {
    const { state, steps } = play([
      [0, run],
      [100, tick({ flowing: false })],
    ]);
    expect([state.shown, state.problem?.cause, steps]).toEqual(['starting', 'noProgram', []]);
  });

  test('starts when the program flows, live when the destination takes it', () => {
    const { state, steps } = play(toLive);
    expect(steps).toEqual(['spawn']);
    expect([state.shown, state.since, state.liveSince, state.problem]).toEqual([
      'live',
      1000,
      1000,
      null,
    ]);
  });

  test('stops cleanly, idle only when the worker is gone', () => {
    const stopping = play([...toLive, [2000, halt]]);
    expect([stopping.state.shown, stopping.steps]).toEqual(['stopping', ['spawn', 'end']]);
    const { state } = play([...toLive, [2000, halt], [2100, gone('kicked')]]);
    expect([state.shown, state.problem, state.restarts]).toEqual(['idle', null, 0]);
  });

  test('ordered again while stopping: starts anew once the old worker is gone', () => {
    const { steps, state } = play([
      ...toLive,
      [2000, halt],
      [2010, run],
      [2100, gone()],
      [2200, tick()],
    ]);
    expect([steps, state.shown]).toEqual([['spawn', 'end', 'spawn'], 'starting']);
  });

  test('the same order again does nothing; a changed one restarts without waiting', () => {
    expect(play([...toLive, [2000, run]]).reason).toBeNull();
    const { steps, state } = play([...toLive, [2000, changed], [2100, gone()], [2200, tick()]]);
    expect(steps).toEqual(['spawn', 'end', 'spawn']);
    expect(state.restarts).toBe(0);
  });

  test('an address no worker can use fails until the order changes', () => {
    const wrong: RunEvent = { ...ordered, wrong: 'no host' };
    const failed = play([
      [0, wrong],
      [5000, tick()],
    ]);
    expect([failed.state.shown, failed.state.problem?.detail, failed.steps]).toEqual([
      'failed',
      'no host',
      [],
    ]);
    const { steps } = play([
      [0, wrong],
      [5000, changed],
      [5100, tick()],
    ]);
    expect(steps).toEqual(['spawn']);
  });

  test('the program stops flowing: the session ends cleanly and waits', () => {
    const { state, steps } = play([
      ...toLive,
      [9000, tick({ accepted: true, flowing: false, dryMs: limits.dryMs + 1 })],
      [9100, gone('kicked')],
      [9200, tick({ flowing: false })],
    ]);
    expect([steps, state.shown, state.problem?.cause]).toEqual([
      ['spawn', 'end'],
      'starting',
      'noProgram',
    ]);
  });
});

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

  test('no answer is shown after 4 s and ended after 10 s as a timeout', () => {
    const slow = [
      [0, run],
      [100, tick()],
      [4200, tick()],
    ] as const;
    expect(play(slow).state).toMatchObject({ shown: 'starting', problem: { cause: 'timeout' } });
    const ended = play([...slow, [10_200, tick()], [10_300, gone('kicked')]]);
    expect(ended.steps).toEqual(['spawn', 'kill']);
    expect(ended.state).toMatchObject({ shown: 'retrying', problem: { cause: 'timeout' } });
  });

  test('a frozen destination is shown at once and ended when it stays frozen', () => {
    const shown = play([...toLive, [5000, stuck(limits.stuckWarnMs + 1)]]);
    expect(shown.state).toMatchObject({ shown: 'live', problem: { cause: 'stalled' } });
    const back = play([...toLive, [5000, stuck(limits.stuckWarnMs + 1)], [6000, stuck(0)]]);
    expect(back.state.problem).toBeNull();
    const ended = play([...toLive, [12_000, stuck(limits.stuckMs + 1)], [12_100, gone()]]);
    expect(ended.steps).toEqual(['spawn', 'kill']);
    expect(ended.state.problem?.cause).toBe('stalled');
  });

  test('a slow destination stays live and says so for a while', () => {
    const slow = play([...toLive, [5000, tick({ accepted: true, droppedAgoMs: 0 })]]);
    expect(slow.state).toMatchObject({ shown: 'live', problem: { cause: 'slow' } });
    const later = tick({ accepted: true, droppedAgoMs: limits.slowShownMs });
    expect(play([...toLive, [5000, later]]).state.problem).toBeNull();
  });

  test('one that falls behind says so before anything is dropped, until it has caught up', () => {
    const behind = (queueMs: number) => tick({ accepted: true, queueMs });
    const said = (...ages: number[]) =>
      play([...toLive, ...ages.map((age, i) => [5000 + i, behind(age)] as const)]).state.problem
        ?.cause;
    expect(said(limits.behindMs)).toBeUndefined();
    expect(said(limits.behindMs + 1)).toBe('slow');
    expect(said(limits.behindMs + 1, limits.caughtUpMs + 1)).toBe('slow');
    expect(said(limits.behindMs + 1, limits.caughtUpMs)).toBeUndefined();
  });

  test('one whose own encoder is too slow blames neither the way nor the destination', () => {
    const late = (sight: Partial<Sight>) => tick({ accepted: true, encoderSlow: true, ...sight });
    const said = (...sights: Partial<Sight>[]) =>
      play([...toLive, ...sights.map((sight, i) => [5000 + i, late(sight)] as const)]).state.problem
        ?.cause;
    expect(said({ queueMs: limits.behindMs })).toBeUndefined();
    expect(said({ queueMs: limits.behindMs + 1 })).toBe('encoder');
    expect(said({ droppedAgoMs: 0 })).toBe('encoder');
    expect(said({ stuckMs: limits.stuckWarnMs + 1 })).toBe('encoder');
    // It has caught up as late as one that is slow for another reason.
    const behind = { queueMs: limits.behindMs + 1 };
    expect(said(behind, { queueMs: limits.caughtUpMs + 1 })).toBe('encoder');
    expect(said(behind, { queueMs: limits.caughtUpMs })).toBeUndefined();
    // It turns out to be the way, or the encoder after all.
    expect(said(behind, { ...behind, encoderSlow: false })).toBe('slow');
    expect(said({ ...behind, encoderSlow: false }, behind)).toBe('encoder');
  });

  test('an encoder that brings nothing out at all is ended as itself, and tried again unhurried', () => {
    const hopeless = tick({ accepted: true, stuckMs: limits.stuckMs + 1, encoderSlow: true });
    const { steps, state } = play([...toLive, [12_000, hopeless], [12_100, gone('kicked')]]);
    expect(steps).toEqual(['spawn', 'kill']);
    expect(state).toMatchObject({ shown: 'retrying', problem: { cause: 'encoder' } });
    const unborn = play([
      [0, run],
      [100, tick()],
      [4200, tick({ encoderSlow: true })],
      [10_200, tick({ encoderSlow: true })],
      [10_300, gone('kicked')],
    ]);
    expect(unborn.state.problem?.cause).toBe('encoder');
    expect(backoffPolicy('encoder', 0).firstMs).toBeGreaterThanOrEqual(500);
  });
});

describe('a backup address', () => {
  const both: RunEvent = { ...ordered, hasBackup: true };
  const begun = [
    [0, both],
    [100, tick()],
  ] as const;

  test('main first; after each failure the other, in turn, without long waits', () => {
    let state = play(begun).state;
    const tried = [state.via];
    let now = 100;
    for (let i = 0; i < 6; i += 1) {
      now += 100;
      state = next(state, gone(), { now, random: () => 1 }).state;
      expect(state.retryAt! - now).toBeLessThanOrEqual(1000);
      now = state.retryAt!;
      state = next(state, tick(), { now, random: () => 1 }).state;
      tried.push(state.via);
    }
    expect(tried).toEqual(['main', 'backup', 'main', 'backup', 'main', 'backup', 'main']);
    expect(state.shown).toBe('retrying');
  });

  test('once live it stays; after a loss the other one is tried at once', () => {
    const onBackup = play([
      ...begun,
      [200, gone()],
      [600, tick()],
      [900, tick({ accepted: true })],
      [60_000, tick({ accepted: true })],
    ]);
    expect([onBackup.state.via, onBackup.state.shown, onBackup.steps]).toEqual([
      'backup',
      'live',
      ['spawn', 'spawn'],
    ]);
    const lost = next(onBackup.state, gone('kicked'), { now: 61_000, random: () => 1 }).state;
    expect([lost.via, lost.retryAt, lost.problem?.cause]).toEqual(['main', 61_300, 'kicked']);
  });

  test('a wrong key on one does not hold up the other', () => {
    let state = play(begun).state;
    let now = 100;
    const tries: Record<'main' | 'backup', number[]> = { main: [], backup: [] };
    while (now < 900_000) {
      const { via } = state;
      tries[via].push(now);
      now += 50;
      const cause = via === 'main' ? 'refused' : 'rejected';
      state = next(state, gone(cause), { now, random: () => 0.5 }).state;
      // What people are told is the main address's own trouble, with the backup's beside it.
      expect(state.problem!.cause).toBe('refused');
      now = state.retryAt!;
      state = next(state, tick(), { now, random: () => 0.5 }).state;
    }
    const gaps = (list: number[]) => list.slice(1).map((t, i) => t - list[i]!);
    expect(Math.max(...gaps(tries.main))).toBeLessThanOrEqual(1500);
    expect(gaps(tries.backup).at(-1)).toBeGreaterThan(10_000);
    expect(state.problem!.detail).toBe('it was refused; backup: it was rejected');
  });

  test('a wrong key on both keeps the patience of a wrong key', () => {
    let state = play(begun).state;
    let now = 100;
    let last = 0;
    let tries = 0;
    while (now < 900_000) {
      last = now;
      tries += 1;
      state = next(state, gone('rejected'), { now, random: () => 1 }).state;
      now = state.retryAt!;
      state = next(state, tick(), { now, random: () => 1 }).state;
    }
    expect(now - last).toBeGreaterThan(5000);
    expect(tries).toBeLessThan(350);
  });

  test('without one, or once it was taken away, the main address alone', () => {
    expect(
      play([
        [0, run],
        [100, tick()],
        [200, gone()],
      ]).state.via,
    ).toBe('main');
    const gone2 = play([...begun, [150, { ...both, hasBackup: false }], [200, gone()]]);
    expect(gone2.state.via).toBe('main');
  });
});

test('for any events: at most one worker at a time, and ordered to run never ends in idle', () => {
  const event = fc.oneof(
    fc.constant(run),
    fc.constant(halt),
    fc.constant(changed),
    fc.record({ accepted: fc.boolean(), flowing: fc.boolean() }).map(tick),
    fc.constant(tick({ accepted: true, stuckMs: 9000 })),
    fc.constant(tick({ dryMs: 6000, flowing: false })),
    fc.constantFrom(gone('refused'), gone('rejected'), gone('kicked')),
    fc.constant<RunEvent>({ ...ordered, hasBackup: true }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(event, fc.integer({ min: 0, max: 4000 })), { maxLength: 80 }),
      (list) => {
        let state = idleState(0);
        let now = 0;
        let alive = false;
        for (const [e, wait] of list) {
          now += wait;
          if (e.type === 'gone' && !alive) continue;
          if (e.type === 'gone') alive = false;
          const done = next(state, e, { now, random: () => 0.5 });
          state = done.state;
          if (done.step === 'spawn') {
            expect(alive).toBe(false);
            alive = true;
          }
          expect(alive).toBe(['starting', 'live', 'ending'].includes(state.phase));
          if (state.ordered) expect(state.phase).not.toBe('idle');
        }
      },
    ),
  );
});
