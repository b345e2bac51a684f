// The process under every ffmpeg that is fed, with scripts in ffmpeg's place: pressure, last words, ends, secrets.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  createFedProcess,
  readText,
  type FedProcess,
  type FedProcessPorts,
  type Launch,
} from '../../server/air/fed-process.ts';
import { systemClock } from '../../server/core/clock.ts';
import { until } from '../kit/until.ts';

let folder: string;
let unfed = 0;
const running: FedProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fed-process-'));
  unfed = 0;
});
afterEach(async () => {
  for (const made of running.splice(0)) {
    made.kill();
    await made.gone;
  }
  rmSync(folder, { recursive: true, force: true });
});

function fed(script: string, change: Partial<FedProcessPorts> = {}): FedProcess {
  const ffmpegPath = join(folder, 'ffmpeg');
  writeFileSync(ffmpegPath, `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  const made = createFedProcess({
    clock: systemClock(),
    ffmpegPath,
    next: () => undefined,
    keep: (line) => line,
    kept: { lines: 3, chars: 10 },
    patience: { endMs: 300, interruptMs: 300 },
    onUnfed: () => (unfed += 1),
    ...change,
  });
  running.push(made);
  return made;
}
/** For what ends by itself, however busy the machine; nothing waits for it in vain. */
const patient = { endMs: 60_000, interruptMs: 60_000 };
const launch = (more: Partial<Launch> = {}): Launch => ({
  args: [],
  head: Buffer.from('head:'),
  descriptors: {},
  ...more,
});

test('asks for no more than it takes, and goes on by itself when it takes again', async () => {
  const pieces = 100;
  let asked = 0;
  const next = () => {
    if (asked === pieces) return undefined;
    asked += 1;
    return Buffer.alloc(65_536);
  };
  const made = fed(`kill -STOP $$; exec cat > '${folder}/got'`, { next, patience: patient });
  // Nothing is asked for before there is anybody to take it.
  made.feed();
  expect(asked).toBe(0);
  const child = made.start(launch());
  made.feed();
  const held = asked;
  expect(held).toBeGreaterThan(0);
  expect(held).toBeLessThan(20);
  made.feed();
  expect(asked).toBe(held);
  const state = () => readFileSync(`/proc/${made.pid}/stat`, 'utf8').split(' ')[2];
  await until('it stands still', () => state() === 'T');
  child?.kill('SIGCONT');
  await until('all of it was asked for', () => asked === pieces);
  await made.end();
  const got = readFileSync(join(folder, 'got'));
  expect(got.subarray(0, 5).toString()).toBe('head:');
  expect(got).toHaveLength(5 + pieces * 65_536);
  expect(await made.gone).toEqual({ failed: null, exit: '0' });
});

test('keeps its last lines, as much of them as told, and reads its other descriptors', async () => {
  const made = fed(`echo figures >&3; echo; seq 1 6 >&2; echo 'a long line of words' >&2`, {
    keep: (line) => (line === '6' ? null : line),
  });
  let figures = '';
  const child = made.start(launch({ descriptors: { 1: 'pipe', 3: 'pipe' } }));
  readText(child?.stdio[3] as Readable, (text) => (figures += text));
  expect(await made.gone).toEqual({ failed: null, exit: '0' });
  expect(made.lines).toEqual(['4', '5', 'a long lin']);
  expect(figures).toBe('figures\n');
  expect([made.feeding, unfed]).toEqual([false, 1]);
});

test('hands over a secret that neither its arguments nor its environment show, and lowers it', async () => {
  const script = `tr '\\0' ' ' < /proc/$$/cmdline >&2; env >&2; cat /dev/fd/4 >&2; read -r wait`;
  const made = fed(script, { kept: { lines: 50, chars: 500 } });
  const secret = { fd: 4, text: 'rtmp_playpath=hush\n' };
  made.start(launch({ descriptors: { 3: 'pipe' }, secret, niceness: 5 }));
  expect(getPriority(made.pid ?? 0)).toBe(5);
  await until('it was read', () => made.lines.at(-1) === 'rtmp_playpath=hush');
  expect(made.lines.filter((line) => line.includes('hush'))).toHaveLength(1);
  expect(made.lines.some((line) => line.startsWith('STUDIO_'))).toBe(false);
});

test.each([
  ['the end of its input', `echo ready >&2; cat > /dev/null; exit 7`, patient, '7'],
  [
    'an interrupt',
    // Not a shell's trap: while it waits for a child of its own it may lose the interrupt.
    `exec '${process.execPath}' -e "process.once('SIGINT', () => process.exit(8));
       console.error('ready'); setInterval(() => {}, 1000)"`,
    { ...patient, endMs: 300 },
    '8',
  ],
  [
    'nothing but force',
    `trap '' INT; echo ready >&2; exec sleep 60`,
    { endMs: 300, interruptMs: 300 },
    'SIGKILL',
  ],
])('ends by %s', async (_, script, patience, exit) => {
  const made = fed(script, { patience });
  made.start(launch());
  await until('it runs', () => made.lines.includes('ready'));
  await made.end();
  expect(await made.gone).toEqual({ failed: null, exit });
  expect(unfed).toBe(1);
});

test('a program that is not there, and one that is ended before it was started', async () => {
  const missing = fed('', { ffmpegPath: join(folder, 'none') });
  missing.start(launch());
  expect((await missing.gone).failed).toContain('ENOENT');
  expect(missing.pid).toBeNull();
  const never = fed('');
  await never.end();
  expect(await never.gone).toEqual({ failed: null, exit: null });
  const killed = fed('');
  killed.kill('of a hole');
  expect(await killed.gone).toEqual({ failed: null, exit: null });
  expect(killed.lines).toEqual(['of a hole']);
  expect(unfed).toBe(3);
});
