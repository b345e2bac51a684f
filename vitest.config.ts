// Two projects: fast tests of pure code and services, and tests against the real parts, one file at a time.
import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './test/kit/summary-reporter.ts';

// oxlint-disable-next-line import/no-default-export -- vitest reads the default export
export default defineConfig({
  test: {
    reporters: ['default', new SummaryReporter()],
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/unit/**/*.test.ts', 'test/service/**/*.test.ts'],
          testTimeout: 15_000,
        },
      },
      {
        test: {
          name: 'real',
          include: ['test/edge/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 90_000,
          // Real OBS, ffmpeg and Chromium share two cores: one file at a time keeps timing honest.
          fileParallelism: false,
        },
      },
    ],
  },
});
