// What an output that is slow, frozen or unanswered says, whom it blames, and when it is ended.
import { describe, expect, test } from 'vitest';
import { backoffPolicy, limits } from '../../server/air/outputs/retry-policy.ts';
import type { Sight } from '../../server/air/outputs/sight.ts';
import { gone, play, run, tick, toLive } from './outputs-air-state-rig.ts';

const stuck = (ms: number) => tick({ accepted: true, stuckMs: ms });

describe('failures', () => {
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

  test('one whose server reads nothing is shown while its kernel takes on, and not ended for it', () => {
    const unread = (ms: number) => tick({ accepted: true, unreadMs: ms });
    const shown = play([...toLive, [5000, unread(limits.unreadWarnMs + 1)]]);
    expect(shown.state).toMatchObject({ shown: 'live', problem: { cause: 'stalled' } });
    expect(play([...toLive, [5000, unread(limits.unreadWarnMs)]]).state.problem).toBeNull();
    expect(play([...toLive, [60_000, unread(50_000)]]).steps).toEqual(['spawn']);
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
