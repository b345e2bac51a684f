// Reels: what they are cut from, how they go round without drifting, and the frozen picture.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aacFormat, silentFrame } from '../../server/air/bus/aac.ts';
import { makeTag, type FlvTag } from '../../server/air/bus/flv-tag.ts';
import { freezeReel } from '../../server/air/bus/freeze.ts';
import { createReelLoop } from '../../server/air/bus/reel-loop.ts';
import { reelAsFlv, reelFromFlv, reelFromTags, type Reel } from '../../server/air/bus/reel.ts';
import { audioHeader, frame, keyFrame, sound, videoHeader } from './bus-media.ts';

const stereo48 = makeTag('audio', 0, Buffer.from('af001190', 'hex'));
const mono441 = makeTag('audio', 0, Buffer.from('af001208', 'hex'));

/** A group each second at 25 fps, and sound as an encoder times it: rounded, from `lateMs` on. */
function taken(options: { ms: number; lengthMs: number; lateMs: number; header: FlvTag }): Reel {
  const { ms, lengthMs, lateMs, header } = options;
  const frameMs = aacFormat(header.body)?.frameMs ?? 0;
  const tags: FlvTag[] = [videoHeader(), header];
  for (let t = 0; t < ms; t += 40) tags.push(t % 1000 === 0 ? keyFrame(t) : frame(t));
  for (let k = 0; lateMs + k * frameMs < ms; k += 1) {
    tags.push(sound(Math.round(lateMs + k * frameMs), k % 200));
  }
  return reelFromTags(tags, lengthMs);
}

describe('aac', () => {
  it('reads rate and channels of what encoders send, and nothing else', () => {
    expect(aacFormat(stereo48.body)).toEqual({ rate: 48_000, channels: 2, frameMs: 64 / 3 });
    expect(aacFormat(mono441.body)).toMatchObject({ rate: 44_100, channels: 1 });
    // HE-AAC at 48 kHz with a core of 24 kHz: a frame lasts twice as long.
    expect(aacFormat(Buffer.from('af002b118800', 'hex'))?.frameMs).toBeCloseTo(128 / 3, 6);
    for (const wrong of ['', 'af', 'af00', 'af0011', 'af00f800', 'af0011b0', 'af001f90']) {
      expect(aacFormat(Buffer.from(wrong, 'hex'))).toBeNull();
    }
  });
});

describe('loop of a reel', () => {
  it('has sound frames one after the other, never a whole one away from their picture', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1000, 2000, 4000, 8000, 1520, 16_680),
        fc.integer({ min: 0, max: 22 }),
        fc.constantFrom(stereo48, mono441),
        (lengthMs, lateMs, header) => {
          const reel = taken({ ms: lengthMs + 200, lengthMs, lateMs, header });
          const loop = createReelLoop(reel);
          const last = { audio: -1, video: -1 };
          const first = reel.sounds[0]?.timestamp ?? 0;
          let sounds = 0;
          let worst = { back: 0, drift: 0, off: 0 };
          while (loop.due() < 50 * lengthMs) {
            const due = loop.due();
            const { type, timestamp, body } = loop.next();
            const stream = type === 'video' ? 'video' : 'audio';
            const back = timestamp === due && due > last[stream] ? 0 : 1;
            worst = { ...worst, back: Math.max(worst.back, back) };
            last[stream] = due;
            if (stream === 'video') continue;
            // By the count of samples, as a sound card plays it.
            const drift = Math.abs(due - first - sounds * reel.frameMs);
            // By what was said when: the mark is the frame's place in the round.
            const place = (body[2] ?? 0) * reel.frameMs + first;
            const round = ((due % lengthMs) - (place % lengthMs) + 1.5 * lengthMs) % lengthMs;
            const off = lengthMs / reel.frameMs < 200 ? Math.abs(round - lengthMs / 2) : 0;
            worst = {
              ...worst,
              drift: Math.max(worst.drift, drift),
              off: Math.max(worst.off, off),
            };
            sounds += 1;
          }
          expect(worst.back).toBe(0);
          expect(worst.off).toBeLessThan(reel.frameMs + 1);
          expect(worst.drift).toBeLessThanOrEqual(0.5);
          expect(Math.abs(last.audio - last.video)).toBeLessThan(45);
        },
      ),
      { numRuns: 25 },
    );
  }, 30_000);

  it('goes exactly round where whole frames fill it', () => {
    const reel = taken({ ms: 8200, lengthMs: 8000, lateMs: 0, header: stereo48 });
    const loop = createReelLoop(reel);
    const marks: number[][] = [[], [], []];
    while (loop.due() < 24_000) {
      const due = loop.due();
      const tag = loop.next();
      if (tag.type === 'audio') marks[Math.floor(due / 8000)]?.push(tag.body[2] ?? 0);
    }
    expect(marks[0]).toHaveLength(375);
    expect(marks[1]).toEqual(marks[0]);
    expect(marks[2]).toEqual(marks[0]);
  });
});

describe('reel as a file', () => {
  it('comes back as it was, with its length', () => {
    const reel = taken({ ms: 2400, lengthMs: 2000, lateMs: 7, header: mono441 });
    const again = reelFromFlv(Buffer.concat(reelAsFlv(reel)));
    expect(again).toEqual(reel);
  });

  it('is refused without its length, its key frame or its sound', () => {
    const whole = reelAsFlv(taken({ ms: 2400, lengthMs: 2000, lateMs: 0, header: stereo48 }));
    expect(() => reelFromFlv(Buffer.concat(whole.slice(0, -1)))).toThrow(/slate/);
    expect(() => reelFromTags([videoHeader(), audioHeader(), frame(0), sound(0)], 1000)).toThrow();
    expect(() => reelFromTags([videoHeader(), audioHeader(), keyFrame(0)], 1000)).toThrow();
  });
});

describe('freeze', () => {
  it('is the last picture twice a second, with silence in the same format', () => {
    for (const [header, channels] of [
      [stereo48, 2],
      [mono441, 1],
    ] as const) {
      const still = { videoHeader: videoHeader(), audioHeader: header, key: keyFrame(777_000, 3) };
      const loop = createReelLoop(freezeReel(still));
      const times: number[] = [];
      let sounds = 0;
      while (loop.due() < 10_000) {
        const tag = loop.next();
        if (tag.type === 'video') {
          times.push(tag.timestamp);
          expect(tag.key).toBe(true);
          expect(tag.body).toBe(still.key.body);
        } else {
          sounds += 1;
          expect(tag.body).toEqual(silentFrame(channels, 0).body);
        }
      }
      expect(times).toEqual(Array.from({ length: 20 }, (_, i) => i * 500));
      expect(sounds).toBe(Math.ceil(10_000 / (aacFormat(header.body)?.frameMs ?? 0)));
    }
  });

  it('brings its own sound where the source has none that it can imitate', () => {
    const odd = makeTag('audio', 0, Buffer.from('af0011b0', 'hex'));
    for (const given of [null, odd]) {
      const reel = freezeReel({ videoHeader: videoHeader(), audioHeader: given, key: keyFrame(0) });
      expect(aacFormat(reel.audioHeader.body)).toMatchObject({ rate: 48_000, channels: 2 });
    }
  });
});
