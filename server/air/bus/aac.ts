// What an AAC sequence header says, and frames of silence in its format.
import { makeTag, type FlvTag } from './flv-tag.ts';

export interface AacFormat {
  /** Samples per second of the core, which is what a frame's length is counted in. */
  readonly rate: number;
  readonly channels: 1 | 2;
  /** Length of one frame of 1024 samples in ms, not rounded. */
  readonly frameMs: number;
}

const rates = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000,
  7350,
];
/** AAC-LC, and the two that keep an LC core inside: HE-AAC and HE-AAC v2. */
const lowComplexity = new Set([2, 5, 29]);

/**
 * The format in an AAC sequence header's tag data (FLV byte, packet type, AudioSpecificConfig); null
 * for object types, rates and channel layouts that no encoder of ours sends.
 */
export function aacFormat(header: Buffer): AacFormat | null {
  if (header.length < 4) return null;
  const bits = header.readUInt16BE(2);
  const rate = rates[(bits >> 7) & 0x0f];
  const channels = (bits >> 3) & 0x0f;
  if (!lowComplexity.has(bits >> 11) || !rate || (channels !== 1 && channels !== 2)) return null;
  return { rate, channels, frameMs: (1024 / rate) * 1000 };
}

/** One raw AAC-LC frame without a sound in it; the same at every rate. */
const silence = {
  1: Buffer.from('af0100c800802380', 'hex'),
  2: Buffer.from('af01210049900219002380', 'hex'),
} as const;

/** A frame of silence as a tag at `timestamp`. */
export function silentFrame(channels: AacFormat['channels'], timestamp: number): FlvTag {
  return makeTag('audio', timestamp, silence[channels]);
}

/** Sequence header of AAC-LC, stereo, 48 kHz: for a source that never said what its sound is. */
export function plainAacHeader(): FlvTag {
  return makeTag('audio', 0, Buffer.from('af001190', 'hex'));
}
