// What the readers of the bus have been told of its decoders, so that each header goes out once.
import { retimed, withBody, type FlvTag } from './flv-tag.ts';
import { withParameterSets } from './parameter-sets.ts';

export interface Told {
  /** Whether the readers' video decoder is set up as `header` says. */
  isSetTo(header: FlvTag | null): boolean;
  /** The decoder header as it has to go out at `out`; null when the readers have these bytes. */
  tell(header: FlvTag | null, out: number): FlvTag | null;
  /** A frame as it goes out at `out`. */
  frame(tag: FlvTag, out: number): FlvTag;
}

/** Nobody has been told anything. */
export function createTold(): Told {
  const sent: { audio: Buffer | null; video: Buffer | null } = { audio: null, video: null };
  /** From the first change on, every key frame brings its parameter sets along. */
  let changed = false;
  return {
    isSetTo: (header) => header !== null && sent.video !== null && sent.video.equals(header.body),
    tell(header, out) {
      if (!header) return null;
      const type = header.type === 'video' ? 'video' : 'audio';
      if (sent[type]?.equals(header.body)) return null;
      if (type === 'video' && sent.video) changed = true;
      sent[type] = header.body;
      return retimed(header, out);
    },
    frame(tag, out) {
      const sets = tag.key && changed ? sent.video : null;
      return sets ? withBody(tag, out, withParameterSets(tag.body, sets)) : retimed(tag, out);
    },
  };
}
