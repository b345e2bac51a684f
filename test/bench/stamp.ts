// A stamp inside a picture or a sound packet that every copy carries along and every decoder ignores.

/** What is written into a packet: which encoder made it, when it was due and when it left, ms of the machine's clock. */
export interface Stamp {
  /** Number of the encoder's run: another one after each loss. */
  readonly encoder: number;
  /** Its place on the encoder's own timeline: picture and sound of one moment have the same. */
  readonly due: number;
  readonly left: number;
}

const mark = Buffer.from('capital-bench-v2');
/** SEI, user data unregistered: 16 bytes that name it, then our own. */
const seiType = Buffer.from([0x06, 0x05]);
/** `encoder due left`, padded. */
const digits = 48;
/** FLV's AVC video header: frame type and codec, packet type, composition time. */
const videoHeader = 5;
/** FLV's AAC header: format, packet type. */
const soundHeader = 2;
/** AAC's data stream element, number 0, not aligned: with its length it is two whole bytes. */
const dataStream = 0x80;

/** The AVC body of one frame with `stamp` in front of its picture. */
export function stampedPicture(body: Buffer, stamp: Stamp): Buffer {
  const sei = Buffer.concat([
    seiType,
    Buffer.from([mark.length + digits]),
    mark,
    text(stamp),
    Buffer.from([0x80]),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(sei.length);
  return Buffer.concat([body.subarray(0, videoHeader), length, sei, body.subarray(videoHeader)]);
}

/** The AAC body of one packet with `stamp` in front of its sound. */
export function stampedSound(body: Buffer, stamp: Stamp): Buffer {
  const head = Buffer.from([dataStream, mark.length + digits]);
  return Buffer.concat([
    body.subarray(0, soundHeader),
    head,
    mark,
    text(stamp),
    body.subarray(soundHeader),
  ]);
}

/** The stamp of a picture or a sound packet; null for one without. */
export function stampOf(body: Buffer): Stamp | null {
  const at = body.subarray(0, 2000).indexOf(mark);
  if (at < 0) return null;
  const words = body.toString('latin1', at + mark.length, at + mark.length + digits);
  const [encoder, due, left] = words.trim().split(' ').map(Number);
  if (encoder === undefined || due === undefined || left === undefined) return null;
  return { encoder, due, left };
}

function text({ encoder, due, left }: Stamp): Buffer {
  return Buffer.from(`${encoder} ${due.toFixed(3)} ${left.toFixed(3)}`.padStart(digits, ' '));
}
