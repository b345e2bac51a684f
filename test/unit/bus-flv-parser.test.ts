// The FLV parser: any chunking gives the same tags, garbage gives a clean error and bounded memory.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFlvParser } from '../../server/air/bus/flv-parser.ts';
import { flvFileHeader, makeTag, serialiseTag, type FlvTag } from '../../server/air/bus/flv-tag.ts';
import { StudioError } from '../../server/core/errors.ts';

const anyTag = fc
  .record({
    type: fc.constantFrom('audio', 'video', 'script' as const),
    timestamp: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    body: fc.uint8Array({ maxLength: 300 }),
  })
  .map(({ type, timestamp, body }) => makeTag(type, timestamp, Buffer.from(body)));

function cut(bytes: Buffer, sizes: number[]): Buffer[] {
  const out: Buffer[] = [];
  let at = 0;
  for (let i = 0; at < bytes.length; i += 1) {
    const size = sizes[i % sizes.length] ?? 1;
    out.push(bytes.subarray(at, at + size));
    at += size;
  }
  return out;
}

function kind(type: FlvTag['type'], hex: string): string {
  const tag = makeTag(type, 0, Buffer.from(hex, 'hex'));
  return tag.header ? 'header' : tag.key ? 'key' : 'plain';
}

describe('flv parser', () => {
  it('gives the same tags whatever the chunking', () => {
    fc.assert(
      fc.property(
        fc.array(anyTag, { maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 }),
        (tags, sizes) => {
          const bytes = Buffer.concat([flvFileHeader, ...tags.map(serialiseTag)]);
          const parser = createFlvParser();
          expect(cut(bytes, sizes).flatMap((chunk) => parser.push(chunk))).toEqual(tags);
        },
      ),
    );
  });

  it('never gives anything but tags or one clean error on garbage', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }),
        fc.boolean(),
        (chunks, real) => {
          const parser = createFlvParser(4096);
          let failure: unknown = null;
          if (real) parser.push(flvFileHeader);
          for (const chunk of chunks) {
            try {
              for (const tag of parser.push(Buffer.from(chunk))) {
                expect(tag.body.length).toBeLessThanOrEqual(4096);
              }
            } catch (error) {
              expect(error).toBeInstanceOf(StudioError);
              expect((error as StudioError).code).toBe('invalid');
              if (failure) expect(error).toBe(failure);
              failure = error;
            }
          }
        },
      ),
    );
  });

  it('refuses a tag that announces more than the cap before holding any of it', () => {
    const parser = createFlvParser(1000);
    parser.push(flvFileHeader);
    const announced = Buffer.from('09000400000000000000000000', 'hex');
    expect(() => parser.push(announced)).toThrow(/tag size/);
  });

  it('names what was wrong', () => {
    expect(() => createFlvParser().push(Buffer.from('GIF89a....'))).toThrow(/signature/);
    const wrongEnd = serialiseTag(makeTag('audio', 5, Buffer.from([0xaf, 1, 2])));
    const bytes = Buffer.from(wrongEnd);
    bytes.writeUInt32BE(99, bytes.length - 4);
    expect(() => createFlvParser().push(Buffer.concat([flvFileHeader, bytes]))).toThrow(/tag end/);
  });

  it('reads headers that announce extra bytes', () => {
    const long = Buffer.concat([Buffer.from('464c5601050000000b', 'hex'), Buffer.alloc(2 + 4)]);
    const tag = makeTag('audio', 5, Buffer.from([0xaf, 1, 2]));
    expect(createFlvParser().push(Buffer.concat([long, serialiseTag(tag)]))).toEqual([tag]);
  });
});

describe('flv tags', () => {
  it('tells sequence headers and key frames from the rest', () => {
    expect(kind('video', '170000000001640028')).toBe('header');
    expect(kind('video', '17010000000000000165')).toBe('key');
    expect(kind('video', '27010000000000000141')).toBe('plain');
    expect(kind('video', '1702000000')).toBe('plain');
    expect(kind('audio', 'af001190')).toBe('header');
    expect(kind('audio', 'af0121')).toBe('plain');
    expect(kind('video', '9168766331')).toBe('plain');
    expect(kind('script', '02000a')).toBe('plain');
  });

  it('writes timestamps modulo 2^32 with the extended byte', () => {
    const bytes = serialiseTag(makeTag('audio', 2 ** 32 + 2 ** 24 + 7, Buffer.from([0xaf, 1])));
    expect(bytes.toString('hex')).toBe('0800000200000701000000af010000000d');
    expect(serialiseTag(makeTag('audio', -1, Buffer.from([0])))[7]).toBe(0xff);
  });

  it('writes each tag once for all its readers', () => {
    const tag = makeTag('video', 1, Buffer.from([0x27, 1, 0, 0, 0, 9]));
    expect(serialiseTag(tag)).toBe(serialiseTag(tag));
  });
});
