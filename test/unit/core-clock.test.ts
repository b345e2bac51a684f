// The rehearsal offset moves the wall clock and never the monotonic one.
import { expect, test } from 'vitest';
import { systemClock } from '../../server/core/clock.ts';

test('an offset shifts now() and leaves mono() alone', () => {
  const plain = systemClock();
  const shifted = systemClock(3_600_000);
  expect(shifted.now() - plain.now()).toBeGreaterThanOrEqual(3_600_000);
  expect(shifted.now() - plain.now()).toBeLessThan(3_601_000);
  expect(Math.abs(shifted.mono() - plain.mono())).toBeLessThan(1000);
});
