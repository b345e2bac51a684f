// What pictures, loudness lines and the sparse feed tell, by literals.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLoudnessReader } from '../../server/air/health/loudness-line.ts';
import { createPictureReader } from '../../server/air/health/picture-reader.ts';
import {
  createPictureMeter,
  isBlack,
  moved,
  pictureBytes,
  pictureSize,
} from '../../server/air/health/picture.ts';
import { createSoundMeter } from '../../server/air/health/sound.ts';
import { sparseFeed } from '../../server/air/health/sparse-feed.ts';
import { makeTag } from '../../server/air/bus/flv-tag.ts';
import { audioHeader, frame, keyFrame, sound, videoHeader } from './bus-media.ts';

const flat = (level: number) => Buffer.alloc(pictureBytes, level);
/** `picture` with a box of `level` of this size at x, y. */
function boxed(picture: Buffer, x: number, y: number, w: number, h: number, level: number): Buffer {
  const out = Buffer.from(picture);
  for (let row = y; row < y + h; row += 1) {
    out.fill(level, row * pictureSize.width + x, row * pictureSize.width + x + w);
  }
  return out;
}
/** Deterministic noise of ±`by` on every pixel. */
function noisy(picture: Buffer, by: number, seed: number): Buffer {
  let state = seed;
  return Buffer.from(
    picture.map((pixel) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return pixel + Math.round((state / 2 ** 31 - 1) * by);
    }),
  );
}

describe('picture', () => {
  test.each([
    ['black', flat(0), true],
    ['black with noise', noisy(flat(12), 10, 1), true],
    ['a logo on black', boxed(flat(0), 290, 8, 24, 24, 255), true],
    ['a caption on black', boxed(flat(0), 20, 140, 280, 20, 200), false],
    ['dark', flat(40), false],
  ])('%s', (_, picture, black) => {
    expect(isBlack(picture)).toBe(black);
  });

  test.each([
    ['itself', flat(90), flat(90), false],
    ['noise', noisy(flat(90), 9, 1), noisy(flat(90), 9, 2), false],
    ['the stroke of a small digit', flat(20), boxed(flat(20), 300, 6, 2, 6, 235), true],
    ['all of it a little', flat(90), flat(97), false],
    ['another picture', flat(90), flat(120), true],
  ])('moved: %s', (_, before, after, expected) => {
    expect(moved(before, after)).toBe(expected);
    expect(moved(after, before)).toBe(expected);
  });

  test('black and still are counted from their first picture, and forgotten when old', () => {
    const meter = createPictureMeter();
    expect(meter.blackSeconds(0)).toBeNull();
    expect(meter.frozenSeconds(0)).toBeNull();
    meter.see(flat(90), 1000);
    expect(meter.frozenSeconds(2000)).toBe(0);
    meter.see(flat(0), 3000);
    expect([meter.blackSeconds(3500), meter.frozenSeconds(3500)]).toEqual([0.5, 0]);
    meter.see(noisy(flat(4), 4, 1), 5000);
    expect([meter.blackSeconds(6000), meter.frozenSeconds(6000)]).toEqual([3, 3]);
    meter.see(flat(200), 7000);
    expect([meter.blackSeconds(7100), meter.frozenSeconds(7100)]).toEqual([0, 0]);
    expect(meter.blackSeconds(33_000)).toBeNull();
    expect(meter.frozenSeconds(33_000)).toBeNull();
  });

  test('a slow pan is no still picture', () => {
    const meter = createPictureMeter();
    for (let n = 0; n < 12; n += 1) {
      meter.see(flat(60 + n * 4), n * 2000);
      expect(meter.frozenSeconds(n * 2000)).toBeLessThan(6);
    }
  });

  test('pictures are cut out of any chunking', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(30)), (bytes, cuts) => {
        const got: Buffer[] = [];
        const read = createPictureReader(16, (picture) => got.push(picture));
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          read(Buffer.from(bytes.slice(at, at + cut)));
          at += cut;
        }
        const whole = Math.floor(bytes.length / 16) * 16;
        expect(Buffer.concat(got)).toEqual(Buffer.from(bytes.slice(0, whole)));
      }),
    );
  });
});

// Printed by ffmpeg 5.1.
const loudnessLine = (m: string, s: string, i: string, peaks: string) =>
  `[Parsed_ebur128_0 @ 0x55e460deb340] [info] t: 0.399812   TARGET:-23 LUFS    M:${m} S:${s}     I:${i} LUFS       LRA:   2.5 LU  FTPK:${peaks} dBFS  TPK: -14.9 -14.9 dBFS`;

describe('sound', () => {
  test('a line to figures: the windows must be full, silence has a floor', () => {
    const read = createLoudnessReader();
    expect(read('[info] Stream #0:1: Audio: aac (LC), 48000 Hz, stereo')).toBeNull();
    for (let n = 1; n < 40; n += 1) {
      expect(read(loudnessLine(' -25.9', '-26.4', ' -25.0', ' -17.8 -17.3'))).toEqual({
        momentary: n < 4 ? null : -25.9,
        shortTerm: n < 30 ? null : -26.4,
        integrated: -25,
        range: 2.5,
        peak: -17.3,
      });
    }
    expect(read(loudnessLine('-120.7', '-120.7', ' -70.0', '  -inf  -inf'))).toEqual({
      momentary: -70,
      shortTerm: -70,
      integrated: null,
      range: null,
      peak: -70,
    });
    expect(read(loudnessLine('   nan', '   nan', ' -70.0', '   1.5'))).toMatchObject({
      momentary: null,
      peak: 1.5,
    });
  });

  test('clipping is counted over ten seconds, the peak kept for three', () => {
    const meter = createSoundMeter(0);
    const reading = { momentary: -10, shortTerm: -11, integrated: -12, range: 3, peak: -6 };
    for (let now = 0; now < 20_000; now += 100) {
      const hot = now >= 5000 && now < 7000;
      meter.read({ ...reading, peak: hot ? 0.4 : -6 }, now);
    }
    expect(meter.facts(19_950, false)).toEqual({
      silentSeconds: 0,
      clippedSeconds: 0,
      momentaryLufs: -10,
      shortTermLufs: -11,
      integratedLufs: -12,
      rangeLu: 3,
      truePeakDb: -6,
    });
    const again = createSoundMeter(0);
    for (let now = 0; now < 2000; now += 100) again.read({ ...reading, peak: 0 }, now);
    expect(again.facts(2000, false)).toMatchObject({ clippedSeconds: 2, truePeakDb: 0 });
    expect(again.facts(4500, false).clippedSeconds).toBeNull();
    for (let now = 3000; now <= 11_400; now += 100) again.read(reading, now);
    expect(again.facts(11_450, false)).toMatchObject({ clippedSeconds: 0.5, truePeakDb: -6 });
    expect(again.facts(12_000, false).clippedSeconds).toBe(0);
  });
});

describe('sparseFeed', () => {
  test('headers, sound and key frames; past sound is left out', () => {
    const tags = [videoHeader(), audioHeader(), keyFrame(0), frame(40), sound(40)];
    expect(tags.flatMap((t) => sparseFeed(t, false))).toEqual([tags[0], tags[1], tags[2], tags[4]]);
    expect(tags.flatMap((t) => sparseFeed(t, true))).toEqual([tags[0], tags[1], tags[2]]);
  });

  test('a key frame of a stream with B-frames pushes itself out', () => {
    const key = makeTag('video', 1000, Buffer.from([0x17, 1, 0, 0, 66, 9, 9]));
    expect(sparseFeed(key, false).map((t) => t.timestamp)).toEqual([1000, 1100, 1200]);
  });
});
