// What a platform's recording tells about a show: who was on screen when, how far it had come, and
// whether sound and picture kept together.
import { execFile } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Color } from './media-probe.ts';
import { runBehind } from './run-behind.ts';
import { until } from './until.ts';

const run = promisify(execFile);
const options = { maxBuffer: 512 * 1024 * 1024 };

/** Timestamp of the last whole tag of a growing FLV file, ms; null before the first. */
export function recordedMs(file: string): number | null {
  const fd = openSync(file, 'r');
  try {
    // A tag may be half written: look for the newest one whose length agrees before and after it.
    const size = fstatSync(fd).size;
    const bytes = Buffer.alloc(Math.min(size, 512 * 1024));
    readSync(fd, bytes, 0, bytes.length, size - bytes.length);
    for (let end = bytes.length; end > 15; end -= 1) {
      const length = bytes.readUInt32BE(end - 4);
      const start = end - 4 - length;
      if (length < 11 || start < 0) continue;
      const type = bytes[start];
      if (type !== 8 && type !== 9) continue;
      if (bytes.readUIntBE(start + 1, 3) !== length - 11) continue;
      return bytes.readUIntBE(start + 4, 3) + (bytes[start + 7] ?? 0) * 2 ** 24;
    }
    return null;
  } finally {
    closeSync(fd);
  }
}

/** Resolves once each of `recordings`, growing FLV files, holds `ms` of media more than now. */
export async function recordMore(recordings: readonly string[], ms: number): Promise<void> {
  const from = recordings.map((file) => recordedMs(file) ?? 0);
  await until(
    `${ms} ms more are recorded`,
    () => recordings.every((file, i) => (recordedMs(file) ?? 0) - from[i]! >= ms),
    ms + 20_000,
  );
}

/** Four seconds of the stream at `url`, as it comes, in `file`. */
export async function captureStream(url: string, file: string): Promise<void> {
  const args = [...'-nostdin -v error -y -i'.split(' '), url, ...'-t 4 -c copy -f flv'.split(' ')];
  // One that stumbles is begun anew.
  await until(
    `${file} is captured`,
    async () => run('ffmpeg', [...args, file], { timeout: 20_000 }),
    30_000,
  );
}

/** Times of the video packets of `file`, ms. */
export async function videoTimes(file: string): Promise<number[]> {
  const { stdout } = await run(
    'ffprobe',
    '-v quiet -select_streams v -show_entries packet=dts_time -of csv=p=0'.split(' ').concat(file),
    options,
  );
  return stdout
    .split('\n')
    .map((line) => Number.parseFloat(line) * 1000)
    .filter((ms) => Number.isFinite(ms));
}

/** Largest distance between neighbours of `times` that lie within a stretch, ms. */
export function gapWithin(times: readonly number[], fromMs: number, toMs: number): number {
  const within = times.filter((t) => t >= fromMs && t <= toMs);
  return Math.max(0, ...within.slice(1).map((t, i) => t - within[i]!));
}

/** A stretch of a recording in which one thing was on screen; ms. */
export interface Stretch {
  readonly what: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What was seen in one look at a recording, decoded once. */
export interface Seen {
  /** Who was on screen, by the colour of a corner, ten times a second; what matches nobody is a mix. */
  readonly stretches: readonly Stretch[];
  /** What the decoder complained of. */
  readonly complaints: readonly string[];
}

/** Decodes all of `file` once. */
export async function look(
  file: string,
  area: { x: number; y: number; width: number; height: number },
  known: Readonly<Record<string, readonly [number, number, number]>>,
): Promise<Seen> {
  const perSecond = 10;
  const crop = `crop=iw*${area.width}:ih*${area.height}:iw*${area.x}:ih*${area.y}`;
  const { stdout, stderr } = await runBehind(
    'ffmpeg',
    [
      ...'-nostdin -v error -i'.split(' '),
      file,
      ...`-map 0:v -vf fps=${perSecond},${crop},scale=1:1:flags=area,format=rgb24`.split(' '),
      ...'-f rawvideo pipe:1 -map 0:a -f null -'.split(' '),
    ],
    options.maxBuffer,
  );
  const stretches: Stretch[] = [];
  for (let i = 0; i * 3 + 2 < stdout.length; i += 1) {
    const [r = 0, g = 0, b = 0] = stdout.subarray(i * 3, i * 3 + 3);
    const what = nearest({ r, g, b }, known);
    const fromMs = (i * 1000) / perSecond;
    const toMs = fromMs + 1000 / perSecond;
    const last = stretches.at(-1);
    if (last?.what === what) stretches[stretches.length - 1] = { ...last, toMs };
    else stretches.push({ what, fromMs, toMs });
  }
  // What the null muxer says of rounded times is not the decoder's: packets are judged elsewhere.
  const said = stderr.toString().split('\n');
  const complaints = said.filter((line) => line.trim() !== '' && !line.startsWith('[null @'));
  return { stretches, complaints };
}

function nearest(c: Color, known: Readonly<Record<string, readonly [number, number, number]>>) {
  for (const [name, [r, g, b]] of Object.entries(known)) {
    if (Math.abs(c.r - r) + Math.abs(c.g - g) + Math.abs(c.b - b) < 18) return name;
  }
  return 'mix';
}

/**
 * By how much picture and sound of `recording` moved against each other since they left the encoder,
 * ms: packets of `reference` (the encoder's stream, as it came in) are found again by their bytes.
 * Null when too few are.
 */
export async function syncShiftMs(reference: string, recording: string): Promise<number | null> {
  const [from, to] = await Promise.all([hashes(reference), hashes(recording)]);
  const shift = (type: 'video' | 'audio'): number | null => {
    const known = new Map(to.filter((p) => p.type === type).map((p) => [p.hash, p.ms]));
    const moved = from
      .filter((p) => p.type === type && known.has(p.hash))
      .map((p) => known.get(p.hash)! - p.ms)
      .toSorted((a, b) => a - b);
    return moved.length < 20 ? null : (moved[Math.floor(moved.length / 2)] ?? null);
  };
  const [video, audio] = [shift('video'), shift('audio')];
  return video === null || audio === null ? null : video - audio;
}

async function hashes(file: string): Promise<{ type: string; ms: number; hash: string }[]> {
  const { stdout } = await run(
    'ffprobe',
    ['-v', 'quiet', '-show_packets', '-show_data_hash', 'MD5', '-of', 'compact', file],
    options,
  );
  return stdout.split('\n').flatMap((line) => {
    const type = /codec_type=(\w+)/.exec(line)?.[1];
    const ms = Number(/dts_time=([\d.]+)/.exec(line)?.[1]) * 1000;
    const hash = /data_hash=(\S+)/.exec(line)?.[1];
    return type && hash && Number.isFinite(ms) ? [{ type, ms, hash }] : [];
  });
}
