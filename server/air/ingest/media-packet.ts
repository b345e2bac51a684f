// What one RTMP/FLV media message carries, read from its first bytes; classic and enhanced RTMP.

/** `header` decoder configuration; `key`/`inter` a picture; `end` of a sequence; `other` anything else. */
export interface VideoPacket {
  readonly codec: string;
  readonly kind: 'header' | 'key' | 'inter' | 'end' | 'other';
  /** Whether the media server can pass it on without taking it for something else. */
  readonly relayable: boolean;
}

export interface AudioPacket {
  readonly codec: string;
  readonly kind: 'header' | 'frame';
}

const classicVideo: Readonly<Record<number, string>> = {
  2: 'h263',
  3: 'screen',
  4: 'vp6',
  5: 'vp6',
  6: 'screen',
  7: 'h264',
  9: 'mpeg4',
  // Not in Adobe's list, but what Chinese encoders send for HEVC.
  12: 'hevc',
};

const classicAudio: Readonly<Record<number, string>> = {
  0: 'pcm',
  1: 'adpcm',
  2: 'mp3',
  3: 'pcm',
  4: 'nellymoser',
  5: 'nellymoser',
  6: 'nellymoser',
  7: 'pcm-alaw',
  8: 'pcm-mulaw',
  10: 'aac',
  11: 'speex',
  14: 'mp3',
};

const fourccs: Readonly<Record<string, string>> = {
  avc1: 'h264',
  hvc1: 'hevc',
  hev1: 'hevc',
  av01: 'av1',
  vp08: 'vp8',
  vp09: 'vp9',
  mp4a: 'aac',
  Opus: 'opus',
  'ac-3': 'ac3',
  'ec-3': 'eac3',
  fLaC: 'flac',
  '.mp3': 'mp3',
};

/** The enhanced codecs node-media-server knows; it takes others for audio headers. */
const relayedFourccs = new Set(['av01', 'vp09', 'hvc1']);

/** Codec and kind of a video message; null when it is too short to be one. */
export function videoPacket(body: Buffer): VideoPacket | null {
  if (body.length < 5) return null;
  const first = body[0] ?? 0;
  if (first & 0x80) return enhancedVideo(body, first);
  const codec = classicVideo[first & 0x0f] ?? 'unknown';
  const frame = first >> 4;
  if (codec !== 'h264') {
    return { codec, kind: frame === 1 ? 'key' : frame === 5 ? 'other' : 'inter', relayable: true };
  }
  const type = body[1];
  const kind =
    frame === 5
      ? 'other'
      : type === 0
        ? 'header'
        : type === 2
          ? 'end'
          : type === 1
            ? frame === 1
              ? 'key'
              : 'inter'
            : 'other';
  return { codec, kind, relayable: kind === 'header' || kind === 'key' || kind === 'inter' };
}

function enhancedVideo(body: Buffer, first: number): VideoPacket {
  const frame = (first >> 4) & 0x07;
  let type = first & 0x0f;
  let at = 1;
  if (type === 6) {
    // Multitrack: one byte of track kind and the inner packet type, then the codec.
    type = (body[1] ?? 0) & 0x0f;
    at = 2;
  }
  const fourcc = body.toString('latin1', at, at + 4);
  const codec = codecOf(fourcc);
  const kind =
    type === 0
      ? 'header'
      : type === 1 || type === 3
        ? frame === 1
          ? 'key'
          : 'inter'
        : type === 2
          ? 'end'
          : 'other';
  return { codec, kind, relayable: at === 1 && type <= 4 && relayedFourccs.has(fourcc) };
}

/** Codec and kind of an audio message; null when it is too short to be one. */
export function audioPacket(body: Buffer): AudioPacket | null {
  if (body.length < 2) return null;
  const format = (body[0] ?? 0) >> 4;
  if (format === 9) {
    if (body.length < 5) return null;
    const type = (body[0] ?? 0) & 0x0f;
    return {
      codec: codecOf(body.toString('latin1', 1, 5)),
      kind: type === 0 ? 'header' : 'frame',
    };
  }
  const codec = classicAudio[format] ?? 'unknown';
  return { codec, kind: codec === 'aac' && body[1] === 0 ? 'header' : 'frame' };
}

function codecOf(fourcc: string): string {
  return Object.hasOwn(fourccs, fourcc) ? (fourccs[fourcc] ?? 'unknown') : 'unknown';
}

const setDataFrame = Buffer.from('02000d40736574446174614672616d65', 'hex');
const onMetaData = Buffer.from('02000a6f6e4d65746144617461', 'hex');

/**
 * A data message as readers of FLV expect it (`onMetaData` first, without RTMP's `@setDataFrame`);
 * null for every other data message: the media server would hand it to joiners as the metadata.
 */
export function metadataOf(body: Buffer): Buffer | null {
  const inner = body.subarray(0, setDataFrame.length).equals(setDataFrame)
    ? body.subarray(setDataFrame.length)
    : body;
  const named = inner.subarray(0, onMetaData.length).equals(onMetaData);
  return named && inner.length > onMetaData.length ? inner : null;
}
