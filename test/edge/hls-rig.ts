// A web player without OBS: two reels of real media on one continuous bus, packaged by the real outputs.
import { createFanOut } from '../../server/air/bus/fan-out.ts';
import { createFlvParser } from '../../server/air/bus/flv-parser.ts';
import type { FlvTag } from '../../server/air/bus/flv-tag.ts';
import { createMonitorServer, type MonitorServer } from '../../server/air/bus/monitor-http.ts';
import { createHlsRooms, type HlsRooms } from '../../server/air/hls/rooms.ts';
import { createOutputs, type Outputs } from '../../server/air/outputs/outputs.ts';
import type { AirOutputOrder } from '../../server/contract/air-link.ts';
import { sampleEncoder } from '../kit/samples.ts';
import { systemClock } from '../../server/core/clock.ts';
import { silentLog } from '../../server/core/log.ts';
import { runBehind } from '../kit/run-behind.ts';
import { until } from '../kit/until.ts';

/** `program` 640×360 with a key frame each 2 s; `slate` 320×180, another profile, each second. */
export type ReelName = 'program' | 'slate';

const encodings: Readonly<Record<ReelName, { picture: string; codec: string }>> = {
  program: {
    picture: 'testsrc2=size=640x360:rate=30',
    codec: '-profile:v high -preset ultrafast -tune zerolatency -x264-params cabac=1 -g 60',
  },
  slate: {
    picture: 'color=c=navy:size=320x180:rate=30',
    codec: '-profile:v baseline -preset ultrafast -g 30',
  },
};

async function encode(name: ReelName): Promise<FlvTag[]> {
  const { picture, codec } = encodings[name];
  const { stdout } = await runBehind(
    'ffmpeg',
    [
      ...`-nostdin -v error -f lavfi -i ${picture} -f lavfi -i`.split(' '),
      'sine=frequency=440:sample_rate=48000',
      ...`-t 4 -c:v libx264 -pix_fmt yuv420p -b:v 1200k ${codec} -bf 0`.split(' '),
      ...'-c:a aac -b:a 96k -ar 48000 -ac 2 -f flv pipe:1'.split(' '),
    ],
    64 * 1024 * 1024,
  );
  return createFlvParser().push(stdout);
}

export interface HlsRig {
  readonly rooms: HlsRooms;
  readonly outputs: Outputs;
  readonly monitor: MonitorServer;
  readonly token: string;
  /** Goes on with the other reel, from its first key frame, where the timeline is. */
  cut(to: ReelName): void;
  /** Orders the web player `web` to run, or not. */
  order(run: boolean): void;
  /** As control reads it, token and all. */
  monitorUrl(): string;
  /** GET of a file of the web player, with the token. */
  get(file: string): Promise<Response>;
  close(): Promise<void>;
}

export const token = 'token-of-the-rig-0123456789';
const web: AirOutputOrder = {
  id: 'web',
  kind: 'hls',
  run: true,
  url: '',
  key: null,
  settings: { partMs: 500, windowSeconds: 12 },
  backupUrl: null,
  folder: null,
};
const encoder = sampleEncoder({
  videoKbps: 1200,
  audioKbps: 96,
  keyframeSeconds: 2,
  x264Preset: 'ultrafast',
});

/** Starts everything; `timeline` is where the bus's clock begins, ms. */
export async function startHlsRig(timeline = 10_000): Promise<HlsRig> {
  const [program, slate] = await Promise.all([encode('program'), encode('slate')]);
  const reels: Record<ReelName, FlvTag[]> = { program, slate };
  const clock = systemClock();
  const fan = createFanOut(silentLog);
  let reel: readonly FlvTag[] = [];
  let at = 0;
  /** Added to a reel's times. */
  let offset = 0;
  const origin = clock.mono();
  const busNow = (): number => timeline + clock.mono() - origin;

  function start(name: ReelName): void {
    const headers = reels[name].filter((t) => t.header);
    reel = reels[name].filter((t) => !t.header && t.type !== 'script');
    at = reel.findIndex((t) => t.key);
    offset = busNow() - reel[at]!.timestamp;
    for (const tag of headers) fan.send({ ...tag, timestamp: busNow() }, null);
  }
  start('program');
  const stop = clock.every(10, () => {
    for (let tag = reel[at]!; tag.timestamp + offset <= busNow(); tag = reel[at]!) {
      fan.send({ ...tag, timestamp: Math.round(tag.timestamp + offset) }, null);
      at += 1;
      if (at < reel.length) continue;
      at = 0;
      offset += reel.at(-1)!.timestamp - reel[0]!.timestamp + 33;
    }
  });
  const tap = { attach: (consumer: (tag: FlvTag) => void) => fan.attach(consumer), flowing: true };
  const rooms = createHlsRooms({ clock, log: silentLog });
  const outputs = createOutputs({ tap, clock, log: silentLog, random: Math.random, hls: rooms });
  const monitor = await createMonitorServer({ clock, log: silentLog, tap, token, hls: rooms });
  const base = `http://127.0.0.1:${monitor.port}`;
  const order = (on: boolean): void => outputs.apply([{ ...web, run: on }], encoder);
  order(true);
  return {
    rooms,
    outputs,
    monitor,
    token,
    cut: start,
    order,
    monitorUrl: () => `${base}/bus.flv?t=${token}`,
    get: (file) =>
      fetch(`${base}/hls/web/${file}`, {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(60_000),
      }),
    async close() {
      stop();
      await outputs.close();
      rooms.close();
      await monitor.close();
    },
  };
}

/** The playlist once it lists `count` whole segments. */
export function playlistWith(rig: HlsRig, count: number): Promise<string> {
  return playlist(
    rig,
    `${count} whole segments`,
    (text) => (text.match(/#EXTINF/g) ?? []).length >= count,
  );
}

/** The playlist once it is as `matches` says. */
export function playlist(
  rig: HlsRig,
  what: string,
  matches: (text: string) => boolean,
): Promise<string> {
  const look = async () => {
    const answer = await rig.get('live.m3u8');
    const text = await answer.text();
    return answer.ok && matches(text) && text;
  };
  return until(what, look, 30_000);
}
