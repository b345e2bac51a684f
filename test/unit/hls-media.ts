// Fragmented MP4 as a muxer writes it, made by hand: one video track (1) and one audio track (2).
import { makeBox } from '../../server/air/hls/boxes.ts';

const full = (type: string, version: number, flags: number, ...parts: Buffer[]): Buffer =>
  makeBox(type, Buffer.from([version, flags >> 16, (flags >> 8) & 255, flags & 255]), ...parts);
const words = (...values: number[]): Buffer => {
  const out = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => out.writeUInt32BE(value >>> 0, i * 4));
  return out;
};

/** Ticks a second of the two tracks. */
export const videoScale = 16_000;
export const audioScale = 48_000;

/** A real AVCDecoderConfigurationRecord of 640×360. */
export const avc640 = Buffer.from(
  '0164001effe1001a6764001eacd940a02ff970110000030001000003003c0f162d9601000468ef8fcbfdf8f800',
  'hex',
);
/** AAC-LC, 48 kHz, stereo. */
export const aacStereo = Buffer.from('1190', 'hex');

function track(id: number, handler: string, timescale: number, entry: string): Buffer {
  const tail = Buffer.alloc(60);
  // The size shown, 16.16 fixed point: 1280×720.
  tail.writeUInt32BE(1280 * 65_536, 52);
  tail.writeUInt32BE(720 * 65_536, 56);
  const stbl = makeBox(
    'stbl',
    full('stsd', 0, 0, words(1), makeBox(entry, Buffer.from('of the muxer'))),
    full('stts', 0, 0, words(0)),
  );
  return makeBox(
    'trak',
    full('tkhd', 0, 3, words(0, 0, id, 0), tail),
    makeBox(
      'mdia',
      full('mdhd', 0, 0, words(0, 0, timescale, 0, 0)),
      full('hdlr', 0, 0, words(0), Buffer.from(handler), Buffer.alloc(13)),
      makeBox('minf', stbl),
    ),
  );
}

export const ftyp = makeBox('ftyp', Buffer.from('iso5'), words(512), Buffer.from('iso5mp41'));
export const moov = makeBox(
  'moov',
  full('mvhd', 0, 0, Buffer.alloc(96)),
  track(1, 'vide', videoScale, 'avc1'),
  track(2, 'soun', audioScale, 'mp4a'),
);

export interface FragmentWish {
  /** ms. */
  readonly startMs: number;
  readonly frames: number;
  readonly frameMs?: number;
  readonly key?: boolean;
  /** Bytes of the mdat. */
  readonly size?: number;
  readonly video?: boolean;
}

/** A fragment as ffmpeg writes it: `moof` and `mdat`. */
export function fragment(wish: FragmentWish): Buffer {
  const { startMs, frames, frameMs = 40, key = false, size = 100, video = true } = wish;
  const time = (scale: number): Buffer => {
    const out = Buffer.alloc(8);
    out.writeBigUInt64BE(BigInt(Math.round((startMs * scale) / 1000)));
    return out;
  };
  const each = (frameMs * videoScale) / 1000;
  // Default duration, size and flags; the first sample's flags where it is a key frame.
  const videoTraf = makeBox(
    'traf',
    full('tfhd', 0, 0x20038, words(1, each, 10, 0x1010000)),
    full('tfdt', 1, 0, time(videoScale)),
    key
      ? full('trun', 0, 0x205, words(frames, 0, 0x2000000), words(...Array<number>(frames).fill(7)))
      : full(
          'trun',
          0,
          0x301,
          words(frames, 0),
          words(...Array.from({ length: frames * 2 }, (_, i) => (i % 2 === 0 ? each : 7))),
        ),
  );
  const sounds = Math.round((frames * frameMs * audioScale) / 1000 / 1024);
  const audioTraf = makeBox(
    'traf',
    full('tfhd', 0, 0x20038, words(2, 1024, 10, 0x2000000)),
    full('tfdt', 1, 0, time(audioScale)),
    full('trun', 0, 0x201, words(sounds, 0), words(...Array<number>(sounds).fill(7))),
  );
  const moof = makeBox(
    'moof',
    full('mfhd', 0, 0, words(1)),
    ...(video ? [videoTraf, audioTraf] : [audioTraf]),
  );
  return Buffer.concat([moof, makeBox('mdat', Buffer.alloc(size))]);
}
