// The web player on real parts: ffmpeg, packager, air's HTTP and control's: valid, decodable, on time.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { complaints, packetFacts, streamsOf } from '../kit/media-probe.ts';
import { paced } from '../kit/slowness.ts';
import { until } from '../kit/until.ts';
import { webOutput } from '../unit/hls-output.ts';
import { playlist, playlistWith, startHlsRig, token, type HlsRig } from './hls-rig.ts';
import { openRoom, type Room } from './web-room.ts';

let rig: HlsRig;
let room: Room;
let dir: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'hls-'));
  // Near 2^32 ms, where FLV's time begins anew while the test runs.
  [rig, room] = await Promise.all([
    startHlsRig(2 ** 32 - 3000),
    openRoom({ monitorUrl: () => rig.monitorUrl(), publicRoutes: express.Router() }),
  ]);
  room.state.change((draft) => {
    draft.outputs = { web: webOutput };
  });
});
afterAll(async () => {
  await room?.close();
  await rig?.close();
  rmSync(dir, { recursive: true, force: true });
});

const bytesOf = async (file: string): Promise<Buffer> => {
  const answer = await rig.get(file);
  expect([file, answer.status]).toEqual([file, 200]);
  return Buffer.from(await answer.arrayBuffer());
};
const all = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map((m) => m[1] ?? '');
const lastMsn = (text: string): number =>
  Number(/SEQUENCE:(\d+)/.exec(text)?.[1]) + (text.match(/#EXTINF/g)?.length ?? 0) - 1;

/** Changes of encoder since the start, those that have left the playlist too. */
const changes = (text: string): number =>
  Number(/DISCONTINUITY-SEQUENCE:(\d+)/.exec(text)?.[1]) +
  (text.match(/#EXT-X-DISCONTINUITY\n/g)?.length ?? 0);
const headersOf = (text: string): string[] => all(text, /MAP:URI="([^"]+)"/g);

/** Every rule of the playlist that a player relies on. */
function check(text: string): void {
  const target = Number(/TARGETDURATION:(\d+)/.exec(text)?.[1]);
  const partTarget = Number(/PART-TARGET=([\d.]+)/.exec(text)?.[1]);
  expect(Number(/PART-HOLD-BACK=([\d.]+)/.exec(text)?.[1])).toBeGreaterThanOrEqual(3 * partTarget);
  for (const seconds of all(text, /#EXTINF:([\d.]+),/g).map(Number)) {
    expect(Math.round(seconds)).toBeLessThanOrEqual(target);
  }
  const parts = [...text.matchAll(/#EXT-X-PART:DURATION=([\d.]+),URI="[^"]+\.(\d+)\.m4s"(.*)/g)];
  expect(parts.length).toBeGreaterThan(4);
  for (const [, seconds, index, rest] of parts) {
    expect(Number(seconds)).toBeLessThanOrEqual(partTarget);
    expect([index, rest === ',INDEPENDENT=YES']).toEqual([index, index === '0']);
  }
  const dates = all(text, /DATE-TIME:(.*)/g).map((date) => Date.parse(date));
  expect(dates.toSorted((a, b) => a - b)).toEqual(dates);
}

test('parts and segments are one stream that decodes, over the end of FLV’s clock', async () => {
  const limit = await paced();
  const text = await playlistWith(rig, 2);
  const now = Date.now();
  check(text);
  // Its dates are those of this moment.
  const newest = Date.parse(all(text, /DATE-TIME:(.*)/g).at(-1) ?? '');
  expect(Math.abs(now - newest)).toBeLessThan(await limit(5000));
  const init = await bytesOf(all(text, /MAP:URI="([^"]+)"/g)[0] ?? '');
  const segments = await Promise.all(all(text, /^([^#\n]+\.m4s)$/gm).map(bytesOf));
  // At once, all of it: what is listed now is forgotten some seconds later.
  const parts = await Promise.all(all(text, /URI="([^"]+\.\d+\.m4s)",INDEP/g).map(bytesOf));
  const whole = join(dir, 'whole.mp4');
  writeFileSync(whole, Buffer.concat([init, ...segments]));
  expect(await complaints(whole)).toEqual([]);
  const facts = await packetFacts(whole);
  expect(facts).toMatchObject({ nonMonotonic: 0, startsOnKey: true });
  expect(facts.maxVideoGapMs).toBeLessThan(60);
  expect(facts.durationMs).toBeGreaterThan(3500);
  // One part alone, with the headers, shows its pictures.
  writeFileSync(whole, Buffer.concat([init, parts.at(-1) ?? init]));
  expect((await packetFacts(whole)).videoPackets).toBeGreaterThan(10);
  expect(await complaints(whole)).toEqual([]);
});

test('a playlist waits for the part it is asked for, and the announced part for itself', async () => {
  const text = await playlistWith(rig, 1);
  const hint = /PRELOAD-HINT:TYPE=PART,URI="([^"]+)"/.exec(text)?.[1] ?? '';
  const [, msn, part] = /-(\d+)\.(\d+)\.m4s/.exec(hint) ?? [];
  const [answer, announced] = await Promise.all([
    rig.get(`live.m3u8?_HLS_msn=${msn}&_HLS_part=${part}`),
    rig.get(hint),
  ]);
  expect(await answer.text()).toContain(`URI="${hint}"`);
  expect(announced.status).toBe(200);
  expect((await announced.arrayBuffer()).byteLength).toBeGreaterThan(1000);
  // Nobody can know of them yet, however long this machine takes to ask.
  const beyond = Number(msn) + 9;
  for (const bad of [
    '_HLS_part=0',
    '_HLS_msn=x',
    '_HLS_msn=-1',
    `_HLS_msn=${beyond}`,
    `_HLS_msn=${beyond}&_HLS_part=99`,
    '_HLS_skip=no',
  ]) {
    expect([bad, (await rig.get(`live.m3u8?${bad}`)).status]).toEqual([bad, 400]);
  }
  const update = await rig.get(`live.m3u8?_HLS_msn=${msn}&_HLS_skip=YES`);
  expect(await update.text()).toContain('#EXTM3U');
});

test('pictures of another encoder come with headers of their own, and the stream goes on', async () => {
  const before = await playlistWith(rig, 1);
  const from = lastMsn(before);
  rig.cut('slate');
  const cut = await playlist(
    rig,
    'two segments of the slate',
    (text) => changes(text) === changes(before) + 1 && lastMsn(text) >= from + 3,
  );
  check(cut);
  const after = cut.slice(cut.lastIndexOf('#EXT-X-DISCONTINUITY\n'));
  const init = await bytesOf(/MAP:URI="([^"]+)"/.exec(after)?.[1] ?? '');
  const file = join(dir, 'slate.mp4');
  const segments = await Promise.all(all(after, /^([^#\n]+\.m4s)$/gm).map(bytesOf));
  writeFileSync(file, Buffer.concat([init, ...segments]));
  expect(await complaints(file)).toEqual([]);
  const video = (await streamsOf(file)).find((s) => s.type === 'video');
  expect([video?.width, video?.height]).toEqual([320, 180]);
  rig.cut('program');
  const back = await playlist(rig, 'back', (text) => changes(text) === changes(before) + 2);
  // The headers of before, under the name players have already.
  expect(headersOf(back).at(-1)).toBe(headersOf(before).at(-1));
  expect(rig.outputs.report()['web']).toMatchObject({ state: 'live', restarts: 0 });
});

test('a worker that dies is replaced, and the numbers go on', async () => {
  const before = lastMsn(await playlistWith(rig, 1));
  const ours = ['-P', String(process.pid), '-f', 'frag_discont'];
  process.kill(Number(execFileSync('pgrep', ours, { encoding: 'utf8' })), 'SIGKILL');
  await until('replaced', () => (rig.outputs.report()['web']?.restarts ?? 0) === 1, 20_000);
  const text = await playlist(
    rig,
    'segments of the new one',
    (now) => lastMsn(now) >= before + 2 && rig.outputs.report()['web']?.state === 'live',
  );
  check(text);
});

test('control hands it to anybody: one read of air, kept for ever, and no token outside', async () => {
  const base = `${room.url}/en-vivo/hls/web`;
  const first = await fetch(`${base}/live.m3u8`);
  const text = await first.text();
  check(text);
  expect(Object.fromEntries(first.headers)).toMatchObject({
    'content-type': 'application/vnd.apple.mpegurl',
    'cache-control': 'public, max-age=1',
    'access-control-allow-origin': '*',
    'content-encoding': 'gzip',
  });
  const segment = all(text, /^([^#\n]+\.m4s)$/gm).at(-1) ?? '';
  const answers = await Promise.all(Array.from({ length: 40 }, () => fetch(`${base}/${segment}`)));
  const direct = await bytesOf(segment);
  for (const answer of answers) {
    expect(Buffer.from(await answer.arrayBuffer()).equals(direct)).toBe(true);
  }
  expect(Object.fromEntries(answers[0]!.headers)).toMatchObject({
    'content-type': 'video/mp4',
    'cache-control': 'public, max-age=31536000, immutable',
  });
  const everything = JSON.stringify([text, ...answers.map((a) => [...a.headers])]);
  expect(everything).not.toContain(token);
  const statuses = await Promise.all(
    [
      [`${base}/none.m4s`, 'GET'],
      [`${room.url}/en-vivo/hls/other/live.m3u8`, 'GET'],
      [`${base}/../web/live.m3u8?_HLS_msn=abc`, 'GET'],
      [`${base}/live.m3u8`, 'POST'],
      [`${base}/live.m3u8`, 'OPTIONS'],
      [`${base}/${segment}`, 'HEAD'],
    ].map(async ([url, method]) => (await fetch(url!, { method: method! })).status),
  );
  expect(statuses).toEqual([404, 404, 400, 405, 204, 200]);
});

test('air lets nobody in without the token', async () => {
  const url = `http://127.0.0.1:${rig.monitor.port}/hls/web/live.m3u8`;
  expect((await fetch(url)).status).toBe(403);
  expect((await fetch(`${url}?t=${token}`)).status).toBe(403);
  const wrong = { authorization: `Bearer ${token}x` };
  expect((await fetch(url, { headers: wrong })).status).toBe(403);
  expect((await rig.get('../../etc/passwd')).status).toBe(404);
});

test('ordered to stop, the playlist ends; without air there is a plain 503', async () => {
  rig.order(false);
  const text = await (await rig.get('live.m3u8')).text();
  expect(text).toContain('#EXT-X-ENDLIST');
  await rig.monitor.close();
  await until('nothing is kept of what may change', async () => {
    const answer = await fetch(`${room.url}/en-vivo/hls/web/live.m3u8`);
    await answer.body?.cancel();
    return answer.status === 503 && answer.headers.get('retry-after') === '1';
  });
});
