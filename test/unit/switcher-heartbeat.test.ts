// When an OBS that is silent counts as slow, and when as gone.
import { expect, it } from 'vitest';
import type { Clock } from '../../server/core/clock.ts';
import { startHeartbeat } from '../../server/switcher/heartbeat.ts';

/** A clock of one timer, whose time may pass while nothing runs. */
function rig() {
  let mono = 0;
  let tick: (() => void) | null = null;
  const clock: Pick<Clock, 'mono' | 'every'> = {
    mono: () => mono,
    every(_ms, fn) {
      tick = fn;
      return () => {
        tick = null;
      };
    },
  };
  const told: string[] = [];
  const answers: (() => void)[] = [];
  const heartbeat = startHeartbeat({
    clock: clock as Clock,
    ask: () => new Promise((resolve) => answers.push(resolve)),
    late: (late) => told.push(late ? 'late' : 'calm'),
    dead: () => told.push('dead'),
  });
  return {
    heartbeat,
    told,
    answers,
    /** `ms` pass, and then one timer runs. */
    pass: (ms: number): void => {
      mono += ms;
      tick?.();
    },
  };
}

it('a silent one is late within 1.5 s and gone at four, and told once of each', () => {
  const { told, pass } = rig();
  for (let i = 0; i < 3; i += 1) pass(500);
  expect(told).toEqual(['late']);
  for (let i = 0; i < 4; i += 1) pass(500);
  expect(told).toEqual(['late']);
  pass(500);
  expect(told).toEqual(['late', 'dead']);
  for (let i = 0; i < 20; i += 1) pass(500);
  expect(told).toEqual(['late', 'dead']);
});

it('asks one thing at a time', async () => {
  const { answers, pass } = rig();
  for (let i = 0; i < 5; i += 1) pass(500);
  expect(answers).toHaveLength(1);
  answers[0]?.();
  await Promise.resolve();
  pass(500);
  expect(answers).toHaveLength(2);
});

it('a hold-up of this process, with the answers unread, is not OBS’s silence', async () => {
  const { told, answers, pass } = rig();
  pass(500);
  pass(9000);
  answers[0]?.();
  await Promise.resolve();
  for (let i = 0; i < 3; i += 1) pass(500);
  expect(told).not.toContain('dead');
});

it('what is heard, an event too, is life', () => {
  const { heartbeat, told, pass } = rig();
  for (let i = 0; i < 20; i += 1) {
    pass(500);
    heartbeat.heard();
  }
  expect(told).toEqual(['late']);
});
