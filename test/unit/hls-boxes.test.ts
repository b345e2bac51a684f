// Boxes out of a stream in any chunking, and what fragments and headers say.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BoxError,
  childrenOf,
  createBoxReader,
  findBox,
  makeBox,
  type Box,
} from '../../server/air/hls/boxes.ts';
import { fragmentFacts, tracksOf } from '../../server/air/hls/fragment.ts';
import { initSegment } from '../../server/air/hls/init-segment.ts';
import { aacStereo, avc640, fragment, ftyp, moov } from './hls-media.ts';

const boxOf = (bytes: Buffer): Box => ({ type: bytes.toString('latin1', 4, 8), bytes });
const moovBox = boxOf(moov);
const moofOf = (bytes: Buffer): Box => childrenOf(bytes, 0)[0]!;

test('the same boxes come out however the stream is cut', () => {
  const box = fc
    .tuple(fc.constantFrom('ftyp', 'moov', 'moof', 'mdat'), fc.uint8Array({ maxLength: 400 }))
    .map(([type, content]) => makeBox(type, Buffer.from(content)));
  fc.assert(
    fc.property(
      fc.array(box, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }),
      (boxes, sizes) => {
        const stream = Buffer.concat(boxes);
        const reader = createBoxReader(10_000);
        const got: Box[] = [];
        for (let at = 0, i = 0; at < stream.length; i += 1) {
          const size = sizes[i % sizes.length]!;
          got.push(...reader.push(stream.subarray(at, at + size)));
          at += size;
        }
        expect(Buffer.concat(got.map((b) => b.bytes))).toEqual(stream);
        expect(got.length).toBe(boxes.length);
      },
    ),
  );
});

test('what is no box, or too large a one, is refused before it is held', () => {
  expect(() => createBoxReader(1000).push(Buffer.from('000003e9', 'hex'))).not.toThrow();
  const header = (size: number): Buffer => {
    const out = Buffer.alloc(8);
    out.writeUInt32BE(size);
    return out;
  };
  for (const size of [0, 1, 7, 1001]) {
    expect(() => createBoxReader(1000).push(header(size))).toThrow(BoxError);
  }
  expect(() => childrenOf(makeBox('moov', header(50)), 8)).toThrow(BoxError);
  expect(() => childrenOf(makeBox('moov', Buffer.alloc(4)), 8)).toThrow(BoxError);
});

test('tracks are known by their handler', () => {
  expect(tracksOf(moovBox)).toEqual([
    { id: 1, kind: 'video', timescale: 16_000 },
    { id: 2, kind: 'audio', timescale: 48_000 },
  ]);
  expect(findBox(moovBox, ['trak', 'nope'])).toBeNull();
});

test.each([
  [
    { startMs: 2000, frames: 12, key: true },
    { durationMs: 480, independent: true },
  ],
  [
    { startMs: 2480, frames: 13 },
    { durationMs: 520, independent: false },
  ],
  // Past 2^32 ticks and past 2^32 ms.
  [
    { startMs: 2 ** 32 + 40, frames: 1, key: true },
    { durationMs: 40, independent: true },
  ],
])('a fragment %o', (wish, facts) => {
  const found = fragmentFacts(moofOf(fragment(wish)), tracksOf(moovBox));
  expect(found).toEqual({ startMs: wish.startMs, hasVideo: true, ...facts });
});

test('sound alone is a fragment nobody can join at; without samples there is none', () => {
  const tracks = tracksOf(moovBox);
  const alone = fragment({ startMs: 96_000, frames: 12, video: false });
  expect(fragmentFacts(moofOf(alone), tracks)).toMatchObject({
    startMs: 96_000,
    hasVideo: false,
    independent: false,
  });
  expect(fragmentFacts(moofOf(fragment({ startMs: 0, frames: 12 })), [])).toBeNull();
});

test('the headers of the program replace those of the muxer, and nothing else', () => {
  const made = initSegment(boxOf(ftyp), moovBox, { avc: avc640, aac: aacStereo });
  const [file, movie] = childrenOf(made, 0);
  expect(file?.bytes).toEqual(ftyp);
  expect(tracksOf(movie!)).toEqual(tracksOf(moovBox));
  const [, video, audio] = childrenOf(movie!.bytes, 8);
  const header = findBox(video!, ['tkhd'])!.bytes;
  expect(header.readUInt32BE(header.length - 8) / 65_536).toBe(640);
  expect(header.readUInt32BE(header.length - 4) / 65_536).toBe(360);
  const entry = findBox(video!, ['mdia', 'minf', 'stbl', 'stsd'])!.bytes;
  expect(entry.includes(avc640)).toBe(true);
  expect([entry.readUInt16BE(48), entry.readUInt16BE(50)]).toEqual([640, 360]);
  const sound = findBox(audio!, ['mdia', 'minf', 'stbl', 'stsd'])!.bytes;
  expect(sound.includes(aacStereo)).toBe(true);
  expect(sound.readUInt16BE(40)).toBe(2);
  expect(sound.readUInt16BE(48)).toBe(48_000);
  // Whatever the muxer knew beside them stays.
  expect(findBox(video!, ['mdia', 'minf', 'stbl', 'stts'])).not.toBeNull();
  expect(made.includes(Buffer.from('of the muxer'))).toBe(false);
  const plain = initSegment(boxOf(ftyp), moovBox, { avc: null, aac: null });
  expect(plain).toEqual(Buffer.concat([ftyp, moov]));
});
