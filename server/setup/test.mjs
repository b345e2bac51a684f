// `npm test`: everything the tests need, then all of them; with arguments, only what they ask vitest for.
//
// Most of a test on real parts is waiting: two lanes share the two cores, and a lane runs one file at
// a time, so that timing stays honest. The fast tests, which compute, go before them.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDebianPackages } from './debian-packages.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { ensurePage } from './page.mjs';
import { bin, pinnedNode, root } from './places.mjs';
import { become } from './run.mjs';

const lanes = [['fast'], ['studio', 'media']];
const vitest = ['--disable-warning=ExperimentalWarning', bin('vitest'), 'run'];

/** Runs one project; resolves with its counts and failures, its output shown at once or kept for later. */
function runLane(name, folder, live) {
  const counts = join(folder, `${name}.json`);
  const child = spawn(pinnedNode, [...vitest, '--project', name], {
    cwd: root,
    stdio: ['ignore', live ? 'inherit' : 'pipe', live ? 'inherit' : 'pipe'],
    env: { ...process.env, STUDIO_TEST_COUNTS: counts },
  });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (d) => said.push(d));
  running.add(child);
  return new Promise((resolve) => {
    child.on('close', (code) => {
      running.delete(child);
      process.stdout.write(Buffer.concat(said));
      let result;
      try {
        result = JSON.parse(readFileSync(counts, 'utf8'));
      } catch {
        result = { passed: 0, failed: 1, failures: [`${name}: ended without counting its tests`] };
      }
      // An end that vitest itself calls a failure is one, whatever was counted.
      if (code !== 0 && result.failed === 0)
        result = { ...result, failed: 1, failures: [`${name}: vitest ended with ${code}`] };
      resolve(result);
    });
  });
}

const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    for (const child of running) child.kill(signal);
  });
}

ensureNpmPackages();
await ensureDebianPackages({ tests: true });
ensurePage();
const asked = process.argv.slice(2);
if (asked.length > 0) become([...vitest, ...asked]);
else {
  const folder = mkdtempSync(join(tmpdir(), 'studio-tests-'));
  const totals = { passed: 0, failed: 0, failures: /** @type {string[]} */ ([]) };
  for (const together of lanes) {
    const results = await Promise.all(together.map((name, i) => runLane(name, folder, i === 0)));
    for (const { passed, failed, failures } of results) {
      totals.passed += passed;
      totals.failed += failed;
      totals.failures.push(...failures);
    }
  }
  rmSync(folder, { recursive: true, force: true });
  // Again at the end: a reader, and whoever keeps only the last lines, need not look for them above.
  for (const failure of totals.failures) console.log(`\n✗ ${failure}`);
  console.log(`\n${totals.passed} passed, ${totals.failed} failed`);
  process.exit(totals.failed === 0 ? 0 : 1);
}
