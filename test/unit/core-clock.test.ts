// The rehearsal offset moves the wall clock and never the monotonic one.
import { expect, test } from 'vitest';
import { systemClock } from '../../server/core/clock.ts';

test('an offset shifts now() and leaves mono() alone', () => {
  const plain = systemClock();
  const shifted = systemClock(3_600_000);
  // However long this process is held up between two looks, the one in their midst lies between them.
  const [before, now, after] = [plain.now(), shifted.now(), plain.now()];
  expect(now).toBeGreaterThanOrEqual(before + 3_600_000);
  expect(now).toBeLessThanOrEqual(after + 3_600_000);
  const [earlier, mono, later] = [plain.mono(), shifted.mono(), plain.mono()];
  expect(mono).toBeGreaterThanOrEqual(earlier);
  expect(mono).toBeLessThanOrEqual(later);
});
