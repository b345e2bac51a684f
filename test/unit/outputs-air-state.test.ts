// One output's transition table, by literals: start and stop, and what holds for any events.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../server/air/outputs/retry-policy.ts';
import { idleState, next, type RunEvent } from '../../server/air/outputs/worker-state.ts';
import { changed, gone, halt, ordered, play, run, tick, toLive } from './outputs-air-state-rig.ts';

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
