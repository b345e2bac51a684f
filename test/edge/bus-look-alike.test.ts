// What a captured reel shows beside a picture of the slate scene, by a real ffmpeg.
import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { farthestFrom } from '../../server/air/bus/look-alike.ts';
import { reelFromFlv, type Reel } from '../../server/air/bus/reel.ts';
import { systemClock } from '../../server/core/clock.ts';

const ports = { clock: systemClock() };
/** The station's slate with a clock that runs, and a scene of its own on the same ground. */
const slate =
  'color=#10233f:size=640x360:rate=30,drawtext=text=%{pts}:fontcolor=white:fontsize=60:x=60:y=60';
const scene = 'testsrc2=size=640x360:rate=30';

function ffmpeg(args: string): Buffer {
  return execFileSync('ffmpeg', ['-nostdin', '-v', 'error', ...args.split(' ')], {
    maxBuffer: 32 * 1024 * 1024,
  });
}

/** Four seconds: of one picture, or first of one and then of the other. */
function reelOf(...pictures: readonly string[]): Reel {
  const inputs = pictures.map((p) => `-t ${4 / pictures.length} -f lavfi -i ${p}`).join(' ');
  const joined = pictures.map((_, i) => `[${i}:v]format=yuv420p[v${i}]`).join(';');
  const graph = `${joined};${pictures.map((_, i) => `[v${i}]`).join('')}concat=n=${pictures.length}[v]`;
  const flv = ffmpeg(
    `${inputs} -t 4 -f lavfi -i sine=r=48000 -filter_complex ${graph} -map [v] -map ${pictures.length}:a -c:v libx264 -preset ultrafast -bf 0 -g 60 -b:v 1500k -c:a aac -f flv pipe:1`,
  );
  return reelFromFlv(flv, 4000);
}

describe('a reel beside a picture of the slate scene', () => {
  let png: Buffer;
  beforeAll(() => {
    png = ffmpeg(`-f lavfi -i ${slate},scale=64:-1 -frames:v 1 -f image2pipe -c:v png pipe:1`);
  });

  test('of that scene: near, though its clock runs', async () => {
    expect(await farthestFrom(png, reelOf(slate), ports)).toBeLessThan(8);
  });

  test('of another, or of another at first or at last: far', async () => {
    for (const reel of [reelOf(scene), reelOf(scene, slate), reelOf(slate, scene)]) {
      expect(await farthestFrom(png, reel, ports)).toBeGreaterThan(40);
    }
  });

  test('what cannot be read is an error', async () => {
    await expect(farthestFrom(Buffer.from('no picture'), reelOf(slate), ports)).rejects.toThrow();
    const without = { ...ports, ffmpegPath: '/no/such/ffmpeg' };
    await expect(farthestFrom(png, reelOf(slate), without)).rejects.toThrow();
  });
});
