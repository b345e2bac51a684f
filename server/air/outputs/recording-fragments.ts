// How much of a fragmented MP4 is whole: what a killed writer or a full disk left half done is cut off.

/** Reads up to `length` bytes at `position`; fewer only at the end of the file. */
export type ReadAt = (position: number, length: number) => Promise<Buffer>;

export interface Whole {
  /** Bytes from the start up to the end of the last whole fragment. */
  readonly bytes: number;
  /** Whether there is any picture or sound in them. */
  readonly media: boolean;
}

/** A day in fragments of a second is a quarter of a million boxes. */
const maxBoxes = 2_000_000;

/**
 * Follows the top-level boxes of a file of `size` bytes. A fragment is a `moof` and the `mdat` after
 * it: one without the other, or past the end of the file, is not whole.
 */
export async function wholeFragments(readAt: ReadAt, size: number): Promise<Whole> {
  let at = 0;
  let good = 0;
  let media = false;
  let open = false;
  for (let i = 0; i < maxBoxes && at + 8 <= size; i += 1) {
    const head = await readAt(at, 16);
    if (head.length < 8) break;
    const short = head.readUInt32BE(0);
    if (short === 1 && head.length < 16) break;
    const length = short === 1 ? Number(head.readBigUInt64BE(8)) : short;
    // 0 means "to the end": ffmpeg never writes it in a fragmented file.
    if (length < 8 || at + length > size) break;
    const type = head.toString('latin1', 4, 8);
    at += length;
    if (type === 'moof') {
      open = true;
      continue;
    }
    if (type === 'mdat') {
      media ||= open;
      open = false;
    }
    if (!open) good = at;
  }
  return { bytes: good, media };
}
