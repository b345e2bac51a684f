// Cuts the bytes of raw pictures, in any chunking, into whole pictures; holds at most one.

/** Calls `use` with each whole picture of `size` bytes, a buffer of its own. */
export function createPictureReader(
  size: number,
  use: (picture: Buffer) => void,
): (chunk: Buffer) => void {
  let picture = Buffer.alloc(size);
  let filled = 0;
  return (chunk) => {
    for (let at = 0; at < chunk.length;) {
      const taken = chunk.copy(picture, filled, at, at + size - filled);
      at += taken;
      filled += taken;
      if (filled < size) return;
      const whole = picture;
      picture = Buffer.alloc(size);
      filled = 0;
      use(whole);
    }
  };
}
