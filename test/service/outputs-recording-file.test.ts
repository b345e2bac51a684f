// Recording files on a real folder: none takes the place of another, whatever the clocks show.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRecordingFile } from '../../server/air/outputs/recording-file.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'recording-file-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('an hour that clocks show twice gives two files, and the first is untouched', async () => {
  const zone = 'America/New_York';
  const starts = ['2026-11-01T05:30:00Z', '2026-11-01T06:30:00Z'].map((at) => Date.parse(at));
  const names: string[] = [];
  for (const startedAt of starts) {
    const file = await openRecordingFile(root, 'x', startedAt, zone);
    names.push(file.name);
  }
  expect(names).toEqual(['2026-11-01 01-30-00.mp4', '2026-11-01 01-30-00_2.mp4']);
  expect(readdirSync(join(root, 'x')).toSorted()).toEqual(names);
});
