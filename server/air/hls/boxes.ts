// ISO base media boxes (ISO 14496-12): out of a byte stream in any chunking, and inside one another. Pure.

/** One box, header included. */
export interface Box {
  /** Four characters, e.g. `moof`. */
  readonly type: string;
  /** The whole box; its content begins at byte 8. */
  readonly bytes: Buffer;
}

/** What arrived is no sequence of boxes, or one larger than was allowed. */
export class BoxError extends Error {}

/** A size field of 1 announces a 64-bit size, 0 a box up to the end of the file: neither is for us. */
const headerBytes = 8;

/** Reads boxes out of `push`ed chunks; holds one unfinished box of at most `maxBytes`. Throws BoxError. */
export function createBoxReader(maxBytes: number): { push(chunk: Buffer): Box[] } {
  let chunks: Buffer[] = [];
  let held = 0;

  /** All that is held, in one piece. */
  function joined(): Buffer {
    const whole = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, held);
    chunks = [whole];
    return whole;
  }

  /** Size of the box that begins what is held; null until its header is there. */
  function nextSize(): number | null {
    if (held < headerBytes) return null;
    if ((chunks[0]?.length ?? 0) < headerBytes) joined();
    const size = chunks[0]!.readUInt32BE(0);
    if (size < headerBytes || size > maxBytes) throw new BoxError(`a box of ${size} bytes`);
    return size;
  }

  return {
    push(chunk) {
      const out: Box[] = [];
      if (chunk.length > 0) chunks.push(chunk);
      held += chunk.length;
      for (;;) {
        const size = nextSize();
        if (size === null || held < size) return out;
        const whole = joined();
        const bytes = whole.subarray(0, size);
        out.push({ type: typeOf(bytes, 0), bytes });
        held -= size;
        chunks = held > 0 ? [whole.subarray(size)] : [];
      }
    },
  };
}

/** The boxes in `bytes` from `from` on. Throws BoxError where they do not fit into it. */
export function childrenOf(bytes: Buffer, from: number): Box[] {
  const out: Box[] = [];
  for (let at = from; at < bytes.length;) {
    const size = at + headerBytes <= bytes.length ? bytes.readUInt32BE(at) : 0;
    if (size < headerBytes || at + size > bytes.length)
      throw new BoxError('a box beyond its parent');
    out.push({ type: typeOf(bytes, at), bytes: bytes.subarray(at, at + size) });
    at += size;
  }
  return out;
}

/** The first box below `parent` at a path of types, e.g. `['mdia', 'hdlr']`; null when there is none. */
export function findBox(parent: Box, path: readonly string[]): Box | null {
  let box: Box | null = parent;
  for (const type of path) {
    box = childrenOf(box.bytes, headerBytes).find((b) => b.type === type) ?? null;
    if (!box) return null;
  }
  return box;
}

/** A box of `type` around `parts`. */
export function makeBox(type: string, ...parts: readonly Buffer[]): Buffer {
  const size = parts.reduce((sum, part) => sum + part.length, headerBytes);
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32BE(size, 0);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, ...parts], size);
}

function typeOf(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at + 4, at + 8);
}
