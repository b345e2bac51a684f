// A time stamp inside a frame: an SEI message that every copy carries along and every decoder ignores.

const mark = Buffer.from('capital-bench-v1');
/** SEI, user data unregistered: 16 bytes that name it, then our own. */
const seiType = Buffer.from([0x06, 0x05]);
const digits = 20;
/** FLV's AVC video header: frame type and codec, packet type, composition time. */
const headerBytes = 5;

/** The AVC body of one frame with `ms` (the machine's clock) in front of its picture. */
export function stamped(body: Buffer, ms: number): Buffer {
  const text = Buffer.from(ms.toFixed(4).padStart(digits, '0'));
  const sei = Buffer.concat([
    seiType,
    Buffer.from([mark.length + digits]),
    mark,
    text,
    Buffer.from([0x80]),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(sei.length);
  return Buffer.concat([body.subarray(0, headerBytes), length, sei, body.subarray(headerBytes)]);
}

/** When the frame was stamped; null for one without a stamp. */
export function stampOf(body: Buffer): number | null {
  const at = body.subarray(0, 2000).indexOf(mark);
  if (at < 0) return null;
  const ms = Number(body.toString('latin1', at + mark.length, at + mark.length + digits));
  return Number.isFinite(ms) ? ms : null;
}
