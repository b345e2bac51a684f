// Picture size out of an AVC decoder configuration record (ISO 14496-15) and its SPS (H.264 §7.3.2.1.1).

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Size of the picture in an AVCDecoderConfigurationRecord; null when it is not one. Never throws. */
export function pictureSizeOf(record: Buffer): PictureSize | null {
  if (record.length < 8 || record[0] !== 1) return null;
  const count = (record[5] ?? 0) & 0x1f;
  const length = record.readUInt16BE(6);
  if (count === 0 || length < 4 || 8 + length > record.length) return null;
  return pictureSizeOfSps(record.subarray(8, 8 + length));
}

/** Size of the picture an SPS NAL unit describes, cropping applied; null when it is malformed. */
export function pictureSizeOfSps(nal: Buffer): PictureSize | null {
  if (((nal[0] ?? 0) & 0x1f) !== 7) return null;
  const bits = bitReader(withoutEmulation(nal.subarray(1)));
  const profile = bits.u(8);
  bits.u(16);
  bits.ue();
  let chroma = 1;
  let separate = false;
  if (highProfiles.has(profile)) {
    chroma = bits.ue();
    if (chroma === 3) separate = bits.u(1) === 1;
    bits.ue();
    bits.ue();
    bits.u(1);
    if (bits.u(1) === 1) {
      for (let i = 0; i < (chroma === 3 ? 12 : 8); i += 1) {
        if (bits.u(1) === 1) skipScalingList(bits, i < 6 ? 16 : 64);
      }
    }
  }
  bits.ue();
  const order = bits.ue();
  if (order === 0) {
    bits.ue();
  } else if (order === 1) {
    bits.u(1);
    bits.ue();
    bits.ue();
    const cycle = bits.ue();
    if (cycle > 255) return null;
    for (let i = 0; i < cycle; i += 1) bits.ue();
  }
  bits.ue();
  bits.u(1);
  const widthUnits = bits.ue() + 1;
  const heightUnits = bits.ue() + 1;
  const frameOnly = bits.u(1);
  if (frameOnly === 0) bits.u(1);
  bits.u(1);
  const crop = { left: 0, right: 0, top: 0, bottom: 0 };
  if (bits.u(1) === 1) {
    crop.left = bits.ue();
    crop.right = bits.ue();
    crop.top = bits.ue();
    crop.bottom = bits.ue();
  }
  if (bits.failed || chroma > 3) return null;
  const chromaArray = separate ? 0 : chroma;
  const cropX = chromaArray === 1 || chromaArray === 2 ? 2 : 1;
  const cropY = (chromaArray === 1 ? 2 : 1) * (2 - frameOnly);
  const width = widthUnits * 16 - (crop.left + crop.right) * cropX;
  const height = heightUnits * 16 * (2 - frameOnly) - (crop.top + crop.bottom) * cropY;
  return plausible(width) && plausible(height) ? { width, height } : null;
}

const highProfiles = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 134, 135, 138, 139]);

function plausible(size: number): boolean {
  return Number.isInteger(size) && size >= 1 && size <= 16_384;
}

/** Drops the 03 of each 00 00 03: an SPS never needs more than its first 512 bytes. */
function withoutEmulation(data: Buffer): Buffer {
  const out: number[] = [];
  let zeros = 0;
  for (const byte of data.subarray(0, 512)) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out.push(byte);
  }
  return Buffer.from(out);
}

interface BitReader {
  /** `n` ≤ 32 bits as an unsigned number; 0 past the end. */
  u(n: number): number;
  /** An Exp-Golomb code; its sign does not matter to anyone here. */
  ue(): number;
  /** True once anything was read past the end or too long to be a code. */
  readonly failed: boolean;
}

function bitReader(data: Buffer): BitReader {
  let at = 0;
  let failed = false;
  function bit(): number {
    const byte = data[at >> 3];
    if (byte === undefined) {
      failed = true;
      return 0;
    }
    const value = (byte >> (7 - (at & 7))) & 1;
    at += 1;
    return value;
  }
  function u(n: number): number {
    let value = 0;
    for (let i = 0; i < n; i += 1) value = value * 2 + bit();
    return value;
  }
  return {
    u,
    ue() {
      let zeros = 0;
      while (!failed && bit() === 0) zeros += 1;
      if (failed || zeros > 31) {
        failed = true;
        return 0;
      }
      return 2 ** zeros - 1 + u(zeros);
    },
    get failed() {
      return failed;
    },
  };
}

function skipScalingList(bits: BitReader, size: number): void {
  let last = 8;
  let next = 8;
  for (let i = 0; i < size && !bits.failed; i += 1) {
    if (next !== 0) {
      const code = bits.ue();
      const delta = code % 2 === 1 ? (code + 1) / 2 : -(code / 2);
      next = (((last + delta) % 256) + 256) % 256;
    }
    if (next !== 0) last = next;
  }
}
