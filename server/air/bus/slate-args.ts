// How the slate is drawn and encoded: ffmpeg's arguments.
import { argumentsOf, ffmpegCommand } from '../ffmpeg-command.ts';
import type { AirOrder } from '../../contract/air-link.ts';
import type { EncoderProfile } from '../../contract/profiles.ts';
import { steadyVideoOptions } from '../encode/x264-options.ts';

/** Everything the slate looks and sounds like. */
export interface SlateWish {
  readonly encoder: EncoderProfile;
  readonly slate: AirOrder['slate'];
}

/** A piece of text to draw: kept in a file beside the output, so that no character needs escaping. */
export interface SlateText {
  readonly file: string;
  readonly text: string;
  readonly size: number;
  readonly y: number;
}

export interface SlatePlan {
  /** Length of the loop: whole groups of pictures, about 8 s. */
  readonly seconds: number;
  readonly texts: readonly SlateText[];
  /** For ffmpeg, run in the folder that holds the text files; writes `slate.flv` there. */
  readonly args: readonly string[];
}

/** 8 s hold whole AAC frames at 48 kHz (375) and whole groups of 0.5, 1, 2 and 4 s. */
const aboutSeconds = 8;

/** Plans the slate; without a font it has no words, but the same colours and movement. */
export function planSlate(wish: SlateWish, fontFile: string | null): SlatePlan {
  const e = wish.encoder;
  const group = Math.max(1, Math.round(e.fps * e.keyframeSeconds));
  const groups = Math.max(1, Math.round((aboutSeconds * e.fps) / group));
  const frames = group * groups;
  const seconds = frames / e.fps;
  const texts = fontFile ? layOut(wish) : [];
  const words = texts.map(
    (t) =>
      `drawtext=fontfile=${fontFile}:textfile=${t.file}:expansion=none:fontsize=${t.size}` +
      `:fontcolor=${color(wish.slate.foreground)}:x=(w-text_w)/2:y=${t.y}-text_h/2`,
  );
  const barWidth = even(e.width / 6);
  const bar = `${barWidth}x${Math.max(4, even(e.height / 120))}`;
  // The card is drawn once, in RGB, and converted with the matrix that is declared, so that colours
  // stay the station's; then it is repeated, and only the bar is laid on each picture.
  const toYuv = 'scale=out_color_matrix=bt709:out_range=tv,format=yuv420p';
  const graph = [
    `${['[0:v]format=gbrp', ...words, toYuv, `loop=${frames - 1}:1:0`].join(',')},` +
      `setpts=N/(${e.fps}*TB)[card]`,
    `[1:v]format=gbrp,${toYuv}[bar]`,
    `[card][bar]overlay=x=(W+w)*mod(t/${seconds}\\,1)-w:y=H*0.8:format=yuv420:shortest=1[v]`,
  ].join(';');
  const source = (c: string, size: string, length: number): string =>
    `color=c=${color(c)}:s=${size}:r=${e.fps}:d=${length}`;
  const command = ffmpegCommand()
    .input(source(wish.slate.background, `${e.width}x${e.height}`, 1 / e.fps))
    .inputFormat('lavfi')
    .input(source(wish.slate.foreground, bar, seconds))
    .inputFormat('lavfi')
    .input(pad(e, seconds))
    .inputFormat('lavfi')
    .complexFilter(graph)
    .outputOptions(['-hide_banner', '-nostdin', '-loglevel', 'error', '-map', '[v]', '-map', '2:a'])
    .outputOptions(videoOptions(e, group))
    .outputOptions(['-c:a', 'aac', '-b:a', `${e.audioKbps}k`])
    .outputOptions(['-ar', String(e.audioRate), '-ac', String(e.audioChannels)])
    .outputOptions(['-f', 'flv', '-flvflags', 'no_duration_filesize'])
    .output('slate.flv');
  return { seconds, texts, args: argumentsOf(command) };
}

function videoOptions(e: EncoderProfile, group: number): string[] {
  // As the encoder of all that goes out: then no decoder notices the one cover for the other.
  if (e.alwaysEncode) return [...steadyVideoOptions(e), '-threads', '1'];
  return [
    '-c:v',
    'libx264',
    '-preset',
    e.x264Preset,
    '-profile:v',
    e.h264Profile,
    '-bf',
    '0',
    '-g',
    String(group),
    '-keyint_min',
    String(group),
    '-sc_threshold',
    '0',
    '-crf',
    '20',
    '-maxrate',
    `${e.videoKbps}k`,
    '-bufsize',
    `${e.videoKbps}k`,
    '-threads',
    '1',
    '-colorspace',
    'bt709',
    '-color_primaries',
    'bt709',
    '-color_trc',
    'bt709',
    '-color_range',
    'tv',
  ];
}

/**
 * A quiet pad: two chords that breathe, silent at the seam. Each voice has whole periods in the
 * loop, so it goes round without a click; about −30 dB, so that radio is neither loud nor dead.
 */
function pad(e: EncoderProfile, seconds: number): string {
  const voices = (notes: readonly number[], shift: number): string =>
    notes.map((hz) => `sin(2*PI*${Math.round(hz * seconds) / seconds}*t+${shift})`).join('+');
  const swell = (times: number): string => `pow(sin(${times}*PI*t/${seconds})\\,2)`;
  const channel = (shift: number): string =>
    `0.02*${swell(1)}*(${voices([130.81, 261.63, 329.63, 392], shift)})` +
    `+0.016*${swell(2)}*(${voices([110, 220, 261.63, 440], shift * 2)})`;
  const exprs = e.audioChannels === 1 ? channel(0) : `${channel(0)}|${channel(0.7)}`;
  const layout = e.audioChannels === 1 ? 'mono' : 'stereo';
  // A little longer than the loop: the encoder's own delay must not leave a hole at its end.
  return `aevalsrc=exprs=${exprs}:s=${e.audioRate}:c=${layout}:d=${seconds + 0.25}`;
}

/** Name above, words in the middle, as large as they fit. */
function layOut({ encoder: e, slate }: SlateWish): SlateText[] {
  const lines = wrap(slate.text, 22);
  const longest = Math.max(1, ...lines.map((l) => l.length));
  // A bold DejaVu letter is at most about 0.72 of its size wide on average.
  const fit = (chars: number, share: number): number => (e.width * share) / (chars * 0.72);
  const size = Math.round(
    Math.min(e.height * 0.15, fit(longest, 0.9), (e.height * 0.4) / lines.length),
  );
  const step = Math.round(size * 1.25);
  const top = Math.round(e.height * 0.52 - (step * (lines.length - 1)) / 2);
  const nameSize = Math.round(Math.min(e.height * 0.055, fit(Math.max(1, slate.name.length), 0.9)));
  return [
    { file: 'name.txt', text: slate.name, size: nameSize, y: Math.round(e.height * 0.22) },
    ...lines.map((text, i) => ({ file: `text-${i}.txt`, text, size, y: top + i * step })),
  ].filter((t) => t.text.trim() !== '');
}

/** Splits at spaces into lines of about `width` letters; a longer word stands alone. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** `#rrggbb` as ffmpeg writes it. */
function color(hex: string): string {
  return `0x${hex.slice(1)}`;
}

function even(n: number): number {
  return Math.max(2, Math.round(n / 2) * 2);
}
