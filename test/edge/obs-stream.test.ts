// OBS's stream and its field source, against a real RTMP server.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { StudioError } from '../../server/core/errors.ts';
import { createObsSocket, type ObsSocket } from '../../server/switcher/obs-socket.ts';
import {
  connectTestSwitcher,
  hdEncoder,
  operator,
  scenePixel,
  smallEncoder,
  startObs,
  type TestObs,
  type TestSwitcher,
} from '../kit/obs.ts';
import { packetFacts, streamsOf } from '../kit/media-probe.ts';
import { startNginxRtmp, type NginxRtmp } from '../kit/nginx-rtmp.ts';
import { until } from '../kit/until.ts';

let obs: TestObs;
let studio: TestSwitcher;
let nginx: NginxRtmp;
let person: ObsSocket;

beforeAll(async () => {
  [obs, nginx] = await Promise.all([startObs(), startNginxRtmp({ apps: ['live', 'field'] })]);
  studio = await connectTestSwitcher(obs);
  person = createObsSocket(() => undefined);
  await person.open({ url: obs.url, password: obs.password }, false);
});
afterEach(async () => {
  await studio.switcher.stopStream();
  await until('off', () => studio.state().streaming === 'off');
});
afterAll(async () => {
  person?.drop();
  await studio?.close();
  await obs?.close();
  await nginx?.close();
});

const run = async (program: string, args: string): Promise<string> =>
  (await promisify(execFile)(program, args.split(' '))).stdout;
const target = (key: string) => ({ server: nginx.url, key });
async function failure(work: Promise<unknown>): Promise<StudioError> {
  const error = await work.then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(StudioError);
  return error as StudioError;
}

it('many starts and stops at once leave OBS alive and as the last one wished', async () => {
  const { switcher } = studio;
  await Promise.all([
    ...Array.from({ length: 5 }, () => switcher.startStream(target('a'))),
    switcher.stopStream(),
    ...Array.from({ length: 5 }, () => switcher.startStream(target('a'))),
  ]);
  expect(studio.state().streaming).toBe('on');
  await switcher.startStream(target('a'));
  await Promise.all([switcher.stopStream(), switcher.stopStream()]);
  expect(studio.state().streaming).toBe('off');
  expect(await person.call('GetVersion', undefined)).toBeTruthy();
});

it('a new server finds OBS streaming there and leaves it alone; another target moves it', async () => {
  await studio.switcher.startStream(target('uno'));
  const sessions = nginx.recordings().length;
  const next = await connectTestSwitcher(obs);
  try {
    expect(next.state().streaming).toBe('on');
    await next.switcher.startStream(target('uno'));
    expect(nginx.recordings().length).toBe(sessions);
    await next.switcher.startStream(target('dos'));
    await until('the second session', () => nginx.recordings().length === sessions + 1);
    expect(nginx.requests.at(-1)?.key).toBe('dos');
    await until('seen by the first', () => studio.state().streaming === 'on');
  } finally {
    await next.close();
  }
});

it('sends H.264 without B-frames and AAC, a key frame every 2 s', async () => {
  await studio.switcher.startStream(target('claves'));
  const file = await until('a recording', () => nginx.recordings().at(-1));
  const { 'switcher.caption': caption } = studio.switcher.handlers;
  expect(await caption({ text: 'Buenas tardes' }, operator)).toEqual({});
  const start = performance.now();
  await until('four seconds of it', () => performance.now() - start > 4000, 15_000, 200);
  await caption({ text: 'Seguimos' }, operator);
  await until('nine seconds of it', () => performance.now() - start > 9000, 15_000, 200);
  const conflict = await failure(studio.switcher.applyEncoder(hdEncoder));
  expect(conflict.code).toBe('conflict');
  await studio.switcher.stopStream();
  const facts = await packetFacts(file);
  expect(facts.startsOnKey).toBe(true);
  expect(facts.keySpacingsMs.length).toBeGreaterThanOrEqual(3);
  for (const spacing of facts.keySpacingsMs) expect(Math.abs(spacing - 2000)).toBeLessThan(70);
  expect(facts.nonMonotonic).toBe(0);
  // Captions travel inside the video: only a decoder of it finds them again. OBS puts them behind
  // the picture they belong to, which a decoder understands once they are in a transport stream.
  const ts = join(obs.dataDir, 'claves.ts');
  await run('ffmpeg', `-v error -i ${file} -c copy ${ts}`);
  const captions = `-v error -f lavfi -i movie=${ts},setpts=N/30/TB[out+subcc] -map 0:s -f srt -`;
  expect(await run('ffmpeg', captions)).toContain('Buenas tardes');
  expect(
    await run('ffprobe', `-v error -select_streams v -show_entries stream=has_b_frames ${file}`),
  ).toContain('has_b_frames=0');
  const streams = await streamsOf(file);
  expect(streams.find((s) => s.type === 'video')).toMatchObject({
    codec: 'h264',
    width: 640,
    height: 360,
  });
  expect(streams.find((s) => s.type === 'audio')).toMatchObject({
    codec: 'aac',
    channels: 2,
    sampleRate: 48_000,
  });
});

it('says so when nobody takes the stream', async () => {
  const refused = await failure(
    studio.switcher.startStream({ server: 'rtmp://127.0.0.1:9/live', key: 'x' }),
  );
  expect(refused.code).toBe('unavailable');
  expect(studio.state().streaming).toBe('off');
});

it('a stream that the server ends shows as off, to be begun again', async () => {
  await studio.switcher.startStream(target('caida'));
  await nginx.stop();
  await until('off', () => studio.state().streaming === 'off');
  await nginx.start();
  await studio.switcher.startStream(target('caida'));
  expect(studio.state().streaming).toBe('on');
});

it('an encoder that endangers the air is said, and set right on request', async () => {
  await person.call('SetProfileParameter', {
    parameterCategory: 'SimpleOutput',
    parameterName: 'x264Settings',
    parameterValue: '',
  });
  await studio.switcher.checkEncoder();
  expect(studio.state().encoder.warning?.text).toMatch(/cuadro clave cada 8,3 s/);
  await studio.switcher.applyEncoder(smallEncoder);
  expect(studio.state().encoder.warning).toBeNull();
});

describe('the field source', () => {
  let phone: ChildProcess | null = null;
  const url = () => `rtmp://127.0.0.1:${nginx.port}/field/movil`;

  function push(color: string): void {
    phone = spawn(
      'ffmpeg',
      (
        `-nostdin -v error -re -f lavfi -i color=${color}:size=320x180:rate=15 ` +
        '-f lavfi -i sine=frequency=300:sample_rate=48000 ' +
        `-c:v libx264 -preset ultrafast -tune zerolatency -g 15 -c:a aac -f flv ${url()}`
      ).split(' '),
      { stdio: 'ignore' },
    );
  }
  async function hangUp(): Promise<void> {
    const ending = phone;
    phone = null;
    if (!ending || ending.exitCode !== null) return;
    const gone = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill('SIGKILL');
    await gone;
  }
  afterEach(hangUp);
  const center = () => scenePixel(person, 'Campo', 0.5, 0.5);
  const red = (c: { r: number; g: number; b: number }) => c.r > 180 && c.g < 60 && c.b < 60;
  const blue = (c: { r: number; g: number; b: number }) => c.b > 180 && c.r < 60 && c.g < 60;

  it('plays a feed, is left alone when told the same, returns with its sender, and blanks', async () => {
    const { switcher } = studio;
    push('red');
    await until('the push arrives', () => nginx.requests.some((r) => r.key === 'movil'));
    await switcher.setMediaInput('Señal de campo', url());
    await until('the picture is there', async () => red(await center()), 20_000, 100);
    await switcher.setMediaInput('Señal de campo', url());
    expect(red(await center())).toBe(true);
    await hangUp();
    push('blue');
    await until('the picture is back', async () => blue(await center()), 20_000, 100);
    await switcher.setMediaInput('Señal de campo', null);
    await until('nothing of it is left', async () => !blue(await center()), 5000, 100);
    // A sender that dies while its picture plays must not stay on the screen as if it were live.
    await switcher.setMediaInput('Señal de campo', url());
    await until('the picture is there again', async () => blue(await center()), 20_000, 100);
    await hangUp();
    await switcher.setMediaInput('Señal de campo', null);
    await until('no last picture stays', async () => !blue(await center()), 5000, 100);
    const missing = await failure(switcher.setMediaInput('No existe', null));
    expect(missing.code).toBe('notFound');
  });
});
