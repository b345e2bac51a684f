// A recording from file to file, on a bus and writers moved by hand: every frame is in exactly one file.
import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { FlvTag } from '../../server/air/bus/flv-tag.ts';
import { died, frames, headers, laneRig, type LaneRig, type Writer } from './recording-lane-rig.ts';

let r: LaneRig;
beforeEach(() => {
  r = laneRig();
});

test('starts with the newest group of pictures, as long ago as it lasts', () => {
  r.clock.advance(5000);
  const at = (timestamp: number, key: boolean): FlvTag => ({
    type: 'video',
    timestamp,
    body: Buffer.from('x'),
    header: false,
    key,
  });
  r.gop = [r.video(), r.header('audio', 'aac'), at(1000, true), at(1400, false)];
  r.lane.start();
  expect(r.writers[0]!.startedAt).toBe(r.clock.now() - 400);
  expect(headers(r.writers[0]!)).toEqual(['avc-1', 'aac']);
  expect(frames(r.writers[0]!)).toHaveLength(2);
});

describe('the next file', () => {
  test('takes over at a key frame once it writes: nothing twice, nothing missing', () => {
    r.started();
    r.wanted = { ...r.wanted, folder: 'B' };
    r.group();
    expect([r.lane.rolling, r.lane.current?.folder]).toEqual([true, 'A']);
    r.writers[1]!.accepted = true;
    r.group();
    expect([r.lane.rolling, r.lane.current?.folder]).toEqual([false, 'B']);
    expect(r.writers.map((w) => w.ended)).toEqual(['kept', 'no']);
    expect(headers(r.writers[1]!)).toEqual(['avc-1', 'aac']);
    expect(frames(r.writers[1]!)[0]?.key).toBe(true);
    expect(r.kept()).toEqual(r.sent);
    expect(r.rolls).toEqual([null]);
  });

  test('begins when a file is long enough, and not before the first one writes', () => {
    r.gop = [r.video()];
    r.wanted = { folder: 'A', rollMs: 3000 };
    r.lane.start();
    for (let i = 0; i < 5; i += 1) r.group();
    expect(r.writers).toHaveLength(1);
    r.writers[0]!.accepted = true;
    r.group();
    expect(r.writers).toHaveLength(2);
  });

  test('that cannot be started costs the present one nothing, and is tried again', async () => {
    r.started();
    r.wanted = { ...r.wanted, folder: 'B' };
    r.group();
    await r.writers[1]!.die({ cause: 'folder', detail: 'EACCES' });
    expect(r.rolls).toEqual([{ cause: 'folder', detail: 'EACCES' }]);
    r.group();
    expect([r.writers.length, r.lane.current?.folder]).toEqual([2, 'A']);
    for (let i = 0; i < 3; i += 1) r.group();
    r.writers.at(-1)!.accepted = true;
    r.group();
    expect(r.lane.current?.folder).toBe('B');
    expect(r.kept()).toEqual(r.sent);
  });

  test('that hangs is given up after eight seconds', () => {
    r.started();
    r.wanted = { ...r.wanted, folder: 'B' };
    for (let i = 0; i < 9; i += 1) r.group();
    expect(r.writers[1]!.ended).toBe('discarded');
    expect(r.rolls).toEqual([{ cause: 'stalled', detail: expect.any(String) as string }]);
    expect(frames(r.writers[0]!)).toEqual(r.sent);
  });

  test('goes on alone when the present one is lost meanwhile', async () => {
    r.started();
    r.wanted = { ...r.wanted, folder: 'B' };
    r.group();
    await r.writers[0]!.die();
    expect([r.lane.current?.folder, r.lost]).toEqual(['B', []]);
    r.group();
    expect(frames(r.writers[1]!)).toEqual(r.sent.slice(8));
  });
});

test('another encoder: a new file from its key frame on, the old one ends before', () => {
  r.started();
  r.give(r.video('avc-2'));
  r.give({
    type: 'audio',
    timestamp: r.clock.mono(),
    body: Buffer.from('a'),
    header: false,
    key: false,
  });
  r.sent.pop();
  r.group();
  expect(r.writers.map((w) => w.ended)).toEqual(['kept', 'no']);
  expect(headers(r.writers[1]!)).toEqual(['avc-2', 'aac']);
  expect(r.kept()).toEqual(r.sent);
  // The same headers again are nothing new.
  r.give(r.video('avc-2'));
  r.group();
  expect(r.writers).toHaveLength(2);
});

test('another encoder while the next file starts: what was held back is in the old one', () => {
  r.started();
  r.wanted = { ...r.wanted, folder: 'B' };
  r.group();
  r.give(r.video('avc-2'));
  r.group();
  expect(r.writers.map((w) => w.ended)).toEqual(['kept', 'discarded', 'no']);
  expect(r.kept()).toEqual(r.sent);
});

test('lost with nothing to take its place: says so, takes nothing more until started again', async () => {
  r.started();
  await r.writers[0]!.die();
  expect([r.lost, r.lane.current, r.consumer]).toEqual([[died], null, null]);
  r.gop = [r.video()];
  r.lane.start();
  expect(r.writers).toHaveLength(2);
});

test('one that never writes is not waited for', () => {
  r.gop = [r.video()];
  r.lane.start();
  for (let i = 0; i < 9; i += 1) r.group();
  expect(r.writers[0]!.ended).toBe('killed');
});

test('ended: the present file gets all that was held back, and no other begins', () => {
  r.started();
  r.wanted = { ...r.wanted, folder: 'B' };
  r.group();
  r.lane.end();
  expect(r.writers.map((w) => w.ended)).toEqual(['kept', 'discarded']);
  expect(frames(r.writers[0]!)).toEqual(r.sent);
  r.group();
  expect(r.writers).toHaveLength(2);
});

test('whatever happens to the next files, what is kept is what was sent', async () => {
  const acts = fc.array(
    fc.constantFrom('group', 'folder', 'accept', 'fail', 'encoder', 'hang'),
    { maxLength: 40 }, // prettier-ignore
  );
  await fc.assert(
    fc.asyncProperty(acts, async (list) => {
      r = laneRig();
      r.wanted = { folder: 'A', rollMs: 1e9 };
      r.started();
      let n = 0;
      for (const act of list) {
        n += 1;
        if (act === 'folder') r.wanted = { ...r.wanted, folder: `F${n}` };
        else if (act === 'encoder') r.give(r.video(`avc-${n}`));
        else if (act === 'hang') for (let i = 0; i < 9; i += 1) r.group(1);
        else if (act === 'accept') for (const w of r.writers) w.accepted = true;
        else if (act === 'fail' && r.lane.rolling) await r.writers.at(-1)!.die();
        r.group();
        // After a change of encoder there is nothing to fall back on: its file must come to be.
        (r.lane.current as Writer).accepted = true;
      }
      r.lane.end();
      const bodies = (tags: FlvTag[]) => tags.map((tag) => String(tag.body)).join(' ');
      expect(bodies(r.kept())).toBe(bodies(r.sent));
    }),
    { numRuns: 60 },
  );
});
