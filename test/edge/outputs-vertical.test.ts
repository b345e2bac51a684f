// Vertical 9:16 on real parts: the cut, the ground, and a program that changes its size in the middle.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FlvTag } from '../../server/air/bus/flv-tag.ts';
import type { BusTap } from '../../server/air/bus/tap.ts';
import { verticalFilter } from '../../server/air/outputs/kinds/vertical.ts';
import type { VerticalSettings } from '../../server/contract/outputs.ts';
import {
  colorAt,
  colorsOf,
  complaints,
  packetFacts,
  streamsOf,
  type Color,
} from '../kit/media-probe.ts';
import { startNginxRtmp, type NginxRtmp } from '../kit/nginx-rtmp.ts';
import { startSimulatedBus, type SimulatedBus } from '../kit/simulated-bus.ts';
import { until } from '../kit/until.ts';
import { order, watch, type Watched } from './outputs-rig.ts';

let bars: SimulatedBus;
let slate: SimulatedBus;
let tap: JoinedTap;
let o: Watched;
let platform: NginxRtmp;
let folder: string;
const run = promisify(execFile);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outputs-vertical-'));
  platform = await startNginxRtmp();
  [bars, slate] = await Promise.all([
    // Grey, yellow, cyan, green, magenta, red, blue from left to right.
    startSimulatedBus({ picture: 'smptebars=rate=30', seconds: 4 }),
    startSimulatedBus({ picture: 'color=c=red:rate=30', size: '426x240', seconds: 4 }),
  ]);
  tap = joinedTap(bars);
  o = watch(tap);
});
afterAll(async () => {
  await o.outputs.close();
  await platform.close();
  rmSync(folder, { recursive: true, force: true });
  bars.close();
  slate.close();
});

test('one session of 720×1280 whatever the size of the program: no gap, keys each 2 s, below the copies', async () => {
  o.apply([
    order('left', platform.url, {
      kind: 'vertical',
      settings: { fit: 'crop', focus: 0, videoKbps: 1000 },
    }),
  ]);
  await o.live('left', 40_000);
  expect(nicenessOf(platform.port)).toBe(5);
  const from = tap.sent;
  /** No faster than they are encoded: what a busy machine is too slow for is not the question here. */
  const pictures = (n: number) =>
    until(
      `${n} pictures`,
      () => {
        const behind = o.of('left').queueMs > 2000;
        for (const bus of [bars, slate]) bus[behind ? 'pause' : 'resume']();
        return tap.sent - from > n;
      },
      60_000 + n * 50,
    );
  await pictures(60);
  tap.switchTo(slate);
  await pictures(120);
  tap.switchTo(bars);
  await pictures(180);
  // Encoding is behind the program, and by more on a busy machine: it is given the time to finish.
  bars.pause();
  slate.pause();
  await until('all is encoded', () => o.of('left').queueMs === 0, 60_000);
  expect(o.of('left').restarts).toBe(0);
  await o.outputs.close();

  expect(platform.recordings()).toHaveLength(1);
  const file = platform.recordings()[0]!;
  await platform.whole(file);
  const streams = await streamsOf(file);
  expect(streams.find((s) => s.type === 'video')).toMatchObject({
    codec: 'h264',
    width: 720,
    height: 1280,
  });
  expect(streams.some((s) => s.codec === 'aac')).toBe(true);
  const facts = await packetFacts(file);
  expect(facts).toMatchObject({ nonMonotonic: 0, startsOnKey: true });
  // A picture for each tick of the clock, through both cuts.
  expect(facts.maxVideoGapMs).toBeLessThan(45);
  for (const spacing of facts.keySpacingsMs) expect(Math.abs(spacing - 2000)).toBeLessThan(5);
  expect(facts.durationMs).toBeGreaterThan(5000);
  expect(await complaints(file)).toEqual([]);
  // The left of the bars, the slate, and the bars again.
  const middle = { x: 0.1, y: 0.2, width: 0.2, height: 0.3 };
  const seen = (await colorsOf(file, 4, middle)).map(hue);
  expect(seen.filter((name, i) => name !== seen[i - 1])).toEqual(['grey', 'red', 'grey']);
});

test.each(['1920x1080', '426x240', '640x480', '360x640'])(
  'from %s: the whole picture on its own ground, or a window of it, always in the same size',
  async (size) => {
    const blur = await picture(size, { fit: 'blur', focus: 0.5, width: 720, videoKbps: 1000 });
    expect(await sizeOf(blur)).toBe('720x1280');
    const crop = await picture(size, { fit: 'crop', focus: 1, width: 1080, videoKbps: 1000 });
    expect(await sizeOf(crop)).toBe('1080x1920');
    if (size === '360x640') return;
    const at = (x: number, y: number) => ({ x, y, width: 0.04, height: 0.04 });
    expect(hue(await colorAt(blur, 0, at(0.02, 0.46)))).toBe('grey');
    expect(hue(await colorAt(blur, 0, at(0.93, 0.46)))).toBe('blue');
    // Above it its own blurred middle, and no bars in black.
    expect(hue(await colorAt(blur, 0, at(0.48, 0.05)))).toBe('green');
    expect(hue(await colorAt(crop, 0, at(0.9, 0.2)))).toBe('blue');
  },
);

/** A still of the bars in `size`, through the filter of `settings`. */
async function picture(size: string, settings: VerticalSettings): Promise<string> {
  const file = join(folder, `${size}-${settings.fit}.png`);
  const input = `smptebars=size=${size}:rate=30`;
  const still = ['-vf', verticalFilter(settings), '-frames:v', '1', file];
  await run('ffmpeg', [...'-nostdin -v error -y -f lavfi -i'.split(' '), input, ...still]);
  return file;
}

async function sizeOf(file: string): Promise<string> {
  const [video] = await streamsOf(file);
  return `${video?.width}x${video?.height}`;
}

/** The colour's name, by its strongest parts. */
function hue({ r, g, b }: Color): string {
  const most = Math.max(r, g, b);
  const high = (value: number) => value > most * 0.6;
  if (most < 40) return 'black';
  if (high(r) && high(g) && high(b)) return 'grey';
  const names = [high(r) && 'red', high(g) && 'green', high(b) && 'blue'];
  return names.filter(Boolean).join('+');
}

/** How much the ffmpeg that sends to `port` yields to others. */
function nicenessOf(port: number): number | null {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (!line.startsWith('ffmpeg') || !line.includes(`:${port}/`)) continue;
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
    } catch {
      // It ended while we looked.
    }
  }
  return null;
}

interface JoinedTap extends BusTap {
  /** Goes on with another bus at its next key frame, with its headers. */
  switchTo(bus: SimulatedBus): void;
  /** Pictures sent so far. */
  readonly sent: number;
}

/** One endless timeline made of one bus after the other, as the program bus makes it. */
function joinedTap(first: SimulatedBus): JoinedTap {
  const consumers = new Set<(tag: FlvTag) => void>();
  const last = { audio: -1, video: -1 };
  let detach: () => void = () => undefined;
  let replay: FlvTag[] = [];
  let headers: FlvTag[] = [];
  let sent = 0;

  function emit(tag: FlvTag): void {
    if (tag.key) replay = [];
    if (!tag.header) replay.push(tag);
    for (const consumer of consumers) consumer(tag);
  }
  function follow(bus: SimulatedBus): void {
    const fresh: FlvTag[] = [];
    let offset: number | null = null;
    let joining = true;
    const leave = detach;
    const mine = bus.attach((tag) => {
      if (tag.header) {
        fresh.push(tag);
        return;
      }
      // The newest pictures are handed over first; a cut comes in at the next key frame.
      if (joining || tag.type === 'script' || (offset === null && !tag.key)) return;
      if (offset === null) {
        leave();
        const start = Math.max(last.video, last.audio) + 33;
        offset = start - tag.timestamp;
        headers = fresh;
        for (const header of headers) emit({ ...header, timestamp: start });
      }
      const timestamp = tag.timestamp + offset;
      if (timestamp <= last[tag.type]) return;
      last[tag.type] = timestamp;
      if (tag.type === 'video') sent += 1;
      emit({ ...tag, timestamp });
    });
    joining = false;
    detach = mine;
  }
  follow(first);
  return {
    get flowing() {
      return replay.length > 0;
    },
    get sent() {
      return sent;
    },
    attach(consumer) {
      for (const header of headers) consumer({ ...header, timestamp: replay[0]?.timestamp ?? 0 });
      for (const tag of replay) consumer(tag);
      consumers.add(consumer);
      return () => void consumers.delete(consumer);
    },
    switchTo: follow,
  };
}
