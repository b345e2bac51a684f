// A few seconds of program that can be played for ever: what every kind of slate is made of.
import { StudioError } from '../../core/errors.ts';
import { createFlvParser } from './flv-parser.ts';
import type { FlvTag } from './flv-tag.ts';

/** Headers and one loop of media from a key frame on; timestamps from 0 to below `durationMs`. */
export interface Reel {
  readonly videoHeader: FlvTag;
  readonly audioHeader: FlvTag;
  readonly script: FlvTag | null;
  /** In the order of their timestamps; the first picture is a key frame at 0. */
  readonly media: readonly FlvTag[];
  readonly durationMs: number;
}

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
    .filter((t) => t.type !== 'script' && t.body[1] === 1)
    .map((t) => ({ ...t, timestamp: t.timestamp - key.timestamp }))
    .filter((t) => t.timestamp >= 0 && t.timestamp < durationMs)
    .toSorted((a, b) => a.timestamp - b.timestamp);
  const sounds = media.filter((t) => t.type === 'audio').length;
  const pictures = media.filter((t) => t.type === 'video');
  if (sounds === 0 || !pictures[0]?.key) throw unusable();
  const script = tags.find((t) => t.type === 'script') ?? null;
  return { videoHeader, audioHeader, script, media, durationMs };
}

/** The loop in the bytes of an FLV file. */
export function reelFromFlv(bytes: Buffer, durationMs: number): Reel {
  return reelFromTags(createFlvParser().push(bytes), durationMs);
}

function unusable(): StudioError {
  return new StudioError('invalid', {
    es: 'La imagen de espera no tiene video H.264 y audio AAC completos.',
    en: 'The slate lacks complete H.264 video and AAC audio.',
  });
}
