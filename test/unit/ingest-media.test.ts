// Reading media packets: codecs, picture size, rate, key-frame distance; no input makes any of it throw.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pictureSizeOf, pictureSizeOfSps } from '../../server/air/ingest/avc-sps.ts';
import { audioPacket, metadataOf, videoPacket } from '../../server/air/ingest/media-packet.ts';
import { createStreamMeter } from '../../server/air/ingest/stream-facts.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const record = (sps: string): Buffer => {
  const nal = hex(sps);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(nal.length);
  return Buffer.concat([hex('01640028ffe1'), length, nal, hex('01000468ebe3cb')]);
};

// As x264 wrote them (ffmpeg testsrc2 at these sizes).
const spsOf: readonly (readonly [string, string, number, number])[] = [
  ['1080p', '6742c028da01e0089f970110000003001000000303c0f1832a', 1920, 1080],
  ['720p', '6742c01fda014016ec0440000003004000000f03c60ca8', 1280, 720],
  ['360p', '6742c01eda0280bfe5c044000003000400000300f03c58ba80', 640, 360],
  ['854 wide', '6742c01fda0360f79bc044000003000400000300f03c60ca80', 854, 480],
  ['interlaced 4:2:2', '677a0028b6cd94078044fcb8088000000300800000190f8b16cb', 1920, 1080],
  ['vertical 4:4:4', '67f40028919b28088078f13e0220000003002000000641e30632c0', 1080, 1920],
];

/** Writes an SPS field by field, as H.264 §7.3.2.1.1 has them. */
function writeSps(f: {
  profile: number;
  lists: readonly (readonly number[] | null)[] | null;
  order: 0 | 1 | 2;
  offsets: readonly number[];
  widthUnits: number;
  heightUnits: number;
  interlaced: boolean;
  crop: readonly [number, number, number, number] | null;
}): Buffer {
  let bits = '';
  const u = (n: number, value: number): void => {
    bits += value.toString(2).padStart(n, '0');
  };
  const ue = (value: number): void => {
    const code = (value + 1).toString(2);
    bits += '0'.repeat(code.length - 1) + code;
  };
  const se = (value: number): void => ue(value > 0 ? 2 * value - 1 : -2 * value);
  u(8, f.profile);
  u(8, 0);
  u(8, 40);
  ue(0);
  if (f.profile === 100) {
    ue(1);
    ue(0);
    ue(0);
    u(1, 0);
    u(1, f.lists ? 1 : 0);
    for (const list of f.lists ?? []) {
      u(1, list ? 1 : 0);
      let last = 8;
      for (const scale of list ?? []) {
        se(scale - last);
        last = scale;
      }
    }
  }
  ue(0);
  ue(f.order);
  if (f.order === 0) ue(4);
  if (f.order === 1) {
    u(1, 0);
    se(-3);
    se(5);
    ue(f.offsets.length);
    for (const offset of f.offsets) se(offset);
  }
  ue(2);
  u(1, 0);
  ue(f.widthUnits - 1);
  ue(f.heightUnits - 1);
  u(1, f.interlaced ? 0 : 1);
  if (f.interlaced) u(1, 1);
  u(1, 1);
  u(1, f.crop ? 1 : 0);
  for (const side of f.crop ?? []) ue(side);
  u(1, 0);
  bits += '1';
  const raw = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0').match(/.{8}/g) ?? [];
  const out = [0x67];
  for (const byte of raw.map((b) => Number.parseInt(b, 2))) {
    if (byte <= 3 && out.at(-1) === 0 && out.at(-2) === 0) out.push(3);
    out.push(byte);
  }
  return Buffer.from(out);
}

const scalingList = (size: number) =>
  fc.option(fc.array(fc.integer({ min: 1, max: 127 }), { minLength: size, maxLength: size }));

describe('picture size', () => {
  it.each(spsOf)('%s', (_name, sps, width, height) => {
    expect(pictureSizeOfSps(hex(sps))).toEqual({ width, height });
    expect(pictureSizeOf(record(sps))).toEqual({ width, height });
  });
  it('reads back every SPS written by the book', () => {
    const side = fc.nat({ max: 7 });
    const fields = fc.record({
      profile: fc.constantFrom(66, 77, 100),
      lists: fc.option(
        fc.tuple(
          ...Array.from({ length: 6 }, () => scalingList(16)),
          ...Array.from({ length: 2 }, () => scalingList(64)),
        ),
      ),
      order: fc.constantFrom(0 as const, 1 as const, 2 as const),
      offsets: fc.array(fc.integer({ min: -100, max: 100 }), { maxLength: 5 }),
      widthUnits: fc.integer({ min: 2, max: 256 }),
      heightUnits: fc.integer({ min: 2, max: 256 }),
      interlaced: fc.boolean(),
      crop: fc.option(fc.tuple(side, side, side, side)),
    });
    fc.assert(
      fc.property(fields, (f) => {
        const lines = f.interlaced ? 2 : 1;
        const [left, right, top, bottom] = f.crop ?? [0, 0, 0, 0];
        const width = f.widthUnits * 16 - (left + right) * 2;
        const height = f.heightUnits * 16 * lines - (top + bottom) * 2 * lines;
        fc.pre(width > 0 && height > 0);
        expect(pictureSizeOfSps(writeSps(f))).toEqual({ width, height });
      }),
    );
  });
  it('is null for what is no SPS', () => {
    expect(pictureSizeOf(Buffer.alloc(0))).toBeNull();
    expect(pictureSizeOf(hex('01640028ffe1ffff67'))).toBeNull();
    expect(pictureSizeOfSps(hex('68ebe3cb'))).toBeNull();
    expect(pictureSizeOfSps(hex('6764'))).toBeNull();
    expect(pictureSizeOfSps(Buffer.concat([hex('67640028'), Buffer.alloc(500)]))).toBeNull();
  });
  it('never throws and stays plausible, whatever the bytes', () => {
    const [, good = ''] = spsOf[0] ?? [];
    const broken = fc
      .tuple(fc.nat({ max: 40 }), fc.integer({ min: 0, max: 255 }), fc.nat({ max: 40 }))
      .map(([at, byte, cut]) => {
        const bytes = Buffer.from(hex(good));
        bytes[Math.min(at, bytes.length - 1)] = byte;
        return bytes.subarray(0, Math.max(1, bytes.length - cut));
      });
    const any = fc.oneof(fc.uint8Array({ maxLength: 600 }), broken);
    fc.assert(
      fc.property(any, (bytes) => {
        for (const size of [
          pictureSizeOf(Buffer.from(bytes)),
          pictureSizeOfSps(Buffer.concat([hex('67'), bytes])),
          pictureSizeOfSps(Buffer.from(bytes)),
        ]) {
          if (size === null) continue;
          expect(size.width).toBeGreaterThan(0);
          expect(size.width).toBeLessThanOrEqual(16_384);
          expect(size.height).toBeGreaterThan(0);
          expect(size.height).toBeLessThanOrEqual(16_384);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('video messages', () => {
  it.each([
    ['17 00 000000 01', 'h264', 'header', true],
    ['17 01 000000 01', 'h264', 'key', true],
    ['27 01 000000 01', 'h264', 'inter', true],
    ['17 02 000000', 'h264', 'end', false],
    ['57 01 000000', 'h264', 'other', false],
    ['1c 01 000000 01', 'hevc', 'key', true],
    ['22 00 000000 00', 'h263', 'inter', true],
    ['90 68766331 00', 'hevc', 'header', true],
    ['91 68766331 000000 00', 'hevc', 'key', true],
    ['a3 68766331 00', 'hevc', 'inter', true],
    ['90 61763031 00', 'av1', 'header', true],
    ['91 61763031 00', 'av1', 'key', true],
    ['90 76703039 00', 'vp9', 'header', true],
    // The media server takes these for audio headers: measured, never passed on.
    ['90 61766331 00', 'h264', 'header', false],
    ['91 78787878 00', 'unknown', 'key', false],
    ['96 00 68766331 00', 'hevc', 'header', false],
  ] as const)('%s', (bytes, codec, kind, relayable) => {
    expect(videoPacket(hex(bytes))).toEqual({ codec, kind, relayable });
  });
  it('are null when too short', () => {
    expect(videoPacket(hex('17000000'))).toBeNull();
  });
});

describe('audio messages', () => {
  it.each([
    ['af 00 1210', 'aac', 'header'],
    ['af 01 21', 'aac', 'frame'],
    ['2f ff', 'mp3', 'frame'],
    ['90 4f707573', 'opus', 'header'],
    ['91 61632d33 00', 'ac3', 'frame'],
    ['91 636f6e73 00', 'unknown', 'frame'],
  ])('%s', (bytes, codec, kind) => {
    expect(audioPacket(hex(bytes))).toEqual({ codec, kind });
  });
});

describe('data messages', () => {
  const meta = Buffer.concat([hex('02000a'), Buffer.from('onMetaData'), hex('0800000000000009')]);
  const set = Buffer.concat([hex('02000d'), Buffer.from('@setDataFrame')]);
  it('pass as onMetaData only', () => {
    expect(metadataOf(meta)).toEqual(meta);
    expect(metadataOf(Buffer.concat([set, meta]))).toEqual(meta);
    expect(metadataOf(set)).toBeNull();
    expect(metadataOf(meta.subarray(0, 13))).toBeNull();
    expect(metadataOf(Buffer.concat([hex('020004'), Buffer.from('onFI'), hex('05')]))).toBeNull();
    expect(metadataOf(Buffer.alloc(0))).toBeNull();
  });
});

describe('a stream meter', () => {
  const [, sps = ''] = spsOf[0] ?? [];
  const header = Buffer.concat([hex('1700000000'), record(sps)]);
  const frame = (key: boolean, size: number): Buffer =>
    Buffer.concat([hex(key ? '1701000000' : '2701000000'), Buffer.alloc(size - 5)]);

  it('tells codec, size, rate, frame rate and key-frame distance', () => {
    const meter = createStreamMeter();
    expect(meter.packet(9, 0, header, 0)).toBe(true);
    expect(meter.packet(8, 0, hex('af001210'), 0)).toBe(true);
    let at = 0;
    for (let i = 0; i < 120; i += 1) {
      at = Math.round((i * 1000) / 30);
      expect(meter.packet(9, at, frame(i % 60 === 0, 2500), at)).toBe(false);
    }
    const facts = meter.facts(at);
    expect(facts).toMatchObject({
      videoCodec: 'h264',
      audioCodec: 'aac',
      width: spsOf[0]?.[2],
      height: spsOf[0]?.[3],
      keyframeSeconds: 2,
    });
    expect(facts.fps).toBeCloseTo(30, 1);
    expect(facts.bitrateKbps).toBeGreaterThan(570);
    expect(facts.bitrateKbps).toBeLessThan(630);
    expect(meter.facts(at + 1500).bitrateKbps).toBe(0);
  });
  it('does not take a jump of the timestamps for a slow picture', () => {
    const meter = createStreamMeter();
    for (let i = 0; i < 50; i += 1) meter.packet(9, i * 40, frame(i % 25 === 0, 50), i * 40);
    for (let i = 0; i < 50; i += 1) {
      meter.packet(9, 2 ** 31 + i * 20, frame(i % 25 === 0, 50), 2000 + i * 20);
    }
    expect(meter.facts(3000)).toMatchObject({ fps: 50, keyframeSeconds: 0.5 });
  });
  it('survives anything and never invents numbers', () => {
    const packet = fc.record({
      type: fc.constantFrom(8, 9, 18),
      timestamp: fc.nat({ max: 2 ** 32 - 1 }),
      body: fc.uint8Array({ maxLength: 80 }),
      wait: fc.nat({ max: 5000 }),
    });
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 100 }), (packets) => {
        const meter = createStreamMeter();
        let at = 0;
        for (const p of packets) {
          at += p.wait;
          meter.packet(p.type, p.timestamp, Buffer.from(p.body), at);
          const facts = meter.facts(at);
          expect(facts.bitrateKbps).toBeGreaterThanOrEqual(0);
          expect(Number.isFinite(facts.bitrateKbps)).toBe(true);
          expect(facts.fps === null || facts.fps > 0).toBe(true);
          expect(facts.keyframeSeconds === null || facts.keyframeSeconds > 0).toBe(true);
        }
      }),
    );
  });
});
