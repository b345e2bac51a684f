// A recording from file to file, on a bus and writers moved by hand: every frame is in exactly one file.
import { beforeEach, describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import type { FlvTag } from '../../server/air/bus/flv-tag.ts';
import type { Verdict } from '../../server/air/outputs/classify.ts';
import { createLane, type Lane } from '../../server/air/outputs/recording-lane.ts';
import type { Session } from '../../server/air/outputs/recording-session.ts';
import { manualClock, type ManualClock } from '../service/air-fakes.ts';

interface Writer extends Session {
  readonly got: FlvTag[];
  readonly startedAt: number;
  accepted: boolean;
  ended: 'no' | 'kept' | 'discarded' | 'killed';
  /** Its process is gone. */
  die(verdict?: Verdict): Promise<void>;
}

let clock: ManualClock;
let writers: Writer[];
let lost: Verdict[];
let rolls: (Verdict | null)[];
let wanted: { folder: string; rollMs: number };
let lane: Lane;
let gop: FlvTag[];
let consumer: ((tag: FlvTag) => void) | null;
let sent: FlvTag[];
const died: Verdict = { cause: 'unknown', detail: 'ended without a word' };
const video = (body = 'avc-1') => header('video', body);

function header(type: 'video' | 'audio', body: string): FlvTag {
  return { type, timestamp: clock.mono(), body: Buffer.from(body), header: true, key: false };
}

beforeEach(() => {
  clock = manualClock();
  [writers, lost, rolls, gop, sent] = [[], [], [], [], []];
  consumer = null;
  wanted = { folder: 'A', rollMs: 60_000 };
  lane = createLane({
    clock,
    tap: {
      flowing: true,
      attach(taker) {
        for (const tag of gop) taker(tag);
        consumer = taker;
        return () => (consumer = null);
      },
    },
    startSession: (startedAt) => writer(wanted.folder, startedAt),
    wanted: () => wanted,
    onGone: (verdict) => void lost.push(verdict),
    onRoll: (verdict) => void rolls.push(verdict),
  });
});

function writer(folder: string, startedAt: number): Writer {
  let gone: (verdict: Verdict) => void = () => undefined;
  const made: Writer = {
    folder,
    startedAt,
    file: `${folder}${writers.length}`,
    startedMono: clock.mono(),
    pid: null,
    got: [],
    accepted: false,
    ended: 'no',
    view: () => ({
      accepted: made.accepted,
      dryMs: 0,
      stuckMs: 0,
      droppedAgoMs: null,
      dropped: 0,
      queueMs: 0,
      sentBytes: 0,
      bitrateKbps: 0,
    }),
    lines: () => [],
    push: (tag) => void (made.ended === 'no' && made.got.push(tag)),
    end(options) {
      if (made.ended === 'no') made.ended = options?.discard ? 'discarded' : 'kept';
    },
    kill: () => void (made.ended = 'killed'),
    gone: new Promise((resolve) => (gone = resolve)),
    closed: new Promise(() => undefined),
    async die(verdict = died) {
      gone(verdict);
      await new Promise<void>((resolve) => void setImmediate(resolve));
    },
  };
  writers.push(made);
  return made;
}

function give(tag: FlvTag): void {
  if (!tag.header) sent.push(tag);
  consumer?.(tag);
}

/** A group of pictures of a second, sound between them. */
function group(frames = 4): void {
  for (let i = 0; i < frames; i += 1) {
    const timestamp = clock.mono();
    const at = { timestamp, header: false };
    give({ ...at, type: 'video', key: i === 0, body: Buffer.from(`v${timestamp}`) });
    give({ ...at, type: 'audio', key: false, body: Buffer.from(`a${timestamp}`) });
    clock.advance(1000 / frames);
    lane.tick();
  }
}

function started(): void {
  gop = [video(), header('audio', 'aac')];
  lane.start();
  gop = [];
  group();
  writers[0]!.accepted = true;
  lane.tick();
}

const frames = (w: Writer) => w.got.filter((tag) => !tag.header);
const headers = (w: Writer) => w.got.filter((tag) => tag.header).map((tag) => String(tag.body));
const kept = () =>
  writers.filter((w) => w.ended !== 'discarded' && w.ended !== 'killed').flatMap(frames);

test('starts with the newest group of pictures, as long ago as it lasts', () => {
  clock.advance(5000);
  const at = (timestamp: number, key: boolean): FlvTag => ({
    type: 'video',
    timestamp,
    body: Buffer.from('x'),
    header: false,
    key,
  });
  gop = [video(), header('audio', 'aac'), at(1000, true), at(1400, false)];
  lane.start();
  expect(writers[0]!.startedAt).toBe(clock.now() - 400);
  expect(headers(writers[0]!)).toEqual(['avc-1', 'aac']);
  expect(frames(writers[0]!)).toHaveLength(2);
});

describe('the next file', () => {
  test('takes over at a key frame once it writes: nothing twice, nothing missing', () => {
    started();
    wanted = { ...wanted, folder: 'B' };
    group();
    expect([lane.rolling, lane.current?.folder]).toEqual([true, 'A']);
    writers[1]!.accepted = true;
    group();
    expect([lane.rolling, lane.current?.folder]).toEqual([false, 'B']);
    expect(writers.map((w) => w.ended)).toEqual(['kept', 'no']);
    expect(headers(writers[1]!)).toEqual(['avc-1', 'aac']);
    expect(frames(writers[1]!)[0]?.key).toBe(true);
    expect(kept()).toEqual(sent);
    expect(rolls).toEqual([null]);
  });

  test('begins when a file is long enough, and not before the first one writes', () => {
    gop = [video()];
    wanted = { folder: 'A', rollMs: 3000 };
    lane.start();
    for (let i = 0; i < 5; i += 1) group();
    expect(writers).toHaveLength(1);
    writers[0]!.accepted = true;
    group();
    expect(writers).toHaveLength(2);
  });

  test('that cannot be started costs the present one nothing, and is tried again', async () => {
    started();
    wanted = { ...wanted, folder: 'B' };
    group();
    await writers[1]!.die({ cause: 'folder', detail: 'EACCES' });
    expect(rolls).toEqual([{ cause: 'folder', detail: 'EACCES' }]);
    group();
    expect([writers.length, lane.current?.folder]).toEqual([2, 'A']);
    for (let i = 0; i < 3; i += 1) group();
    writers.at(-1)!.accepted = true;
    group();
    expect(lane.current?.folder).toBe('B');
    expect(kept()).toEqual(sent);
  });

  test('that hangs is given up after eight seconds', () => {
    started();
    wanted = { ...wanted, folder: 'B' };
    for (let i = 0; i < 9; i += 1) group();
    expect(writers[1]!.ended).toBe('discarded');
    expect(rolls).toEqual([{ cause: 'stalled', detail: expect.any(String) as string }]);
    expect(frames(writers[0]!)).toEqual(sent);
  });

  test('goes on alone when the present one is lost meanwhile', async () => {
    started();
    wanted = { ...wanted, folder: 'B' };
    group();
    await writers[0]!.die();
    expect([lane.current?.folder, lost]).toEqual(['B', []]);
    group();
    expect(frames(writers[1]!)).toEqual(sent.slice(8));
  });
});

test('another encoder: a new file from its key frame on, the old one ends before', () => {
  started();
  give(video('avc-2'));
  give({
    type: 'audio',
    timestamp: clock.mono(),
    body: Buffer.from('a'),
    header: false,
    key: false,
  });
  sent.pop();
  group();
  expect(writers.map((w) => w.ended)).toEqual(['kept', 'no']);
  expect(headers(writers[1]!)).toEqual(['avc-2', 'aac']);
  expect(kept()).toEqual(sent);
  // The same headers again are nothing new.
  give(video('avc-2'));
  group();
  expect(writers).toHaveLength(2);
});

test('another encoder while the next file starts: what was held back is in the old one', () => {
  started();
  wanted = { ...wanted, folder: 'B' };
  group();
  give(video('avc-2'));
  group();
  expect(writers.map((w) => w.ended)).toEqual(['kept', 'discarded', 'no']);
  expect(kept()).toEqual(sent);
});

test('lost with nothing to take its place: says so, takes nothing more until started again', async () => {
  started();
  await writers[0]!.die();
  expect([lost, lane.current, consumer]).toEqual([[died], null, null]);
  gop = [video()];
  lane.start();
  expect(writers).toHaveLength(2);
});

test('one that never writes is not waited for', () => {
  gop = [video()];
  lane.start();
  for (let i = 0; i < 9; i += 1) group();
  expect(writers[0]!.ended).toBe('killed');
});

test('ended: the present file gets all that was held back, and no other begins', () => {
  started();
  wanted = { ...wanted, folder: 'B' };
  group();
  lane.end();
  expect(writers.map((w) => w.ended)).toEqual(['kept', 'discarded']);
  expect(frames(writers[0]!)).toEqual(sent);
  group();
  expect(writers).toHaveLength(2);
});

test('whatever happens to the next files, what is kept is what was sent', async () => {
  const acts = fc.array(
    fc.constantFrom('group', 'folder', 'accept', 'fail', 'encoder', 'hang'),
    { maxLength: 40 }, // prettier-ignore
  );
  await fc.assert(
    fc.asyncProperty(acts, async (list) => {
      [writers, sent] = [[], []];
      wanted = { folder: 'A', rollMs: 1e9 };
      const fresh = createLane({
        clock,
        tap: {
          flowing: true,
          attach(taker) {
            for (const tag of gop) taker(tag);
            consumer = taker;
            return () => (consumer = null);
          },
        },
        startSession: (startedAt) => writer(wanted.folder, startedAt),
        wanted: () => wanted,
        onGone: () => undefined,
        onRoll: () => undefined,
      });
      lane = fresh;
      started();
      let n = 0;
      for (const act of list) {
        n += 1;
        if (act === 'folder') wanted = { ...wanted, folder: `F${n}` };
        else if (act === 'encoder') give(video(`avc-${n}`));
        else if (act === 'hang') for (let i = 0; i < 9; i += 1) group(1);
        else if (act === 'accept') for (const w of writers) w.accepted = true;
        else if (act === 'fail' && lane.rolling) await writers.at(-1)!.die();
        group();
        // After a change of encoder there is nothing to fall back on: its file must come to be.
        (lane.current as Writer).accepted = true;
      }
      lane.end();
      const bodies = (tags: FlvTag[]) => tags.map((tag) => String(tag.body)).join(' ');
      expect(bodies(kept())).toBe(bodies(sent));
    }),
    { numRuns: 60 },
  );
});
