// Ends a test run with one line a script can read: `N passed, N failed`; `npm test`, which runs several,
// asks for the counts, and for what failed, in a file instead.
import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node';

/** Longest that is repeated of what a failed test said: the whole is above, in its own place. */
const saidChars = 600;

/** Counts every test once; files that could not run and unhandled errors count as failures. */
export class SummaryReporter implements Reporter {
  onTestRunEnd(
    modules: ReadonlyArray<TestModule>,
    errors: ReadonlyArray<unknown>,
    _reason: TestRunEndReason,
  ): void {
    let passed = 0;
    let skipped = 0;
    const failures = errors.map((error) => `(unhandled) ${said([error])}`);
    for (const module of modules) {
      const fail = (name: string, why: ReadonlyArray<unknown>) =>
        failures.push(`${module.relativeModuleId} > ${name}: ${said(why)}`);
      if (module.errors().length > 0) fail('(file)', module.errors());
      for (const suite of module.children.allSuites())
        if (suite.errors().length > 0) fail(suite.fullName, suite.errors());
      for (const test of module.children.allTests()) {
        const { state, errors: why } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'failed') fail(test.fullName, why);
        else skipped += 1;
      }
    }
    const failed = failures.length;
    const countsFile = process.env['STUDIO_TEST_COUNTS'];
    if (countsFile) writeFileSync(countsFile, JSON.stringify({ passed, failed, failures }));
    // After vitest's own summary, so that it is the last line.
    setImmediate(() => {
      if (skipped > 0) console.log(`${skipped} skipped`);
      if (!countsFile) console.log(`${passed} passed, ${failed} failed`);
    });
  }
}

/** The first words of the errors, on lines of their own. */
function said(errors: ReadonlyArray<unknown>): string {
  const messages = errors.map((error) =>
    typeof error === 'object' && error !== null && 'message' in error
      ? String(error.message)
      : String(error),
  );
  return messages.join('\n').slice(0, saidChars).replaceAll('\n', '\n    ');
}
