// Two starts of one folder at the same time: one installs, the other waits; a dead one's lock is nobody's;
// and an install that fails or lasts leaves what there was.
import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../kit/until.ts';

let root: string;
const children: ChildProcess[] = [];
/** As slow as the test wants: it ends when the file `go` is there, badly when that says so. */
const npm = `#!/bin/sh
echo "begin $*" >> "$LOG"
rm -rf node_modules
mkdir -p node_modules/node/bin
while [ ! -e "$GO" ]; do sleep 0.05; done
grep -q bad "$GO" && { echo "bad" >> "$LOG"; exit 1; }
cat package-lock.json > node_modules/node/bin/node
echo end >> "$LOG"
`;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'setup-lock-'));
  mkdirSync(join(root, 'server'));
  cpSync(join(import.meta.dirname, '../../server/setup'), join(root, 'server/setup'), {
    recursive: true,
  });
  writeFileSync(join(root, 'package-lock.json'), '{}');
  writeFileSync(
    join(root, 'install.mjs'),
    "import { ensureNpmPackages } from './server/setup/npm-packages.mjs';\nensureNpmPackages();\nconsole.log('installed');\n",
  );
  mkdirSync(join(root, 'bin'));
  writeFileSync(join(root, 'bin/npm'), npm);
  chmodSync(join(root, 'bin/npm'), 0o755);
  writeFileSync(join(root, 'log'), '');
});
afterEach(async () => {
  // A fake npm that still waits ends by this.
  writeFileSync(join(root, 'go'), '');
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      await new Promise((resolve) => child.once('exit', resolve));
    }
  }
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
});

interface Start {
  readonly child: ChildProcess;
  said(): string;
  readonly code: Promise<number | null>;
}
function start(): Start {
  const child = spawn(process.execPath, [join(root, 'install.mjs')], {
    cwd: root,
    env: {
      PATH: `${join(root, 'bin')}:${process.env['PATH']}`,
      LOG: join(root, 'log'),
      GO: join(root, 'go'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let text = '';
  for (const out of [child.stdout, child.stderr]) {
    out?.on('data', (piece: Buffer) => {
      text += piece.toString();
    });
  }
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, said: () => text, code };
}
const log = (): string[] =>
  readFileSync(join(root, 'log'), 'utf8').trim().split('\n').filter(Boolean);

it('of two starts at once one installs and the other waits for it', async () => {
  const first = start();
  await until('the first installs', () => log().length === 1);
  const second = start();
  await until('the second waits', () => second.said().includes('waiting'));
  writeFileSync(join(root, 'go'), '');
  expect(await first.code).toBe(0);
  expect(await second.code).toBe(0);
  expect(log()).toEqual([expect.stringMatching(/^begin ci --include=dev/), 'end']);
  expect([first.said(), second.said()]).toEqual([
    expect.stringContaining('installed'),
    expect.stringContaining('installed'),
  ]);
  // With everything there nobody takes any lock.
  const third = start();
  expect(await third.code).toBe(0);
  expect(third.said().trim()).toBe('installed');
});

it('a start that was killed leaves no lock behind', async () => {
  const first = start();
  await until('the first installs', () => log().length === 1);
  first.child.kill('SIGKILL');
  writeFileSync(join(root, 'go'), '');
  await first.code;
  rmSync(join(root, 'node_modules'), { recursive: true, force: true });
  const second = start();
  expect(await second.code).toBe(0);
  expect(second.said()).toContain('installed');
});

/** What the packages of the folder were made from; null when there are none. */
const installed = (): string | null => {
  const file = join(root, 'node_modules/node/bin/node');
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
};

it('the packages of before are whole until the new ones are, and when those do not come', async () => {
  writeFileSync(join(root, 'go'), '');
  expect(await start().code).toBe(0);
  expect(installed()).toBe('{}');
  rmSync(join(root, 'go'));

  writeFileSync(join(root, 'package-lock.json'), '{"other":1}');
  const upgrade = start();
  await until('npm works', () => log().length === 3);
  // What runs starts its children from here.
  expect(installed()).toBe('{}');
  writeFileSync(join(root, 'go'), 'bad');
  expect(await upgrade.code).toBe(1);
  expect(log().slice(2)).toEqual([expect.any(String), 'bad', expect.any(String), 'bad']);
  expect(upgrade.said()).toContain('the packages of before are as they were');
  expect(installed()).toBe('{}');

  writeFileSync(join(root, 'go'), '');
  expect(await start().code).toBe(0);
  expect(installed()).toBe('{"other":1}');
  expect(readdirSync(root).filter((name) => name.startsWith('node_modules'))).toEqual([
    'node_modules',
  ]);
  expect(readdirSync(join(root, 'node_modules')).toSorted()).toEqual(['.cache', 'node']);
});
