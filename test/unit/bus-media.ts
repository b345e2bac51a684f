// Tags as encoders send them, for the tests of the bus.
import { makeTag, type FlvTag } from '../../server/air/bus/flv-tag.ts';

const video = (first: number, packet: number, rest: number[]): Buffer =>
  Buffer.from([first, packet, 0, 0, 0, ...rest]);

/** AVC decoder configuration; `id` makes its bytes differ. */
export const videoHeader = (id = 1): FlvTag =>
  makeTag('video', 0, video(0x17, 0, [1, 100, 0, 31, id]));
/** AAC decoder configuration; `id` makes its bytes differ. */
export const audioHeader = (id = 1): FlvTag =>
  makeTag('audio', 0, Buffer.from([0xaf, 0, 0x11, id]));
/** A key frame whose data carries `mark`. */
export const keyFrame = (timestamp: number, mark = 0): FlvTag =>
  makeTag('video', timestamp, video(0x17, 1, [mark, 5, 5, 5]));
/** A frame that needs those before it. */
export const frame = (timestamp: number, mark = 0): FlvTag =>
  makeTag('video', timestamp, video(0x27, 1, [mark, 1]));
/** An AAC frame. */
export const sound = (timestamp: number, mark = 0): FlvTag =>
  makeTag('audio', timestamp, Buffer.from([0xaf, 1, mark, 7]));

/** What a time mark says, read as AMF 0; null for any other tag. */
export function markOf(tag: FlvTag | undefined): Record<string, number> | null {
  const name = Buffer.from('\u0002\0\u000conStudioTime\u0003', 'latin1');
  if (tag?.type !== 'script' || !tag.body.subarray(0, name.length).equals(name)) return null;
  const facts: Record<string, number> = {};
  let at = name.length;
  while (tag.body.readUInt16BE(at) > 0) {
    const end = at + 2 + tag.body.readUInt16BE(at);
    facts[tag.body.toString('latin1', at + 2, end)] = tag.body.readDoubleBE(end + 1);
    at = end + 9;
  }
  return tag.body.subarray(at).equals(Buffer.from([0, 0, 9])) ? facts : null;
}

/** A tag due at `at` ms after the start of a flow. */
export interface TimedMedia {
  readonly at: number;
  readonly tag: FlvTag;
}

/** 25 fps with a key frame a second and 40 ms of AAC beside each picture, headers first. */
export function flow(options: {
  readonly ms: number;
  readonly from?: number;
  readonly firstTimestamp?: number;
  readonly id?: number;
}): TimedMedia[] {
  const { ms, from = 0, firstTimestamp = 0, id = 1 } = options;
  const out: TimedMedia[] = [
    { at: from, tag: videoHeader(id) },
    { at: from, tag: audioHeader(id) },
  ];
  for (let t = 0; t < ms; t += 40) {
    const timestamp = (firstTimestamp + t) % 2 ** 32;
    const picture = t % 1000 === 0 ? keyFrame(timestamp, id) : frame(timestamp, id);
    out.push({ at: from + t, tag: picture }, { at: from + t, tag: sound(timestamp, id) });
  }
  return out;
}
