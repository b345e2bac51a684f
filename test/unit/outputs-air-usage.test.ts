// CPU and memory from the kernel's own text.
import { expect, test } from 'vitest';
import { cpuTicks, createUsageSampler, pssMb } from '../../server/air/outputs/process-usage.ts';

test('reads ticks past a name with spaces and brackets', () => {
  const stat =
    '42 (ff (x) mpeg) S 1 42 42 0 -1 4194304 900 0 0 0 123 45 0 0 20 0 5 0 999 1000 200 0 0';
  expect(cpuTicks(stat)).toBe(168);
});

test('reads proportional memory', () => {
  expect(pssMb('00400000-7ffe [rollup]\nRss:   60000 kB\nPss:   23142 kB\n')).toBe(22.6);
});

test('samples this very process, and says null of one that is gone', async () => {
  const sample = createUsageSampler(process.pid);
  await sample(0);
  const usage = await sample(1000);
  expect(usage?.memoryMb).toBeGreaterThan(1);
  expect(await createUsageSampler(2 ** 22 + 7)(0)).toBeNull();
});
