// A vertical output that cannot keep up, on real parts: it tells its own encoder from its way out.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startNginxRtmp, type NginxRtmp } from '../kit/nginx-rtmp.ts';
import { startSimulatedBus, type SimulatedBus } from '../kit/simulated-bus.ts';
import { startThrottle, type Throttle } from '../kit/throttle.ts';
import { until } from '../kit/until.ts';
import { order, watch, type Watched } from './outputs-rig.ts';

let folder: string;
let bus: SimulatedBus;
let platform: NginxRtmp;
let line: Throttle;
let o: Watched;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outputs-encoder-'));
  platform = await startNginxRtmp();
  line = await startThrottle(platform.port);
  bus = await startSimulatedBus({ seconds: 3, size: '1280x720', videoKbps: 1000 });
});
afterEach(() => o.outputs.close());
afterAll(async () => {
  bus.close();
  await line.close();
  await platform.close();
  rmSync(folder, { recursive: true, force: true });
});

/** ffmpeg with another preset and filter than those it is told: as dear, as cheap or as nice as a test needs. */
function ffmpegWith(preset: string, filter: string, niceness: number): string {
  const path = join(folder, preset);
  const script = `#!/bin/bash
told=() before=
for word in "$@"; do
  [ "$word" = veryfast ] && word='${preset}'
  [ "$before" = -vf ] && word='${filter}'
  before=$word told+=("$word")
done
exec nice -n ${niceness} ffmpeg "\${told[@]}"
`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
}

const start = async (id: string, ffmpegPath: string) => {
  o = watch(bus, { ffmpegPath });
  const url = `rtmp://127.0.0.1:${line.port}/live`;
  const settings = { width: 720, videoKbps: 2500 };
  o.apply([order(id, url, { key: id, kind: 'vertical', settings })]);
  await o.live(id, 60_000);
};

test('a machine that is too slow for it: its encoder is named, and nothing else', async () => {
  // More than two threads of any machine can do.
  const dear = 'scale=2160:3840:flags=lanczos,setsar=1,format=yuv420p';
  // What burns every core here leaves them to whoever else is timed meanwhile.
  await start('dear', ffmpegWith('faster', dear, 10));
  await o.says('dear', 'encoder', 60_000);
  const said = performance.now();
  expect(o.of('dear').problem?.detail).toContain('its own encoder');
  await until('it drops what it cannot encode', () => o.of('dear').droppedFrames > 0, 30_000);
  await o.says('dear', 'encoder');
  const since = o.diary('dear').filter((entry) => entry.at >= said);
  expect(since.map((entry) => entry.cause)).not.toContain('slow');
});

test('a way out that is too narrow is told as that, however it encodes', async () => {
  // Cheap to make and dear to send: noise, in a small picture.
  const noise = 'scale=180:320,setsar=1,noise=alls=60:allf=t,format=yuv420p';
  await start('narrow', ffmpegWith('ultrafast', noise, 0));
  line.limit((1000 * 1000) / 8);
  await o.says('narrow', 'slow', 60_000);
  const said = performance.now();
  await until('frames are dropped', () => o.of('narrow').droppedFrames > 0, 30_000);
  const since = o.diary('narrow').filter((entry) => entry.at >= said);
  expect(since.map((entry) => entry.cause)).not.toContain('encoder');
});
