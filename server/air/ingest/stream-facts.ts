// Codec, size, rate and key-frame distance of one stream, measured on its packets.
import type { StreamFacts } from '../../contract/air.ts';
import { audioPacket, videoPacket } from './media-packet.ts';
import { pictureSizeOf } from './avc-sps.ts';

export interface StreamMeter {
  /**
   * Counts one media message: RTMP type (8 audio, 9 video), timestamp in ms modulo 2^32, its data,
   * and the monotonic ms at which it arrived. Returns true when codec or size became known or changed.
   */
  packet(type: number, timestamp: number, body: Buffer, atMs: number): boolean;
  /** What was measured, as of monotonic ms `atMs`; the bitrate covers the last second. */
  facts(atMs: number): StreamFacts;
}

const bucketMs = 100;
const buckets = 10;
/** Enough frames to average out timestamps rounded to whole ms. */
const frameWindow = 90;

/** A meter for one publishing session; memory bounded whatever arrives. */
export function createStreamMeter(): StreamMeter {
  let videoCodec: string | null = null;
  let audioCodec: string | null = null;
  let width: number | null = null;
  let height: number | null = null;
  let keyframeSeconds: number | null = null;
  let lastKey: number | null = null;
  let frames: number[] = [];
  let startedAt: number | null = null;
  const counts = Array.from({ length: buckets + 1 }, () => ({ slot: -1, bytes: 0 }));

  function count(bytes: number, atMs: number): void {
    startedAt ??= atMs;
    const slot = Math.floor(atMs / bucketMs);
    const index = slot % counts.length;
    const here = counts[index];
    counts[index] = here?.slot === slot ? { slot, bytes: here.bytes + bytes } : { slot, bytes };
  }

  function frame(timestamp: number, key: boolean): void {
    const last = frames.at(-1);
    // A jump is a new timeline (encoder restart, wrap), not a slow frame.
    if (last !== undefined && (timestamp < last || timestamp - last > 5000)) {
      frames = [];
      lastKey = null;
    }
    frames.push(timestamp);
    if (frames.length > frameWindow) frames.shift();
    if (!key) return;
    if (lastKey !== null && timestamp > lastKey) keyframeSeconds = (timestamp - lastKey) / 1000;
    lastKey = timestamp;
  }

  function fps(): number | null {
    const first = frames[0];
    const last = frames.at(-1);
    if (first === undefined || last === undefined || frames.length < 10 || last <= first) {
      return null;
    }
    return Math.round(((frames.length - 1) * 100_000) / (last - first)) / 100;
  }

  return {
    packet(type, timestamp, body, atMs) {
      count(body.length, atMs);
      const before = `${videoCodec}/${audioCodec}/${width}x${height}`;
      if (type === 9) {
        const video = videoPacket(body);
        if (video && video.kind !== 'other') videoCodec = video.codec;
        if (video?.kind === 'header' && video.codec === 'h264') {
          // Both the classic and the enhanced header put the record after five bytes.
          const size = pictureSizeOf(body.subarray(5));
          width = size?.width ?? null;
          height = size?.height ?? null;
        }
        if (video?.kind === 'key' || video?.kind === 'inter')
          frame(timestamp, video.kind === 'key');
      } else if (type === 8) {
        const audio = audioPacket(body);
        if (audio) audioCodec = audio.codec;
      }
      return before !== `${videoCodec}/${audioCodec}/${width}x${height}`;
    },
    facts(atMs) {
      const slot = Math.floor(atMs / bucketMs);
      let bytes = 0;
      for (const c of counts) {
        if (c.slot >= slot - buckets && c.slot < slot) bytes += c.bytes;
      }
      // Before a whole second has passed, divide by what has.
      const span = Math.min(buckets * bucketMs, Math.max(bucketMs, atMs - (startedAt ?? atMs)));
      return {
        videoCodec,
        audioCodec,
        width,
        height,
        fps: fps(),
        bitrateKbps: Math.round((bytes * 8) / span),
        keyframeSeconds,
      };
    },
  };
}
