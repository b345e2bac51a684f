// Fast tests of pure code and services, and two lanes of tests against the real parts, each one file at a time.
import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './test/kit/summary-reporter.ts';

const obsTests = 'test/edge/obs-*.test.ts';
/** Of the whole studio, without an OBS. */
const shortWholes = 'test/e2e/{backup,control-terminal}.test.ts';

// oxlint-disable-next-line import/no-default-export -- vitest reads the default export
export default defineConfig({
  test: {
    reporters: ['default', new SummaryReporter()],
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/unit/**/*.test.ts', 'test/service/**/*.test.ts'],
          // They compute: both cores, and each module loaded once; none of them changes a module's state.
          maxWorkers: 2,
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      // Everything with an OBS in it and the whole studio, but for two files: the lanes are of one length so.
      lane('studio', ['test/e2e/**/*.test.ts', obsTests], [shortWholes]),
      lane('media', ['test/edge/**/*.test.ts', shortWholes], [obsTests]),
    ],
  },
});

/** Real OBS, ffmpeg and Chromium share two cores: one file of a lane at a time keeps timing honest. */
function lane(name: string, include: string[], exclude: string[]) {
  return {
    test: {
      name,
      include,
      exclude,
      // Only for what hangs: the waits have limits of their own, which a busy machine stretches.
      testTimeout: 240_000,
      hookTimeout: 240_000,
      fileParallelism: false,
      isolate: false,
    },
  };
}
