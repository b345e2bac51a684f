// What a small grey picture tells: whether it is black, and whether it is still the one before. Pure.

/** Pixels of the pictures measured; one byte each, 0 black to 255 white. */
export const pictureSize = { width: 320, height: 180 } as const;
export const pictureBytes = pictureSize.width * pictureSize.height;

/** A pixel up to this is black: a tenth of the range, as ffmpeg's blackdetect has it. */
const blackPixel = 25;
/** A picture with so many black pixels is black; the rest may be the station's logo in a corner. */
const blackShare = 0.98;
/** Side of the squares that are compared, pixels: about a digit of a small clock. */
const square = 5;
/**
 * Mean difference of a square from which on it moved. Between two key frames of a still picture the
 * encoder alone makes 2 to 5 (7 at 500 kb/s for 720p); the seconds of a clock 24 pixels high in 720p
 * make 25 to 70.
 */
const movedBy = 10;
/** Older than this is no longer now: three key frames of an OBS left at its default, ms. */
const staleMs = 25_000;

/** Whether nearly all of the picture is black. */
export function isBlack(picture: Buffer): boolean {
  let dark = 0;
  for (const pixel of picture) if (pixel <= blackPixel) dark += 1;
  return dark >= picture.length * blackShare;
}

/** Whether anything moved between two pictures: at least one square differs by more than noise. */
export function moved(before: Buffer, after: Buffer): boolean {
  const { width, height } = pictureSize;
  const limit = movedBy * square * square;
  for (let top = 0; top < height; top += square) {
    for (let left = 0; left < width; left += square) {
      let sum = 0;
      for (let y = top; y < top + square; y += 1) {
        for (let at = y * width + left, end = at + square; at < end; at += 1) {
          sum += Math.abs(before[at]! - after[at]!);
        }
      }
      if (sum > limit) return true;
    }
  }
  return false;
}

export interface PictureMeter {
  /** Takes a picture that came at `now` (monotonic ms) and keeps it: it must not be written again. */
  see(picture: Buffer, now: number): void;
  /** Seconds since the first of the black pictures now on; 0 while it is not black; null: unknown. */
  blackSeconds(now: number): number | null;
  /** Seconds since the picture now on first came; 0 while pictures differ; null: unknown. */
  frozenSeconds(now: number): number | null;
}

/**
 * Counts between pictures too, as long as they come. Each is compared with the first of a still
 * stretch, not with its neighbour, so that a slow pan does not pass for a still picture.
 */
export function createPictureMeter(): PictureMeter {
  let blackSince: number | null = null;
  let first: { readonly picture: Buffer; readonly at: number } | null = null;
  let lastAt = -Infinity;
  const fresh = (now: number): boolean => now - lastAt < staleMs;
  return {
    see(picture, now) {
      blackSince = isBlack(picture) ? (blackSince ?? now) : null;
      if (!first || !fresh(now) || moved(first.picture, picture)) first = { picture, at: now };
      lastAt = now;
    },
    blackSeconds(now) {
      if (!fresh(now)) return null;
      return blackSince === null ? 0 : seconds(now - blackSince);
    },
    frozenSeconds(now) {
      if (!first || !fresh(now)) return null;
      // One picture alone says nothing yet.
      return first.at === lastAt ? 0 : seconds(now - first.at);
    },
  };
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
