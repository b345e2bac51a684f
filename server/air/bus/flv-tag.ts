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

/** Bytes of a tag before its data: type, size, timestamp, stream id. */
export const tagHeaderBytes = 11;
/** Bytes around each body: the tag header before it and PreviousTagSize after it. */
export const tagOverhead = tagHeaderBytes + 4;

const typeCodes = { audio: 8, video: 9, script: 18 } as const;

/** The bytes a tag was read with, its data in their middle; whoever writes it first may stamp them. */
interface Frame {
  readonly bytes: Buffer;
  taken: boolean;
}

/** A tag that is written once for all its readers, and without copying where it came in whole. */
class KnownTag implements FlvTag {
  readonly type: FlvTag['type'];
  readonly timestamp: number;
  readonly body: Buffer;
  readonly header: boolean;
  readonly key: boolean;
  // Private to the language, so that a copy by spreading never inherits another timestamp's bytes.
  readonly #frame: Frame | null;
  #written: Buffer | null = null;

  constructor(
    type: FlvTag['type'],
    timestamp: number,
    body: Buffer,
    facts: { readonly header: boolean; readonly key: boolean },
    frame: Frame | null,
  ) {
    this.type = type;
    this.timestamp = timestamp;
    this.body = body;
    this.header = facts.header;
    this.key = facts.key;
    this.#frame = frame;
  }

  at(timestamp: number): KnownTag {
    return new KnownTag(this.type, timestamp, this.body, this, this.#frame);
  }

  written(): Buffer {
    if (this.#written) return this.#written;
    const frame = this.#frame;
    if (frame && !frame.taken) {
      frame.taken = true;
      stamp(frame.bytes, this);
      this.#written = frame.bytes;
    } else this.#written = write(this);
    return this.#written;
  }
}

/** The FLV type code's name; null for codes that FLV does not define. */
export function tagTypeOf(code: number): FlvTag['type'] | null {
  return code === 8 ? 'audio' : code === 9 ? 'video' : code === 18 ? 'script' : null;
}

/** Makes a tag from its data, reading from it whether it is a sequence header or a key frame. */
export function makeTag(type: FlvTag['type'], timestamp: number, body: Buffer): FlvTag {
  return new KnownTag(type, timestamp, body, factsOf(type, body), null);
}

/**
 * Makes a tag out of the bytes it was read with (tag header, data, PreviousTagSize), which are the
 * tag's from now on: writing it puts the timestamp into them instead of copying the data.
 */
export function tagOfFrame(type: FlvTag['type'], timestamp: number, bytes: Buffer): FlvTag {
  const body = bytes.subarray(tagHeaderBytes, bytes.length - 4);
  return new KnownTag(type, timestamp, body, factsOf(type, body), { bytes, taken: false });
}

/** The same tag at another time. */
export function retimed(tag: FlvTag, timestamp: number): FlvTag {
  if (tag.timestamp === timestamp) return tag;
  return tag instanceof KnownTag
    ? tag.at(timestamp)
    : new KnownTag(tag.type, timestamp, tag.body, tag, null);
}

/** The same picture at another time with other data, such as parameter sets added. */
export function withBody(tag: FlvTag, timestamp: number, body: Buffer): FlvTag {
  return body === tag.body
    ? retimed(tag, timestamp)
    : new KnownTag(tag.type, timestamp, body, tag, null);
}

/** The tag as it goes into a stream: tag header, data, PreviousTagSize. Shared: never write into it. */
export function serialiseTag(tag: FlvTag): Buffer {
  return tag instanceof KnownTag ? tag.written() : write(tag);
}

function factsOf(type: FlvTag['type'], body: Buffer): { header: boolean; key: boolean } {
  const first = body[0] ?? 0;
  if (type === 'video') {
    const avc = (first & 0x0f) === 7 && (first & 0x80) === 0;
    const header = avc && body[1] === 0;
    // Packet type 1 carries pictures; 2 is the end of a sequence, which nobody can cut on.
    return { header, key: avc && first >> 4 === 1 && body[1] === 1 && body.length > 5 };
  }
  return { header: type === 'audio' && first >> 4 === 10 && body[1] === 0, key: false };
}

function write(tag: FlvTag): Buffer {
  const out = Buffer.allocUnsafe(tag.body.length + tagOverhead);
  tag.body.copy(out, tagHeaderBytes);
  out.writeUInt32BE(tag.body.length + tagHeaderBytes, tag.body.length + tagHeaderBytes);
  stamp(out, tag);
  return out;
}

/** Writes the tag header; FLV keeps the top byte of a timestamp apart, modulo 2^32. */
function stamp(out: Buffer, tag: FlvTag): void {
  const time = ((Math.round(tag.timestamp) % 2 ** 32) + 2 ** 32) % 2 ** 32;
  out[0] = typeCodes[tag.type];
  out.writeUIntBE(tag.body.length, 1, 3);
  out.writeUIntBE(time % 2 ** 24, 4, 3);
  out[7] = Math.floor(time / 2 ** 24);
  out.writeUIntBE(0, 8, 3);
}
