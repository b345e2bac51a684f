// The log as a person at a terminal reads it; beside it, as a program does.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { logLine } from '../../server/core/log-line.ts';

const at = new Date(2026, 10, 21, 20, 16, 28).getTime();
const line = (fields: object): string =>
  logLine(
    JSON.stringify({ level: 30, time: at, pid: 1, hostname: 'x', name: 'control', ...fields }),
  );

test('the time on the wall, a mark, what happened, and the facts', () => {
  expect(line({ msg: 'air connected', airId: 'a1', contract: 2 })).toBe(
    '  20:16:28 · air connected · airId=a1 · contract=2\n',
  );
  expect(line({ level: 40, msg: 'slow', lines: ['a b'] })).toBe(
    '  20:16:28 ! slow · lines=["a b"]\n',
  );
});

test('an error says where it came from, a warning only what it was', () => {
  const err = { type: 'Error', message: 'no room', stack: 'Error: no room\n    at here (x.ts:1)' };
  expect(line({ level: 40, msg: 'lost', err })).toBe('  20:16:28 ! lost · err=no room\n');
  expect(line({ level: 50, msg: 'lost', err })).toBe(
    '  20:16:28 ✗ lost · err=no room\n      at here (x.ts:1)\n',
  );
});

test('nothing that a stranger sent moves the cursor; what is no JSON stays as it is', () => {
  expect(line({ msg: 'x', path: '\u001B[2Jy\r\nz' })).toBe('  20:16:28 · x · path= [2Jy z\n');
  expect(logLine('not json\n')).toBe('not json\n');
});

test.each([
  [true, /^ {2}\d\d:\d\d:\d\d ! no room · n=1 · key=\[redacted\]\n$/],
  [false, /^\{"level":40,"time":\d+,.*"key":"\[redacted\]".*"msg":"no room"\}\n$/],
])(
  'at a terminal (%s) lines are for people, else for programs; secrets in neither',
  (tty, seen) => {
    const script = `
    import { createLog } from '${join(import.meta.dirname, '../../server/core/log.ts')}';
    createLog('info', 'control', ${tty}).warn({ n: 1, key: 'clave' }, 'no room');
  `;
    const { stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, expect.stringMatching(seen)]);
  },
);
