// Looks into recorded media with ffprobe and ffmpeg: timing, key frames, decoding, pixels, spectrum.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { runBehind } from './run-behind.ts';
import { energyAbove } from './spectrum.ts';

const run = promisify(execFile);
const options = { maxBuffer: 256 * 1024 * 1024 };

export interface PacketFacts {
  readonly videoPackets: number;
  readonly audioPackets: number;
  /** Packets whose DTS is not greater than the one before them in their stream. */
  readonly nonMonotonic: number;
  /** Largest distance between neighbouring video packets, ms. */
  readonly maxVideoGapMs: number;
  readonly maxAudioGapMs: number;
  /** Distances between video key frames, ms. */
  readonly keySpacingsMs: readonly number[];
  readonly startsOnKey: boolean;
  /** From the first to the last packet of video (of audio where there is no video), ms. */
  readonly durationMs: number;
}

/** Timing of every packet of `file`. */
export async function packetFacts(file: string): Promise<PacketFacts> {
  const { stdout } = await run(
    'ffprobe',
    ['-v', 'quiet', '-show_entries', 'packet=codec_type,dts_time,flags', '-of', 'csv=p=0', file],
    options,
  );
  const times = { video: [] as number[], audio: [] as number[] };
  const keys: number[] = [];
  let startsOnKey = false;
  for (const line of stdout.split('\n')) {
    const [type, dts, flags = ''] = line.split(',');
    const ms = Number(dts) * 1000;
    if ((type !== 'video' && type !== 'audio') || !Number.isFinite(ms)) continue;
    if (type === 'video' && flags.startsWith('K')) {
      if (times.video.length === 0) startsOnKey = true;
      keys.push(ms);
    }
    times[type].push(ms);
  }
  const { video, audio } = times;
  const main = video.length > 0 ? video : audio;
  return {
    videoPackets: video.length,
    audioPackets: audio.length,
    nonMonotonic: [...steps(video), ...steps(audio)].filter((s) => s <= 0).length,
    maxVideoGapMs: Math.max(0, ...steps(video)),
    maxAudioGapMs: Math.max(0, ...steps(audio)),
    keySpacingsMs: steps(keys),
    startsOnKey,
    durationMs: (main.at(-1) ?? 0) - (main[0] ?? 0),
  };
}

/** The MD5 of what each packet of `file` holds, by type, in order: what was sent, frame by frame. */
export async function packetHashes(file: string): Promise<Record<'video' | 'audio', string[]>> {
  const fields = ['-show_entries', 'packet=codec_type,data_hash', '-show_data_hash', 'md5'];
  const { stdout } = await run(
    'ffprobe',
    ['-v', 'quiet', ...fields, '-of', 'csv=p=0', file],
    options,
  );
  const found = { video: [] as string[], audio: [] as string[] };
  for (const line of stdout.split('\n')) {
    const [type, hash = ''] = line.split(',');
    if (type === 'video' || type === 'audio') found[type].push(hash.replace(/^md5:/i, '').trim());
  }
  return found;
}

export interface StreamInfo {
  readonly type: string;
  readonly codec: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly channels: number | null;
  readonly sampleRate: number | null;
}

/** The streams in `file`. */
export async function streamsOf(file: string, format?: string): Promise<StreamInfo[]> {
  const { stdout } = await run(
    'ffprobe',
    ['-v', 'error', ...given(format), '-show_streams', '-of', 'json', file],
    options,
  );
  const { streams = [] } = JSON.parse(stdout) as { streams?: Record<string, unknown>[] };
  return streams.map((s) => ({
    type: String(s['codec_type']),
    codec: String(s['codec_name']),
    width: figure(s['width']),
    height: figure(s['height']),
    channels: figure(s['channels']),
    sampleRate: figure(s['sample_rate']),
  }));
}

/**
 * What a decoder complains of over all of `file`. Times stay in ms: at a cut two pictures may come
 * nearer to each other than a frame, which a muxer of fixed frames would count as an error of its own.
 * What the null muxer says of decoded (rounded) times is not the decoder's: `packetFacts` judges times.
 */
export async function complaints(file: string): Promise<string[]> {
  const { stderr } = await runBehind(
    'ffmpeg',
    ['-nostdin', '-v', 'error', '-i', file, '-enc_time_base', '-1', '-f', 'null', '-'],
    options.maxBuffer,
  );
  return stderr
    .toString()
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('[null @'));
}

/** How many those are: 0 for a clean file. */
export async function decodeErrors(file: string): Promise<number> {
  return (await complaints(file)).length;
}

export interface Color {
  readonly r: number;
  readonly g: number;
  readonly b: number;
}

/** Mean colour of an area (0…1 of width and height) of the frame at `seconds` into `file`. */
export async function colorAt(
  file: string,
  seconds: number,
  area: { x: number; y: number; width: number; height: number } = {
    x: 0,
    y: 0,
    width: 1,
    height: 1,
  },
): Promise<Color> {
  const crop = `crop=iw*${area.width}:ih*${area.height}:iw*${area.x}:ih*${area.y}`;
  const { stdout } = await run(
    'ffmpeg',
    [
      ...`-nostdin -v error -ss ${seconds} -i`.split(' '),
      file,
      ...`-frames:v 1 -vf ${crop},scale=1:1:flags=area,format=rgb24 -f rawvideo -`.split(' '),
    ],
    { ...options, encoding: 'buffer' },
  );
  if (stdout.length < 3) throw new Error(`no frame at ${seconds} s of ${file}`);
  return { r: stdout[0]!, g: stdout[1]!, b: stdout[2]! };
}

/** Mean colour of an area, `perSecond` times a second from the start of `file`. */
export async function colorsOf(
  file: string,
  perSecond: number,
  area: { x: number; y: number; width: number; height: number },
): Promise<Color[]> {
  const crop = `crop=iw*${area.width}:ih*${area.height}:iw*${area.x}:ih*${area.y}`;
  const { stdout } = await run(
    'ffmpeg',
    [
      ...'-nostdin -v error -i'.split(' '),
      file,
      ...`-vf fps=${perSecond},${crop},scale=1:1:flags=area,format=rgb24 -f rawvideo -`.split(' '),
    ],
    { ...options, encoding: 'buffer' },
  );
  const colors: Color[] = [];
  for (let i = 0; i + 2 < stdout.length; i += 3) {
    colors.push({ r: stdout[i]!, g: stdout[i + 1]!, b: stdout[i + 2]! });
  }
  return colors;
}

export interface SoundFacts {
  /** Energy above `aboveHz` relative to the energy below it, dB. */
  readonly aboveDb: number;
  readonly peakDbfs: number;
  readonly rmsDbfs: number;
}

/** Spectrum and level of a file's sound, without its first half second. */
export async function soundFacts(
  file: string,
  aboveHz: number,
  format?: string,
): Promise<SoundFacts> {
  const rate = 48_000;
  const { stdout } = await run(
    'ffmpeg',
    [
      ...'-nostdin -v error'.split(' '),
      ...given(format),
      '-i',
      file,
      ...`-vn -ac 1 -ar ${rate} -f f32le -`.split(' '),
    ],
    { ...options, encoding: 'buffer' },
  );
  const all = new Float32Array(
    stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + (stdout.length & ~3)),
  );
  const samples = all.subarray(rate / 2);
  let peak = 0;
  let power = 0;
  for (const value of samples) {
    peak = Math.max(peak, Math.abs(value));
    power += value * value;
  }
  return {
    aboveDb: energyAbove(samples, rate, aboveHz),
    peakDbfs: decibels(peak),
    rmsDbfs: decibels(Math.sqrt(power / Math.max(1, samples.length))),
  };
}

/**
 * Writes what `url` (HTTP) sends during `ms` to `file`, and for as long after as it takes to hold
 * `bytes`: what a starved machine sends late still comes. Fails if it has not come 30 s later.
 */
export async function captureHttp(url: string, file: string, ms: number, bytes = 1): Promise<void> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(ms + 30_000) });
  if (!answer.ok || !answer.body) throw new Error(`${url}: ${answer.status}`);
  const enoughAt = performance.now() + ms;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= bytes && performance.now() >= enoughAt) break;
  }
  if (size < bytes) throw new Error(`${url} ended after ${size} bytes`);
  await writeFile(file, Buffer.concat(chunks));
}

/** A listener who joined in the middle was told the format; nothing needs to guess it from the bytes. */
function given(format: string | undefined): string[] {
  return format === undefined ? [] : ['-f', format];
}

function steps(times: readonly number[]): number[] {
  return times.slice(1).map((time, i) => time - times[i]!);
}

function figure(value: unknown): number | null {
  return value === undefined ? null : Number(value);
}

function decibels(ratio: number): number {
  return 20 * Math.log10(Math.max(ratio, 1e-9));
}
