// Ends a test run with one line a script can read: `N passed, N failed`; `npm test`, which runs several,
// asks for the counts in a file instead.
import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node';

/** Counts every test once; files that could not run and unhandled errors count as failures. */
export class SummaryReporter implements Reporter {
  onTestRunEnd(
    modules: ReadonlyArray<TestModule>,
    errors: ReadonlyArray<unknown>,
    _reason: TestRunEndReason,
  ): void {
    let passed = 0;
    let failed = errors.length;
    let skipped = 0;
    for (const module of modules) {
      if (module.errors().length > 0) failed += 1;
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'failed') failed += 1;
        else skipped += 1;
      }
    }
    const countsFile = process.env['STUDIO_TEST_COUNTS'];
    if (countsFile) writeFileSync(countsFile, JSON.stringify({ passed, failed }));
    // After vitest's own summary, so that it is the last line.
    setImmediate(() => {
      if (skipped > 0) console.log(`${skipped} skipped`);
      if (!countsFile) console.log(`${passed} passed, ${failed} failed`);
    });
  }
}
