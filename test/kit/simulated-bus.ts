// A program bus without OBS: media made by a real ffmpeg, looped and paced in real time.
import { createFlvParser } from '../../server/air/bus/flv-parser.ts';
import type { FlvTag } from '../../server/air/bus/flv-tag.ts';
import type { BusTap } from '../../server/air/bus/tap.ts';
import { runBehind } from './run-behind.ts';

export interface SimulatedBus extends BusTap {
  /** No more tags, as when the station goes off the air. */
  pause(): void;
  resume(): void;
  /** Bytes of media sent since the start. */
  readonly sentBytes: number;
  close(): void;
}

export interface SimulatedMedia {
  readonly videoKbps?: number;
  /** An ffmpeg lavfi source for the sound. */
  readonly sound?: string;
  readonly seconds?: number;
  /** Size of the picture; 640x360 unless told otherwise. */
  readonly size?: string;
  /** An ffmpeg lavfi source for the picture, which `size` is appended to. */
  readonly picture?: string;
}

/** Encodes the media (H.264 with a key frame each second, AAC stereo at 48 kHz) and starts sending it. */
export async function startSimulatedBus(media: SimulatedMedia = {}): Promise<SimulatedBus> {
  const tags = await encode(media);
  const headers = tags.filter((t) => t.header);
  const frames = tags.filter((t) => !t.header && t.type !== 'script');
  // Rounded to whole AAC frames and pictures well enough for a seam no decoder minds.
  const last = frames.at(-1)!.timestamp;
  const loopMs = last - frames[0]!.timestamp + 33;
  const consumers = new Set<(tag: FlvTag) => void>();
  let gop: FlvTag[] = [];
  let at = 0;
  let round = 0;
  let sentBytes = 0;
  let flowing = true;
  let origin = performance.now() - frames[0]!.timestamp;
  let pausedAt = 0;

  const timer = setInterval(() => {
    if (!flowing) return;
    const now = performance.now() - origin;
    for (;;) {
      const frame = frames[at]!;
      const timestamp = frame.timestamp + round * loopMs;
      if (timestamp > now) return;
      at += 1;
      if (at === frames.length) {
        at = 0;
        round += 1;
      }
      const tag = { ...frame, timestamp };
      if (tag.key) gop = [];
      if (gop.length > 0 || tag.key) gop.push(tag);
      sentBytes += tag.body.length;
      for (const consumer of consumers) consumer(tag);
    }
  }, 10);

  return {
    get flowing() {
      return flowing;
    },
    get sentBytes() {
      return sentBytes;
    },
    attach(consumer) {
      const first = gop[0]?.timestamp ?? 0;
      for (const header of headers) consumer({ ...header, timestamp: first });
      for (const tag of gop) consumer(tag);
      consumers.add(consumer);
      return () => void consumers.delete(consumer);
    },
    pause() {
      if (!flowing) return;
      flowing = false;
      gop = [];
      pausedAt = performance.now();
    },
    resume() {
      if (flowing) return;
      origin += performance.now() - pausedAt;
      flowing = true;
    },
    close() {
      clearInterval(timer);
      consumers.clear();
    },
  };
}

async function encode(media: SimulatedMedia): Promise<FlvTag[]> {
  const { size = '640x360', picture = 'testsrc2=rate=30' } = media;
  const { videoKbps = 1500, seconds = 8, sound = 'sine=frequency=440:sample_rate=48000' } = media;
  const { stdout } = await runBehind(
    'ffmpeg',
    [
      ...`-nostdin -v error -f lavfi -i ${picture}:size=${size} -f lavfi -i`.split(' '),
      sound,
      ...`-t ${seconds} -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 30 -bf 0`.split(' '),
      // Filler keeps the rate true whatever the picture.
      ...`-b:v ${videoKbps}k -minrate ${videoKbps}k -maxrate ${videoKbps}k`.split(' '),
      ...`-bufsize ${videoKbps}k -x264-params nal-hrd=cbr`.split(' '),
      ...'-c:a aac -b:a 128k -ar 48000 -ac 2 -f flv pipe:1'.split(' '),
    ],
    128 * 1024 * 1024,
  );
  return createFlvParser().push(stdout);
}
