// The initialisation segment players begin with, for the program's present headers. Pure.
//
// The muxer writes its `moov` once, for the headers it began with. When the program changes to
// pictures of another encoder (the slate, a backup) its samples go on as they are, and only the
// sample descriptions here have to be those of the new headers.
import { pictureSizeOf } from '../ingest/avc-sps.ts';
import { childrenOf, findBox, makeBox, type Box } from './boxes.ts';

/** Decoder configurations as FLV carries them; null where the program has none. */
export interface ProgramHeaders {
  /** AVCDecoderConfigurationRecord (ISO 14496-15). */
  readonly avc: Buffer | null;
  /** AudioSpecificConfig (ISO 14496-3). */
  readonly aac: Buffer | null;
}

/** `ftyp` and `moov` of the muxer, with the sample descriptions of `headers`. */
export function initSegment(ftyp: Box, moov: Box, headers: ProgramHeaders): Buffer {
  const parts = childrenOf(moov.bytes, 8).map((box) =>
    box.type === 'trak' ? trackWith(box, headers) : box.bytes,
  );
  return Buffer.concat([ftyp.bytes, makeBox('moov', ...parts)]);
}

function trackWith(trak: Box, { avc, aac }: ProgramHeaders): Buffer {
  const handler = findBox(trak, ['mdia', 'hdlr'])?.bytes.toString('latin1', 16, 20);
  if (handler === 'vide' && avc) {
    // A size that cannot be read stays the muxer's own: a decoder takes it from the SPS anyway.
    const size = pictureSizeOf(avc) ?? sizeIn(trak);
    return replaced(trak, {
      tkhd: (box) => shownSize(box, size.width, size.height),
      stsd: () => descriptions(avc1(avc, size.width, size.height)),
    });
  }
  if (handler === 'soun' && aac) return replaced(trak, { stsd: () => descriptions(mp4a(aac)) });
  return trak.bytes;
}

/** Containers on the way to what is replaced. */
const containers = new Set(['trak', 'mdia', 'minf', 'stbl']);

/** `box` with every box below it whose type is in `by` replaced. */
function replaced(box: Box, by: Readonly<Record<string, (old: Box) => Buffer>>): Buffer {
  const change = by[box.type];
  if (change) return change(box);
  if (!containers.has(box.type)) return box.bytes;
  return makeBox(box.type, ...childrenOf(box.bytes, 8).map((child) => replaced(child, by)));
}

/** Width and height are the last two fields of a `tkhd`, 16.16 fixed point. */
function shownSize(tkhd: Box, width: number, height: number): Buffer {
  const out = Buffer.from(tkhd.bytes);
  out.writeUInt32BE(width * 65_536, out.length - 8);
  out.writeUInt32BE(height * 65_536, out.length - 4);
  return out;
}

function sizeIn(trak: Box): { width: number; height: number } {
  const header = findBox(trak, ['tkhd'])?.bytes;
  if (!header) return { width: 0, height: 0 };
  return {
    width: header.readUInt16BE(header.length - 8),
    height: header.readUInt16BE(header.length - 4),
  };
}

function descriptions(entry: Buffer): Buffer {
  return makeBox('stsd', Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]), entry);
}

function avc1(avc: Buffer, width: number, height: number): Buffer {
  const entry = Buffer.alloc(78);
  entry.writeUInt16BE(1, 6);
  entry.writeUInt16BE(width, 24);
  entry.writeUInt16BE(height, 26);
  // 72 dots an inch, one frame a sample, 24 bits of colour, no colour table: as every writer says.
  entry.writeUInt32BE(0x480000, 28);
  entry.writeUInt32BE(0x480000, 32);
  entry.writeUInt16BE(1, 40);
  entry.writeUInt16BE(24, 74);
  entry.writeInt16BE(-1, 76);
  return makeBox('avc1', entry, makeBox('avcC', avc));
}

function mp4a(aac: Buffer): Buffer {
  const { rate, channels } = soundOf(aac);
  const entry = Buffer.alloc(28);
  entry.writeUInt16BE(1, 6);
  entry.writeUInt16BE(channels, 16);
  entry.writeUInt16BE(16, 18);
  entry.writeUInt32BE(rate < 65_536 ? rate * 65_536 : 0, 24);
  // AAC (0x40) in an audio stream (0x15); buffer and bitrates unknown.
  const config = Buffer.from([0x40, 0x15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  const decoder = descriptor(4, config, descriptor(5, aac));
  const stream = descriptor(3, Buffer.from([0, 1, 0]), decoder, descriptor(6, Buffer.from([2])));
  return makeBox('mp4a', entry, makeBox('esds', Buffer.alloc(4), stream));
}

/** A descriptor of ISO 14496-1; its length in four bytes of seven bits each. */
function descriptor(tag: number, ...parts: readonly Buffer[]): Buffer {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const length = [21, 14, 7, 0].map((shift, i) => ((size >> shift) & 0x7f) | (i < 3 ? 0x80 : 0));
  return Buffer.concat([Buffer.from([tag, ...length]), ...parts]);
}

const rates = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000,
  7350,
];

/** Rate and channels of an AudioSpecificConfig; 48 kHz stereo where it says neither. */
function soundOf(aac: Buffer): { rate: number; channels: number } {
  const bits = ((aac[0] ?? 0) << 8) | (aac[1] ?? 0);
  const index = (bits >> 7) & 15;
  const channels = (bits >> 3) & 15;
  return { rate: rates[index] ?? 48_000, channels: channels === 0 || channels > 8 ? 2 : channels };
}
