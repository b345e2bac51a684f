// The file of air's last order: the newest wins, nobody waits for the disk, a crash leaves no half of one.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createNewestFile, type NewestFile, type Replace } from '../../server/air/newest-file.ts';
import { replaceFile } from '../../server/core/replace-file.ts';
import { manualClock, type ManualClock } from './air-fakes.ts';

let folder: string;
let path: string;
let clock: ManualClock;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'newest-file-'));
  path = join(folder, 'air-order');
  clock = manualClock();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A disk that takes its time: each write waits until it is let go. */
function slowDisk(): { replace: Replace; begun: string[]; go(): void; fail(): void } {
  const begun: string[] = [];
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  return {
    begun,
    async replace(to, text) {
      begun.push(text);
      await new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }));
      await replaceFile(to, text);
    },
    go: () => waiting.shift()?.resolve(),
    fail: () => waiting.shift()?.reject(new Error('ENOSPC')),
  };
}

const begin = () => new Promise((resolve) => setImmediate(resolve));

it('of what comes while the disk is busy only the newest is made and written', async () => {
  const disk = slowDisk();
  const file = createNewestFile(path, clock, disk.replace);
  const made: string[] = [];
  const write = (text: string) =>
    file.write(() => {
      made.push(text);
      return text;
    });
  const first = write('1');
  await begin();
  const rest = ['2', '3', '4'].map(write);
  expect(existsSync(path)).toBe(false);
  disk.go();
  await first;
  expect(readFileSync(path, 'utf8')).toBe('1');
  await begin();
  disk.go();
  await Promise.all(rest);
  expect(readFileSync(path, 'utf8')).toBe('4');
  expect(made).toEqual(['1', '4']);
});

it('a disk that refuses is told to whoever wrote, and the next is written all the same', async () => {
  const disk = slowDisk();
  const file = createNewestFile(path, clock, disk.replace);
  const lost = file.write(() => 'lost');
  await begin();
  const kept = file.write(() => 'kept');
  disk.fail();
  await expect(lost).rejects.toThrow('ENOSPC');
  await begin();
  disk.go();
  await kept;
  await file.settled();
  expect(readFileSync(path, 'utf8')).toBe('kept');
  expect(readdirSync(folder)).toEqual(['air-order']);
});

it('what is removed stays away, whatever was under way', async () => {
  const disk = slowDisk();
  const file = createNewestFile(path, clock, disk.replace);
  writeFileSync(path, 'old');
  void file.write(() => 'under way');
  await begin();
  void file.write(() => 'never');
  const removed = file.remove();
  expect(existsSync(path)).toBe(false);
  disk.go();
  await removed;
  expect(existsSync(path)).toBe(false);
  expect(disk.begun).toEqual(['under way']);
});

it.each<[string, (file: NewestFile) => void, string | null]>([
  ['what is being written', () => undefined, 'first'],
  ['what waits behind it', (file) => void file.write(() => 'second'), 'second'],
  ['a removal', (file) => void file.remove(), null],
])('the end of the process: %s is there at once', async (_, then, left) => {
  const disk = slowDisk();
  const file = createNewestFile(path, clock, disk.replace);
  void file.write(() => 'first');
  await begin();
  then(file);
  file.finish();
  expect(existsSync(path) ? readFileSync(path, 'utf8') : null).toBe(left);
});

it('the end of the process does not wait for a disk that hangs, nor write what is there', async () => {
  const disk = slowDisk();
  const file = createNewestFile(path, clock, disk.replace);
  void file.write(() => 'first');
  await begin();
  clock.advance(1001);
  file.finish();
  expect(existsSync(path)).toBe(false);
  disk.go();
  await file.settled();
  writeFileSync(path, 'by hand');
  file.finish();
  expect(readFileSync(path, 'utf8')).toBe('by hand');
});

it('killed in the middle of writing, again and again: the file is always a whole one', async () => {
  const module = (name: string) => join(import.meta.dirname, '../../server', name);
  const script = `
    import { createNewestFile } from ${JSON.stringify(module('air/newest-file.ts'))};
    import { systemClock } from ${JSON.stringify(module('core/clock.ts'))};
    const file = createNewestFile(${JSON.stringify(path)}, systemClock());
    for (let n = 1; ; n += 1) {
      await file.write(() => JSON.stringify({ n, text: String(n % 10).repeat(400_000) }));
      process.stdout.write(n + '\\n');
    }`;
  for (let round = 1; round <= 6; round += 1) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const gone = new Promise((resolve) => child.once('close', resolve));
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      // The next one is being written.
      if (said.split('\n').length > round) child.kill('SIGKILL');
    });
    await gone;
    const { n, text } = JSON.parse(readFileSync(path, 'utf8')) as { n: number; text: string };
    expect(text).toBe(String(n % 10).repeat(400_000));
    expect(n).toBeGreaterThanOrEqual(Number(said.trim().split('\n').at(-1)));
  }
  createNewestFile(path, clock);
  expect(readdirSync(folder)).toEqual(['air-order']);
}, 60_000);
