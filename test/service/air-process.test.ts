// What surrounds air: its environment, the lock of its data folder, its own errors, its weight.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readAirConfig } from '../../server/air/air-config.ts';
import { guardProcess } from '../../server/air/crash-guard.ts';
import { findFfmpegVersion } from '../../server/air/ffmpeg-version.ts';
import { acquireProcessLock } from '../../server/core/process-lock.ts';
import { createProcessStats } from '../../server/air/process-stats.ts';
import { silentLog } from '../../server/core/log.ts';
import { until } from '../kit/until.ts';
import { manualClock } from './air-fakes.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'air-process-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('reads its environment, with defaults beside the project', () => {
  expect(readAirConfig({ STUDIO_LOG_LEVEL: '' }, '/srv/studio')).toEqual({
    controlUrl: 'http://127.0.0.1:8080',
    tokenFile: '/srv/studio/data/air.token',
    dataDir: '/srv/studio/data',
    recordingsDir: '/srv/studio/data/recordings',
    logLevel: 'info',
  });
  const given = readAirConfig(
    { STUDIO_AIR_CONTROL_URL: 'https://studio.example/', STUDIO_DATA: '/var/lib/studio' },
    '/srv/studio',
  );
  expect(given).toMatchObject({
    controlUrl: 'https://studio.example',
    tokenFile: '/var/lib/studio/air.token',
    recordingsDir: '/var/lib/studio/recordings',
  });
  expect(readAirConfig({ STUDIO_RECORDINGS: '/mnt/archivo' }, '/srv').recordingsDir).toBe(
    '/mnt/archivo',
  );
  expect(() => readAirConfig({ STUDIO_AIR_CONTROL_URL: 'control' }, '/')).toThrow(
    /STUDIO_AIR_CONTROL_URL/,
  );
});

it('lets one air have a data folder, and names it to the second', async () => {
  const lock = await acquireProcessLock('air', folder);
  await expect(acquireProcessLock('air', folder)).rejects.toMatchObject({
    code: 'conflict',
    context: { pid: process.pid },
  });
  const other = mkdtempSync(join(tmpdir(), 'air-process-'));
  const second = await acquireProcessLock('air', other);
  second.close();
  rmSync(other, { recursive: true });
  lock.close();
  const again = await acquireProcessLock('air', folder);
  again.close();
});

it('survives isolated errors of its own and gives up on a burst', () => {
  const handlers = new Map<string, (error: unknown) => void>();
  const exits: number[] = [];
  const clock = manualClock();
  guardProcess(
    { on: (event, fn) => handlers.set(event, fn), exit: (code) => exits.push(code) },
    clock,
    silentLog,
  );
  for (let i = 0; i < 50; i += 1) {
    handlers.get('uncaughtException')?.(new Error('once in a while'));
    clock.advance(10_000);
  }
  expect(exits).toEqual([]);
  for (let i = 0; i < 20; i += 1) handlers.get('unhandledRejection')?.(new Error('again'));
  expect(exits[0]).toBe(1);
});

it('weighs this process and its children', async () => {
  const stats = createProcessStats(manualClock(), process.pid);
  await until('a first sample', () => stats.get().memoryMb > 10);
  stats.close();
});

it('finds ffmpeg, or says that there is none', async () => {
  expect(await findFfmpegVersion()).toMatch(/^\d/);
  expect(await findFfmpegVersion(join(folder, 'nothing'))).toBeNull();
});
