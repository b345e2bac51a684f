// The unit of the program bus: one FLV tag, and how it is written to a stream.

/** One FLV tag. `body` is shared by everyone who receives the tag: never write into it. */
export interface FlvTag {
  readonly type: 'audio' | 'video' | 'script';
  /** Decode time in ms, any range: it may grow past 2^32; serialised modulo 2^32. */
  readonly timestamp: number;
  /** Tag data without the tag header. */
  readonly body: Buffer;
  /** AVC or AAC sequence header (decoder configuration), not media. */
  readonly header: boolean;
  /** A video key frame (IDR) with a picture in it; never a sequence header. */
  readonly key: boolean;
}

/** What goes before the first tag of a stream: signature, audio + video present, PreviousTagSize0. */
export const flvFileHeader: Buffer = Buffer.from('464c5601050000000900000000', 'hex');

/** Bytes around each body: the tag header before it and PreviousTagSize after it. */
export const tagOverhead = 15;

const typeCodes = { audio: 8, video: 9, script: 18 } as const;

/** The FLV type code's name; null for codes that FLV does not define. */
export function tagTypeOf(code: number): FlvTag['type'] | null {
  return code === 8 ? 'audio' : code === 9 ? 'video' : code === 18 ? 'script' : null;
}

/** Makes a tag from its data, reading from it whether it is a sequence header or a key frame. */
export function makeTag(type: FlvTag['type'], timestamp: number, body: Buffer): FlvTag {
  const first = body[0] ?? 0;
  if (type === 'video') {
    const avc = (first & 0x0f) === 7 && (first & 0x80) === 0;
    const header = avc && body[1] === 0;
    // Packet type 1 carries pictures; 2 is the end of a sequence, which nobody can cut on.
    const key = avc && first >> 4 === 1 && body[1] === 1 && body.length > 5;
    return { type, timestamp, body, header, key };
  }
  const header = type === 'audio' && first >> 4 === 10 && body[1] === 0;
  return { type, timestamp, body, header, key: false };
}

/** Each tag is written once for all its readers; the bytes live as long as the tag. */
const written = new WeakMap<FlvTag, Buffer>();

/** The tag as it goes into a stream: tag header, data, PreviousTagSize. Shared: never write into it. */
export function serialiseTag(tag: FlvTag): Buffer {
  const known = written.get(tag);
  if (known) return known;
  const size = tag.body.length;
  const out = Buffer.allocUnsafe(size + tagOverhead);
  const time = ((Math.round(tag.timestamp) % 2 ** 32) + 2 ** 32) % 2 ** 32;
  out[0] = typeCodes[tag.type];
  out.writeUIntBE(size, 1, 3);
  out.writeUIntBE(time % 2 ** 24, 4, 3);
  out[7] = Math.floor(time / 2 ** 24);
  out.writeUIntBE(0, 8, 3);
  tag.body.copy(out, 11);
  out.writeUInt32BE(size + 11, size + 11);
  written.set(tag, out);
  return out;
}
