// Puts a decoder's parameter sets (SPS, PPS) into a key frame itself, where no decoder can miss them.
// Many ignore a new AVC header in the middle of a stream and then misread every picture after a cut.

const tagHeaderBytes = 5;
const nalAccessUnitDelimiter = 9;
const nalSps = 7;
/** A record with more than this is not one that any encoder writes. */
const maxSetBytes = 4096;

/**
 * The tag data of a key frame with the parameter sets of `header` (tag data of an AVC sequence
 * header) before its pictures. Returns `frame` itself when it carries its own or when either is
 * malformed: what cannot be improved is passed on as it came.
 */
export function withParameterSets(frame: Buffer, header: Buffer): Buffer {
  const record = header.subarray(tagHeaderBytes);
  const lengthSize = ((record[4] ?? 0) & 3) + 1;
  const sets = setsOf(record);
  if (!sets || sets.length === 0) return frame;
  const at = firstUnit(frame, lengthSize);
  if (at === null) return frame;
  const units = sets.flatMap((set) => {
    const length = Buffer.alloc(lengthSize);
    length.writeUIntBE(set.length, 0, lengthSize);
    return [length, set];
  });
  return Buffer.concat([frame.subarray(0, at), ...units, frame.subarray(at)]);
}

/** Every SPS, then every PPS, of an AVC decoder configuration record; null when it is cut short. */
function setsOf(record: Buffer): Buffer[] | null {
  const sets: Buffer[] = [];
  let at = 5;
  for (const mask of [0x1f, 0xff]) {
    const count = (record[at] ?? 0) & mask;
    at += 1;
    for (let i = 0; i < count; i += 1) {
      if (at + 2 > record.length) return null;
      const length = record.readUInt16BE(at);
      at += 2;
      if (length === 0 || length > maxSetBytes || at + length > record.length) return null;
      sets.push(record.subarray(at, at + length));
      at += length;
    }
  }
  return sets;
}

/** Where parameter sets belong: first, or after an access unit delimiter. Null to leave them out. */
function firstUnit(frame: Buffer, lengthSize: number): number | null {
  let at = tagHeaderBytes;
  while (at + lengthSize < frame.length) {
    const length = frame.readUIntBE(at, lengthSize);
    const type = (frame[at + lengthSize] ?? 0) & 0x1f;
    if (length === 0 || at + lengthSize + length > frame.length || type === nalSps) return null;
    if (type !== nalAccessUnitDelimiter) return at;
    at += lengthSize + length;
  }
  return null;
}
