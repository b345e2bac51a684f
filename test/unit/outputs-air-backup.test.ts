// One output's backup address: tried in turn with the main one, each with a patience of its own.
import { describe, expect, test } from 'vitest';
import { next, type RunEvent } from '../../server/air/outputs/worker-state.ts';
import { gone, ordered, play, run, tick } from './outputs-air-state-rig.ts';

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
