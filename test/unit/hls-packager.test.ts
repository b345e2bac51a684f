// Fragments matched with the tags they were made of: headers, dates, ends of segments, restarts, wraps.
import { beforeEach, expect, test } from 'vitest';
import { makeTag } from '../../server/air/bus/flv-tag.ts';
import { createPackager, type MediaSink } from '../../server/air/hls/packager.ts';
import { createHlsStream, type HlsStream } from '../../server/air/hls/stream.ts';
import { silentLog } from '../../server/core/log.ts';
import { manualClock, type ManualClock } from '../service/air-fakes.ts';
import { aacStereo, avc640, fragment, ftyp, moov } from './hls-media.ts';
import { frame, keyFrame } from './bus-media.ts';

let clock: ManualClock;
let stream: HlsStream;
let sink: MediaSink;
/** Where the timeline stands, ms. */
let time: number;

const avcTag = (bytes: Buffer) =>
  makeTag('video', time, Buffer.concat([Buffer.from([0x17, 0, 0, 0, 0]), bytes]));
const aacTag = (bytes: Buffer) =>
  makeTag('audio', time, Buffer.concat([Buffer.from([0xaf, 0]), bytes]));

function begin(): void {
  sink = createPackager({ clock, log: silentLog, stream });
  sink.fed(avcTag(avc640));
  sink.fed(aacTag(aacStereo));
  sink.read(Buffer.concat([ftyp, moov]));
}

beforeEach(() => {
  clock = manualClock();
  clock.advance(100_000);
  time = 70_000;
  stream = createHlsStream(
    { clock, session: 'abc' },
    { partMs: 500, windowSeconds: 20, keyframeSeconds: 2 },
  );
  begin();
});

/** A second of pictures with its key frame, fed as it goes and written by the muxer in two fragments. */
function second(): void {
  const from = time;
  for (let i = 0; i < 25; i += 1) {
    sink.fed(i === 0 ? keyFrame(time) : frame(time));
    time += 40;
    clock.advance(40);
    // The muxer writes a fragment when the first picture of the next one arrives.
    if (i === 12) sink.read(fragment({ startMs: from, frames: 12, key: true }));
  }
  pending = fragment({ startMs: from + 480, frames: 13 });
}
let pending: Buffer;
/** The next key frame comes, and with it the rest of the second before. */
function nextKey(): void {
  sink.fed(keyFrame(time));
  sink.read(pending);
}
const text = (): string => stream.playlist(false) ?? '';

test('a segment is whole as soon as the key frame after it went in', () => {
  second();
  expect(text()).toContain('#EXT-X-PART:DURATION=0.48,');
  expect(text()).not.toContain('#EXTINF');
  nextKey();
  expect(text()).toContain('#EXT-X-PART:DURATION=0.52,');
  expect(text()).toContain('#EXTINF:1,');
  expect(text()).toMatch(/PRELOAD-HINT:TYPE=PART,URI="abc-\d+\.0\.m4s"/);
});

test('dates are those at which the bus sent, though the newest pictures are replayed at once', () => {
  const sentAt = clock.now();
  // A second of pictures comes at once, the last of them just now.
  for (let i = 0; i < 25; i += 1) sink.fed(i === 0 ? keyFrame(time) : frame(time + i * 40));
  sink.read(fragment({ startMs: time, frames: 12, key: true }));
  expect(text()).toContain(`DATE-TIME:${new Date(sentAt - 960).toISOString()}`);
});

test('other headers before a key frame are those of its segment', () => {
  second();
  // Bytes that differ are enough to be another encoder.
  const other = Buffer.concat([avc640, Buffer.from([0x55])]);
  sink.fed(avcTag(other));
  nextKey();
  sink.read(fragment({ startMs: time, frames: 12, key: true }));
  const maps = [...text().matchAll(/MAP:URI="([^"]+)"/g)].map((m) => m[1]!);
  expect(maps).toHaveLength(2);
  const [one, two] = maps.map((name) => stream.file(name) as readonly Buffer[]);
  expect(one?.[0]?.includes(other)).toBe(false);
  expect(two?.[0]?.includes(other)).toBe(true);
  expect(text()).toContain('#EXT-X-DISCONTINUITY\n');
});

test('a new muxer goes on where the last one stopped, without sending anything twice', () => {
  second();
  nextKey();
  const before = text().match(/EXT-X-PART:/g)?.length;
  begin();
  // It is given the newest group again: players have it.
  sink.fed(keyFrame(time - 1000));
  for (let ms = 960; ms > 0; ms -= 40) sink.fed(frame(time - ms));
  sink.read(fragment({ startMs: time - 1000, frames: 12, key: true }));
  sink.read(fragment({ startMs: time - 520, frames: 13 }));
  expect(text().match(/EXT-X-PART:/g)?.length).toBe(before);
  sink.fed(keyFrame(time));
  sink.read(fragment({ startMs: time, frames: 12, key: true }));
  expect(text().match(/EXT-X-PART:/g)?.length).toBe((before ?? 0) + 1);
  expect(text()).toContain('#EXT-X-DISCONTINUITY\n');
});

test('a hole in the timeline is a discontinuity; one long picture is not', () => {
  second();
  nextKey();
  sink.read(fragment({ startMs: time, frames: 1, frameMs: 1040, key: true }));
  expect(text()).not.toContain('#EXT-X-DISCONTINUITY\n');
  time += 5000;
  clock.advance(5000);
  sink.fed(keyFrame(time));
  sink.read(fragment({ startMs: time, frames: 12, key: true }));
  expect(text()).toContain('#EXT-X-DISCONTINUITY\n');
});

test('the timeline crosses 2^32 ms: FLV begins anew, the muxer goes on', () => {
  time = 2 ** 32 - 1000;
  begin();
  second();
  const edge = clock.now();
  nextKey();
  // FLV carries 0 here; ffmpeg counts on.
  sink.read(fragment({ startMs: 2 ** 32, frames: 12, key: true }));
  expect(text()).not.toContain('#EXT-X-DISCONTINUITY\n');
  expect(text()).toContain(`DATE-TIME:${new Date(edge - 1000).toISOString()}`);
  expect(text()).toContain(`DATE-TIME:${new Date(edge).toISOString()}`);
});

test('what is no MP4 says that this muxer is of no use', () => {
  expect(sink.read(Buffer.from('this is not an MP4 box'))).toBe(false);
  expect(sink.read(fragment({ startMs: time, frames: 1, key: true }))).toBe(false);
});

test('dates never jump: pictures that come sooner than any before move them little by little', () => {
  second();
  nextKey();
  // From here on the bus is 300 ms sooner: it was late before.
  time += 300;
  sink.fed(frame(time));
  time -= 300;
  const dates: number[] = [];
  for (let i = 0; i < 3; i += 1) {
    second();
    nextKey();
  }
  for (const [, date] of text().matchAll(/DATE-TIME:(.*)/g)) dates.push(Date.parse(date ?? ''));
  const steps = dates.slice(1).map((date, i) => date - dates[i]!);
  expect(steps).toEqual([980, 980, 980]);
});
