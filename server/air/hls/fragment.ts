// What a fragment of an MP4 says of itself: when it begins, how long it lasts, whether a player may join. Pure.
import { childrenOf, findBox, type Box } from './boxes.ts';

export interface Track {
  readonly id: number;
  readonly kind: 'video' | 'audio';
  /** Ticks a second. */
  readonly timescale: number;
}

/** Times in ms on the timeline of the stream, decode order. */
export interface FragmentFacts {
  readonly startMs: number;
  readonly durationMs: number;
  /** It begins with a key frame. */
  readonly independent: boolean;
  /** False for sound alone, as when pictures failed to come for a while. */
  readonly hasVideo: boolean;
}

/** The tracks a `moov` announces. */
export function tracksOf(moov: Box): Track[] {
  return childrenOf(moov.bytes, 8)
    .filter((box) => box.type === 'trak')
    .flatMap((trak) => {
      const header = findBox(trak, ['tkhd']);
      const media = findBox(trak, ['mdia', 'mdhd']);
      const handler = findBox(trak, ['mdia', 'hdlr'])?.bytes.toString('latin1', 16, 20);
      const kind = handler === 'vide' ? 'video' : handler === 'soun' ? 'audio' : null;
      if (!header || !media || !kind) return [];
      return [
        {
          kind,
          id: header.bytes.readUInt32BE(versionOf(header) === 1 ? 28 : 20),
          timescale: media.bytes.readUInt32BE(versionOf(media) === 1 ? 28 : 20),
        } as const,
      ];
    });
}

/** What a `moof` holds, by its video where it has some; null when it holds no samples of `tracks`. */
export function fragmentFacts(moof: Box, tracks: readonly Track[]): FragmentFacts | null {
  const found = childrenOf(moof.bytes, 8)
    .filter((box) => box.type === 'traf')
    .flatMap((traf) => {
      const run = runOf(traf, tracks);
      return run && run.samples > 0 ? [run] : [];
    });
  const run = found.find((r) => r.track.kind === 'video') ?? found[0];
  if (!run) return null;
  const ms = (ticks: number): number => (ticks * 1000) / run.track.timescale;
  const hasVideo = run.track.kind === 'video';
  return {
    startMs: ms(run.start),
    durationMs: ms(run.duration),
    independent: hasVideo && run.sync,
    hasVideo,
  };
}

interface Run {
  readonly track: Track;
  /** Ticks. */
  readonly start: number;
  readonly duration: number;
  readonly samples: number;
  readonly sync: boolean;
}

function runOf(traf: Box, tracks: readonly Track[]): Run | null {
  const boxes = childrenOf(traf.bytes, 8);
  const header = boxes.find((b) => b.type === 'tfhd');
  const time = boxes.find((b) => b.type === 'tfdt');
  const track = tracks.find((t) => t.id === header?.bytes.readUInt32BE(12));
  if (!header || !time || !track) return null;
  const defaults = defaultsOf(header);
  const start =
    versionOf(time) === 1 ? Number(time.bytes.readBigUInt64BE(12)) : time.bytes.readUInt32BE(12);
  let duration = 0;
  let samples = 0;
  let first: number | null = null;
  for (const box of boxes) {
    if (box.type !== 'trun') continue;
    const run = samplesOf(box, defaults);
    duration += run.duration;
    samples += run.count;
    first ??= run.firstFlags;
  }
  return { track, start, duration, samples, sync: first !== null && (first & notSync) === 0 };
}

/** `sample_is_non_sync_sample` of the sample flags. */
const notSync = 0x10000;

interface Defaults {
  readonly duration: number;
  readonly flags: number;
}

/** The optional fields of a `tfhd` stand in this order, each if its flag is set. */
function defaultsOf({ bytes }: Box): Defaults {
  const flags = flagsOf(bytes);
  let at = 16;
  let duration = 0;
  let sampleFlags = 0;
  if (flags & 0x01) at += 8;
  if (flags & 0x02) at += 4;
  if (flags & 0x08) {
    duration = bytes.readUInt32BE(at);
    at += 4;
  }
  if (flags & 0x10) at += 4;
  if (flags & 0x20) sampleFlags = bytes.readUInt32BE(at);
  return { duration, flags: sampleFlags };
}

function samplesOf(
  { bytes }: Box,
  defaults: Defaults,
): { count: number; duration: number; firstFlags: number | null } {
  const flags = flagsOf(bytes);
  const count = bytes.readUInt32BE(12);
  let at = 16;
  if (flags & 0x01) at += 4;
  let firstFlags: number | null = null;
  if (flags & 0x04) {
    firstFlags = bytes.readUInt32BE(at);
    at += 4;
  }
  const own = { duration: (flags & 0x100) !== 0, size: (flags & 0x200) !== 0 };
  const each = (own.duration ? 4 : 0) + (own.size ? 4 : 0);
  const perSample = each + (flags & 0x400 ? 4 : 0) + (flags & 0x800 ? 4 : 0);
  if (count > 0 && firstFlags === null) {
    firstFlags = flags & 0x400 ? bytes.readUInt32BE(at + each) : defaults.flags;
  }
  let duration = own.duration ? 0 : count * defaults.duration;
  if (own.duration) {
    for (let i = 0; i < count; i += 1) duration += bytes.readUInt32BE(at + i * perSample);
  }
  return { count, duration, firstFlags };
}

function versionOf(box: Box): number {
  return box.bytes[8] ?? 0;
}

/** The 24 flags of a full box. */
function flagsOf(bytes: Buffer): number {
  return bytes.readUIntBE(9, 3);
}
