// What the meter is fed of the bus: all sound, and of the picture only what decodes alone. Pure.
import type { FlvTag } from '../bus/flv-tag.ts';

/** Between the copies of a key frame, ms: more than a frame at any rate. */
const copyStepMs = 100;
/** A decoder of a stream with B-frames holds back up to two pictures. */
const copies = 2;

/**
 * The tags to feed for one tag of the bus. Key frames two seconds apart are decoded instead of every
 * frame, and nothing else is even written to the pipe. In a stream with B-frames (its key frames are
 * shown later than decoded) each goes in three times: the copies push the picture out at once, which
 * would otherwise wait for the next two key frames. `replaying`: the bus hands over its newest
 * group; its picture is now's, its sound is past.
 */
export function sparseFeed(tag: FlvTag, replaying: boolean): readonly FlvTag[] {
  if (tag.header) return [tag];
  if (tag.type === 'audio') return replaying ? [] : [tag];
  if (!tag.key) return [];
  if (tag.body.readIntBE(2, 3) <= 0) return [tag];
  const out = [tag];
  for (let n = 1; n <= copies; n += 1) {
    out.push({ ...tag, timestamp: tag.timestamp + n * copyStepMs });
  }
  return out;
}
