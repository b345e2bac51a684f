// How much of a recording that was cut short can be kept: its whole fragments, and nothing after them.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wholeFragments } from '../../server/air/outputs/recording-fragments.ts';

describe('whole fragments', () => {
  const box = (type: string, length: number) => {
    const bytes = Buffer.alloc(8 + length, 7);
    bytes.writeUInt32BE(bytes.length, 0);
    bytes.write(type, 4, 'latin1');
    return bytes;
  };
  const large = Buffer.concat([Buffer.alloc(16), Buffer.alloc(30)]);
  large.writeUInt32BE(1, 0);
  large.write('mdat', 4, 'latin1');
  large.writeBigUInt64BE(46n, 8);
  const head = Buffer.concat([box('ftyp', 20), box('moov', 300)]);
  const fragment = (length: number) => [box('moof', 60), box('mdat', length)];
  const whole = (bytes: Buffer) =>
    wholeFragments(async (at, length) => bytes.subarray(at, at + length), bytes.length);

  test('an ended file is whole to its last byte, index included', async () => {
    const file = Buffer.concat([head, ...fragment(500), ...fragment(70), box('mfra', 40)]);
    expect(await whole(file)).toEqual({ bytes: file.length, media: true });
    const wide = Buffer.concat([head, box('moof', 60), large]);
    expect(await whole(wide)).toEqual({ bytes: wide.length, media: true });
  });

  test('without a fragment there is nothing in it', async () => {
    expect(await whole(Buffer.alloc(0))).toEqual({ bytes: 0, media: false });
    expect(await whole(head)).toEqual({ bytes: head.length, media: false });
    expect(await whole(Buffer.alloc(5000))).toEqual({ bytes: 0, media: false });
  });

  test('cut anywhere, exactly the fragments before the cut are kept', async () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(lengths, fc.double({ min: 0, max: 1, noNaN: true }), async (all, share) => {
        const ends = [head.length];
        const parts = [head];
        for (const length of all) {
          parts.push(...fragment(length));
          ends.push(ends.at(-1)! + 68 + 8 + length);
        }
        const file = Buffer.concat(parts);
        const cut = Math.floor(share * file.length);
        const expected = ends.findLast((end) => end <= cut);
        const { bytes, media } = await whole(file.subarray(0, cut));
        if (expected !== undefined) expect(bytes).toBe(expected);
        expect(media).toBe((expected ?? 0) > head.length);
      }),
    );
  });

  test('rubbish never reads past its end or for ever', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        const found = await whole(Buffer.from(bytes));
        expect(found.bytes).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});
