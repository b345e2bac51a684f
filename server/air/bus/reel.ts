// A few seconds of program that can be played for ever: what every kind of slate is made of.
import { StudioError } from '../../core/errors.ts';
import { aacFormat } from './aac.ts';
import { createFlvParser } from './flv-parser.ts';
import { flvFileHeader, makeTag, retimed, serialiseTag, type FlvTag } from './flv-tag.ts';

/** Headers and one loop of media from a key frame on; timestamps from 0. */
export interface Reel {
  readonly videoHeader: FlvTag;
  readonly audioHeader: FlvTag;
  readonly script: FlvTag | null;
  /** In decoding order, below `durationMs`; the first is a key frame at 0. */
  readonly pictures: readonly FlvTag[];
  /** In order; may reach a frame or two past `durationMs`, for rounds that need one more. */
  readonly sounds: readonly FlvTag[];
  readonly durationMs: number;
  /** Length of one AAC frame in ms, not rounded. */
  readonly frameMs: number;
}

/** Whole AAC frames rarely fill a loop: rounds take turns with one more or one less. */
const spareFrames = 2;
/** A measured frame length this near to the format's own is that one, seen through rounded times. */
const nearly = 0.02;

/** Cuts a loop of `durationMs` out of tags, from their first key frame; throws `invalid` without one. */
export function reelFromTags(tags: readonly FlvTag[], durationMs: number): Reel {
  const headerOf = (type: FlvTag['type']): FlvTag | undefined =>
    tags.find((t) => t.type === type && t.header);
  const videoHeader = headerOf('video');
  const audioHeader = headerOf('audio');
  const key = tags.find((t) => t.key);
  if (!videoHeader || !audioHeader || !key) throw unusable();
  const media = tags
    // Packet type 1 is media; encoders end a file with an empty "end of sequence".
    .filter((t) => t.type !== 'script' && t.body[1] === 1 && t.timestamp >= key.timestamp)
    .map((t) => retimed(t, t.timestamp - key.timestamp))
    .toSorted((a, b) => a.timestamp - b.timestamp);
  const pictures = media.filter((t) => t.type === 'video' && t.timestamp < durationMs);
  const heard = media.filter((t) => t.type === 'audio');
  const frameMs = frameLength(audioHeader, heard);
  const sounds = heard.filter((t) => t.timestamp < durationMs + spareFrames * frameMs);
  if (!sounds[0] || sounds[0].timestamp >= durationMs || !pictures[0]?.key) throw unusable();
  const script = tags.find((t) => t.type === 'script') ?? null;
  return { videoHeader, audioHeader, script, pictures, sounds, durationMs, frameMs };
}

/** The loop in the bytes of an FLV file; its length is read from the file's end when not given. */
export function reelFromFlv(bytes: Buffer, durationMs?: number): Reel {
  const tags = createFlvParser().push(bytes);
  return reelFromTags(tags, durationMs ?? lengthOf(tags));
}

/** The reel as the pieces of an FLV file, closed by an end of sequence at its length. */
export function reelAsFlv(reel: Reel): Buffer[] {
  const media = [...reel.pictures, ...reel.sounds].toSorted((a, b) => a.timestamp - b.timestamp);
  const end = makeTag('video', reel.durationMs, Buffer.from('1702000000', 'hex'));
  const tags = [reel.script, reel.videoHeader, reel.audioHeader, ...media, end];
  return [flvFileHeader, ...tags.flatMap((tag) => (tag ? [serialiseTag(tag)] : []))];
}

function lengthOf(tags: readonly FlvTag[]): number {
  const end = tags.findLast((t) => t.type === 'video' && t.body[1] === 2);
  if (!end) throw unusable();
  return end.timestamp;
}

/** By the format; by the frames themselves where they say something else. */
function frameLength(header: FlvTag, sounds: readonly FlvTag[]): number {
  const told = aacFormat(header.body)?.frameMs ?? null;
  const [first, last] = [sounds[0], sounds.at(-1)];
  if (!first || !last || first === last) return told ?? 1024 / 48;
  const seen = (last.timestamp - first.timestamp) / (sounds.length - 1);
  if (told !== null && Math.abs(seen - told) < told * nearly) return told;
  return Math.max(1, seen);
}

function unusable(): StudioError {
  return new StudioError('invalid', {
    es: 'La imagen de espera no tiene video H.264 y audio AAC completos.',
    en: 'The slate lacks complete H.264 video and AAC audio.',
  });
}
