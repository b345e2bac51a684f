// ffmpeg's progress blocks and what they say about a destination.
import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import {
  afterBlock,
  bitrateKbps,
  createProgressParser,
  noDelivery,
} from '../../server/air/outputs/progress.ts';

// Printed by ffmpeg 5.1: before the first packet, and while it runs.
const first = `frame=0
fps=0.00
stream_0_0_q=-1.0
bitrate=N/A
total_size=358
out_time_us=-9223372036854775807
out_time_ms=-9223372036854775807
out_time=-577014:32:22.77
dup_frames=0
drop_frames=0
speed=N/A
progress=continue
`;
const later = `frame=60
fps=30.1
stream_0_0_q=-1.0
bitrate=1290.6kbits/s
total_size=352809
out_time_us=2239000
out_time_ms=2239000
out_time=00:00:02.239000
dup_frames=0
drop_frames=0
speed=1.01x
progress=continue
`;

test('blocks arrive whole in any chunking', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }), (cuts) => {
      const parse = createProgressParser();
      const text = first + later;
      const out = [];
      let at = 0;
      for (const cut of cuts) {
        out.push(...parse(text.slice(at, at + cut)));
        at += cut;
      }
      out.push(...parse(text.slice(at)));
      expect(out).toEqual([
        { outTimeMs: null, totalBytes: 358 },
        { outTimeMs: 2239, totalBytes: 352_809 },
      ]);
    }),
  );
});

test('published at the first block, accepted once media time advances after it', () => {
  let d = afterBlock(noDelivery, { outTimeMs: null, totalBytes: 358 }, 1000);
  expect([d.published, d.accepted, d.advancedAt]).toEqual([true, false, 1000]);
  d = afterBlock(d, { outTimeMs: 300, totalBytes: 50_000 }, 1250);
  expect(d.accepted).toBe(false);
  d = afterBlock(d, { outTimeMs: 550, totalBytes: 90_000 }, 1500);
  expect([d.accepted, d.advancedAt]).toEqual([true, 1500]);
  d = afterBlock(d, { outTimeMs: 550, totalBytes: 90_000 }, 1750);
  expect(d.advancedAt).toBe(1500);
});

test('bitrate over the last seconds, and none when nothing moved', () => {
  let d = noDelivery;
  for (let i = 0; i <= 20; i += 1) {
    d = afterBlock(d, { outTimeMs: i * 250, totalBytes: i * 31_250 }, i * 250);
  }
  expect(bitrateKbps(d, 5000)).toBe(1000);
  expect(bitrateKbps(d, 20_000)).toBe(0);
  expect(d.window.length).toBeLessThan(15);
});

test('the burst that a session begins with is no bitrate', () => {
  // 3 Mb/s, of which the first 2.5 s are written in the first half second.
  const mediaAt = (ms: number): number => (ms < 500 ? ms * 5 : ms + 2000);
  let d = afterBlock(noDelivery, { outTimeMs: null, totalBytes: 358 }, 0);
  for (let ms = 100; ms <= 8000; ms += 100) {
    const media = mediaAt(ms);
    d = afterBlock(d, { outTimeMs: media, totalBytes: 358 + media * 375 }, ms);
    if (ms < 500) continue;
    expect(bitrateKbps(d, ms)).toBeGreaterThan(2900);
    expect(bitrateKbps(d, ms)).toBeLessThan(3100);
  }
});

test('where frames are dropped later, what leaves is what is written, not what is left out', () => {
  let d = noDelivery;
  // From 10 s on half of the media is left out: 3 Mb/s of media, 1.5 Mb/s on the way.
  for (let ms = 250; ms <= 20_000; ms += 250) {
    const bytes = ms <= 10_000 ? ms * 375 : 3_750_000 + (ms - 10_000) * 187.5;
    const media = ms <= 10_000 ? ms : 10_000 + (ms - 10_000) * 2;
    d = afterBlock(d, { outTimeMs: media, totalBytes: bytes }, ms);
  }
  expect(bitrateKbps(d, 20_000)).toBe(1500);
});
