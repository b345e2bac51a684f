// Whether a captured reel shows what OBS says its slate scene looks like: an encoder that lags for
// seconds still delivers the scene before it, and that must never be kept as the slate.
import { spawn } from 'node:child_process';
import type { Clock } from '../../core/clock.ts';
import { argumentsOf, ffmpegCommand } from '../ffmpeg-command.ts';
import { reelAsFlv, type Reel } from './reel.ts';

/** Large enough to tell two scenes apart, small enough that words and clocks do not matter. */
const tiny = { width: 32, height: 18 };
const tinyBytes = tiny.width * tiny.height * 3;
/** Looked at in each second of the reel; the first of its pictures always. */
const looksPerSecond = 2;
const deadlineMs = 10_000;
/** A reel is 20 s at most. */
const mostBytes = 64 * tinyBytes;

/**
 * How far the picture of `reel` that is least like `png` is from it: mean difference of a colour value,
 * 0 (the same) to 255. Rejects when ffmpeg cannot read either within 10 s.
 */
export async function farthestFrom(
  png: Buffer,
  reel: Reel,
  ports: { readonly clock: Clock; readonly ffmpegPath?: string },
): Promise<number> {
  const [model, shown] = await Promise.all([
    tinyPictures('png_pipe', [png], ports),
    tinyPictures('flv', reelAsFlv(reel), ports),
  ]);
  const [wanted] = model;
  if (!wanted || shown.length === 0) throw new Error('no picture to compare');
  return Math.max(...shown.map((picture) => difference(wanted, picture)));
}

/** Mean difference of the bytes of two pictures of one size. */
export function difference(a: Buffer, b: Buffer): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += Math.abs((a[i] ?? 0) - (b[i] ?? 0));
  return sum / a.length;
}

function tinyPictures(
  format: 'flv' | 'png_pipe',
  pieces: readonly Buffer[],
  { clock, ffmpegPath = 'ffmpeg' }: { readonly clock: Clock; readonly ffmpegPath?: string },
): Promise<Buffer[]> {
  const looks = format === 'flv' ? `fps=${looksPerSecond}:round=up,` : '';
  const command = ffmpegCommand('pipe:0')
    .inputFormat(format)
    .inputOptions('-nostdin', '-hide_banner', '-loglevel', 'error')
    .outputOptions('-map', '0:v:0', '-an', '-threads', '1')
    .outputOptions('-vf', `${looks}scale=${tiny.width}:${tiny.height}:flags=area,format=rgb24`)
    .outputFormat('rawvideo')
    .output('pipe:1');
  return new Promise((resolve, reject) => {
    const child = spawn(ffmpegPath, argumentsOf(command), { stdio: ['pipe', 'pipe', 'ignore'] });
    const read: Buffer[] = [];
    let bytes = 0;
    const cancel = clock.after(deadlineMs, () => child.kill('SIGKILL'));
    child.once('error', (error) => {
      cancel();
      reject(error);
    });
    child.once('close', (code) => {
      cancel();
      if (code === 0) resolve(cut(Buffer.concat(read)));
      else reject(new Error(`ffmpeg could not read the picture (${code})`));
    });
    child.stdout.on('data', (data: Buffer) => {
      bytes += data.length;
      if (bytes > mostBytes) child.kill('SIGKILL');
      else read.push(data);
    });
    // It may be gone before it has read all: `close` tells.
    child.stdin.on('error', () => undefined);
    child.stdin.end(Buffer.concat(pieces));
  });
}

function cut(bytes: Buffer): Buffer[] {
  const whole = Math.floor(bytes.length / tinyBytes);
  return Array.from({ length: whole }, (_, i) =>
    bytes.subarray(i * tinyBytes, (i + 1) * tinyBytes),
  );
}
