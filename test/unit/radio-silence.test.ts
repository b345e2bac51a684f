// The radio feed's meter: readings from ffmpeg's lines, and seconds of silence.
import { expect, test } from 'vitest';
import { createLoudnessParser, createSilenceMeter } from '../../server/air/radio/silence.ts';

// Printed by ametadata in ffmpeg 5.1.
const text = `frame:12   pts:38400   pts_time:1.2
lavfi.r128.M=-17.031
lavfi.r128.S=-120.691
lavfi.r128.I=-17.003
lavfi.r128.LRA=0.000
frame:13   pts:41600   pts_time:1.3
lavfi.r128.M=nan
lavfi.r128.S=-17.206
`;

test('one reading for each frame, in any chunking', () => {
  for (const size of [1, 7, 1000]) {
    const parse = createLoudnessParser();
    const out = [];
    for (let at = 0; at < text.length; at += size) out.push(...parse(text.slice(at, at + size)));
    expect(out).toEqual([
      { momentary: -17.031, shortTerm: -120.691 },
      { momentary: null, shortTerm: -17.206 },
    ]);
  }
});

test('counts silence continuously, also when no readings come at all', () => {
  const meter = createSilenceMeter(0);
  expect(meter.silentSeconds(900)).toBe(0);
  expect(meter.silentSeconds(12_300)).toBe(12.3);
  meter.read({ momentary: -20, shortTerm: -21 }, 13_000);
  expect(meter.silentSeconds(13_500)).toBe(0);
  for (let now = 13_100; now <= 20_000; now += 100) {
    meter.read({ momentary: -50.1, shortTerm: -40 }, now);
  }
  expect(meter.silentSeconds(20_000)).toBe(7);
  expect(meter.silentSeconds(25_000)).toBe(12);
  meter.read({ momentary: -49.9, shortTerm: -49 }, 25_100);
  expect(meter.silentSeconds(25_200)).toBe(0);
});

test('a pause in speech is not silence', () => {
  const meter = createSilenceMeter(0);
  meter.read({ momentary: -20, shortTerm: -20 }, 1000);
  meter.read({ momentary: -70, shortTerm: -22 }, 1900);
  expect(meter.silentSeconds(1900)).toBe(0);
});

test('loudness is the last reading, and nothing once it is old', () => {
  const meter = createSilenceMeter(0);
  expect(meter.loudness(10)).toBeNull();
  meter.read({ momentary: -20, shortTerm: -18.5 }, 1000);
  expect(meter.loudness(2900)).toBe(-18.5);
  expect(meter.loudness(3100)).toBeNull();
});
