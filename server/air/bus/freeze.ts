// The last rung of the ladder: the last picture, again and again, with silence.
import { aacFormat, plainAacHeader, silentFrame } from './aac.ts';
import { retimed } from './flv-tag.ts';
import type { Reel } from './reel.ts';
import type { Still } from './cut.ts';

/** Twice a second is enough for a platform to see pictures, and for a joiner to begin. */
const repeatMs = 500;

/** A reel of one picture: its key frame twice a second, and silence in the source's own AAC format. */
export function freezeReel(still: Still): Reel {
  const known = still.audioHeader && aacFormat(still.audioHeader.body);
  const audioHeader = known && still.audioHeader ? still.audioHeader : plainAacHeader();
  const format = known ?? aacFormat(audioHeader.body) ?? { channels: 2 as const, frameMs: 64 / 3 };
  const frames = Math.ceil(repeatMs / format.frameMs) + 1;
  return {
    videoHeader: still.videoHeader,
    audioHeader,
    script: null,
    pictures: [retimed(still.key, 0)],
    sounds: Array.from({ length: frames }, (_, i) =>
      silentFrame(format.channels, Math.round(i * format.frameMs)),
    ),
    durationMs: repeatMs,
    frameMs: format.frameMs,
  };
}
