// A reel without end, pure: which tag comes next and when, with sound that never drifts from the picture.
import { retimed, type FlvTag } from './flv-tag.ts';
import type { Reel } from './reel.ts';

export interface ReelLoop {
  /** When the next tag is due, ms from the start of the loop; grows, integer. */
  due(): number;
  /** The next tag, timed as `due` said. */
  next(): FlvTag;
}

/** Times are sums of fractions: what is due a thousandth of a ms early belongs to the next round. */
const tiny = 1e-3;

/**
 * Begins a loop at the first key frame. Pictures repeat each `durationMs`. Sound is one frame each
 * `frameMs` for ever, as a sound card counts it; a round begins with the reel's first frame at the
 * first free place, so it has a frame more or less than another, and sound is never a whole frame
 * away from its picture.
 */
export function createReelLoop(reel: Reel): ReelLoop {
  const { pictures, sounds, durationMs, frameMs } = reel;
  const firstSound = sounds[0]?.timestamp ?? 0;
  let picture = 0;
  let pictureRound = 0;
  let sound = 0;
  let roundSound = 0;
  let soundRound = 0;

  const pictureDue = (): number => pictureRound * durationMs + (pictures[picture]?.timestamp ?? 0);
  const soundDue = (): number =>
    sounds.length === 0 ? Infinity : Math.round(firstSound + sound * frameMs);

  return {
    due: () => Math.min(pictureDue(), soundDue()),
    next() {
      const at = soundDue();
      if (pictureDue() <= at) {
        const tag = retimed(pictures[picture]!, pictureDue());
        picture += 1;
        if (picture === pictures.length) {
          picture = 0;
          pictureRound += 1;
        }
        return tag;
      }
      const tag = retimed(sounds[Math.min(sound - roundSound, sounds.length - 1)]!, at);
      sound += 1;
      if (sound * frameMs >= (soundRound + 1) * durationMs - tiny) {
        soundRound += 1;
        roundSound = sound;
      }
      return tag;
    },
  };
}
