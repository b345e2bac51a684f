// Sound without holes for an encoder that would wait for it: silence where the source sends none. Pure.
import { aacFormat, plainAacHeader, silentFrame, type AacFormat } from '../bus/aac.ts';
import { retimed, type FlvTag } from '../bus/flv-tag.ts';

export interface SoundFill {
  /** The tags to feed for this one, in order; the first picture always has a sound header before it. */
  push(tag: FlvTag): FlvTag[];
}

/** Sound may come this much after its picture before it counts as missing. */
const patienceMs = 250;
/** What is filled ends this far behind the picture, so that sound that is only late still fits. */
const behindMs = 100;
/** A longer hole is left to the resampler. */
const maxFillMs = 2000;

/** Makes a filler for one feed, timed as its tags are; metadata is left out, the encoder has no use for it. */
export function createSoundFill(): SoundFill {
  let format: AacFormat | null = null;
  let told = false;
  /** Where the sound sent so far ends; null before the first picture or sound. */
  let end: number | null = null;
  let last = -Infinity;

  function tell(header: FlvTag): FlvTag {
    told = true;
    format = aacFormat(header.body);
    return header;
  }

  function sound(tag: FlvTag): FlvTag[] {
    // Late sound whose place was filled already; or sound before its header, which nobody can decode.
    if (!told || tag.timestamp <= last) return [];
    last = tag.timestamp;
    end = tag.timestamp + (format?.frameMs ?? 0);
    return [tag];
  }

  function picture(tag: FlvTag): FlvTag[] {
    const at = tag.timestamp;
    const out = told ? [] : [tell(retimed(plainAacHeader(), at))];
    end ??= at;
    if (format && at - end > patienceMs) {
      end = Math.max(end, at - maxFillMs);
      while (end < at - behindMs) {
        last = Math.round(end);
        out.push(silentFrame(format.channels, last));
        end += format.frameMs;
      }
    }
    return [...out, tag];
  }

  return {
    push(tag) {
      if (tag.type === 'script') return [];
      if (tag.type === 'audio') return tag.header ? [tell(tag)] : sound(tag);
      return tag.header ? [tag] : picture(tag);
    },
  };
}
