// Parameter sets inside key frames: exact by literals, harmless on anything malformed.
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { withParameterSets } from '../../server/air/bus/parameter-sets.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** One SPS 67 aa bb and one PPS 68 cc, NAL lengths of 4 bytes. */
const header = hex('17 00 000000 01 64001f ff e1 0003 67aabb 01 0002 68cc');
const sets = '00000003 67aabb 00000002 68cc';

it('puts SPS and PPS before the first unit', () => {
  const frame = hex('17 01 000000 00000003 650102');
  expect(withParameterSets(frame, header)).toEqual(hex(`17 01 000000 ${sets} 00000003 650102`));
});

it('keeps an access unit delimiter first', () => {
  const frame = hex('17 01 000000 00000002 09f0 00000003 650102');
  expect(withParameterSets(frame, header)).toEqual(
    hex(`17 01 000000 00000002 09f0 ${sets} 00000003 650102`),
  );
});

it('leaves a frame alone that brings its own, and one it cannot read', () => {
  for (const frame of [
    hex('17 01 000000 00000003 67aabb 00000003 650102'),
    hex('17 01 000000 00000009 650102'),
    hex('17 01 000000'),
    hex('17 01'),
    hex('17 01 000000 00000000 65'),
  ]) {
    expect(withParameterSets(frame, header)).toBe(frame);
  }
  const good = hex('17 01 000000 00000003 650102');
  expect(withParameterSets(good, hex('17 00 000000 01 64001f ff e1 0009 67'))).toBe(good);
  expect(withParameterSets(good, hex('17 00'))).toBe(good);
});

it('writes lengths as long as the stream has them', () => {
  const short = hex('17 00 000000 01 64001f fd e1 0003 67aabb 01 0002 68cc');
  expect(withParameterSets(hex('17 01 000000 0003 650102'), short)).toEqual(
    hex('17 01 000000 0003 67aabb 0002 68cc 0003 650102'),
  );
});

it('never throws and never loses a byte of the frame', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.uint8Array({ maxLength: 60 }),
      (frame, record) => {
        const before = Buffer.from(frame);
        const after = withParameterSets(before, Buffer.from(record));
        expect(after.length).toBeGreaterThanOrEqual(before.length);
        const tail = before.length - Math.min(5, before.length);
        expect(after.subarray(0, 5)).toEqual(before.subarray(0, 5));
        expect(after.subarray(after.length - Math.max(0, tail - 20))).toEqual(
          before.subarray(before.length - Math.max(0, tail - 20)),
        );
      },
    ),
  );
});
