// One read of air for all viewers: shared while it is on its way, kept while it is true, bounded always.
import { beforeEach, expect, test } from 'vitest';
import {
  createLiveFiles,
  type LiveAsk,
  type LiveFile,
  type LiveFiles,
} from '../../server/web/public-live-files.ts';

type Answer = Omit<LiveFile, 'gzip'>;
let now: number;
let asked: string[];
let pending: ((answer: Answer) => void)[];
let files: LiveFiles;

beforeEach(() => {
  now = 0;
  asked = [];
  pending = [];
  files = createLiveFiles({
    mono: () => now,
    maxBytes: 100_000,
    read(ask) {
      asked.push(`${ask.file}?${ask.query}`);
      return new Promise((resolve) => pending.push(resolve));
    },
  });
});

const ask = (file: string, query = ''): LiveAsk => ({ output: 'web', file, query });
const media = (size: number): Answer => ({
  status: 200,
  type: 'video/mp4',
  caching: 'public, max-age=31536000, immutable',
  body: Buffer.alloc(size, 7),
});
const playlist = (text: string, max = 1): Answer => ({
  status: 200,
  type: 'application/vnd.apple.mpegurl',
  caching: `public, max-age=${max}`,
  body: Buffer.from(text),
});
/** Asks, and answers what air was asked for. */
async function got(wish: LiveAsk, answer: Answer): Promise<LiveFile> {
  const file = files.get(wish);
  pending.splice(0).forEach((resolve) => resolve(answer));
  return file;
}

test('two hundred viewers of one part are one read of air, then none', async () => {
  const all = Array.from({ length: 200 }, () => files.get(ask('a.m4s')));
  expect(asked).toEqual(['a.m4s?']);
  pending[0]?.(media(1000));
  const answers = await Promise.all(all);
  expect(new Set(answers).size).toBe(1);
  now += 86_400_000;
  await files.get(ask('a.m4s'));
  expect(asked).toHaveLength(1);
});

test('playlists are kept for moments: longer where they were waited for', async () => {
  await got(ask('live.m3u8'), playlist('one'));
  now += 199;
  expect((await files.get(ask('live.m3u8'))).body.toString()).toBe('one');
  now += 2;
  expect((await got(ask('live.m3u8'), playlist('two'))).body.toString()).toBe('two');
  await got(ask('live.m3u8', '_HLS_msn=7'), playlist('seven', 12));
  now += 1999;
  await files.get(ask('live.m3u8', '_HLS_msn=7'));
  // Another question is another answer.
  const other = await got(ask('live.m3u8', '_HLS_msn=8'), playlist('eight', 12));
  expect(other.body.toString()).toBe('eight');
  now += 2;
  await got(ask('live.m3u8', '_HLS_msn=7'), playlist('seven', 12));
  expect(asked).toHaveLength(5);
});

test('a longer playlist is compressed once for all', async () => {
  const long = await got(ask('live.m3u8'), playlist('#EXTINF:2,\n'.repeat(200)));
  expect(long.gzip?.length).toBeLessThan(200);
  expect((await got(ask('x.m4s'), media(5000))).gzip).toBeNull();
});

test('a failure is not kept for long, and does not hide what is there', async () => {
  const failure = { ...media(0), status: 404, caching: 'no-store' };
  expect((await got(ask('a.m4s'), failure)).status).toBe(404);
  expect((await files.get(ask('a.m4s'))).status).toBe(404);
  expect(asked).toHaveLength(1);
  now += 301;
  expect((await got(ask('a.m4s'), media(10))).status).toBe(200);
});

test('memory is bounded: the least recently used goes, the largest never stays', async () => {
  for (let i = 0; i < 10; i += 1) await got(ask(`${i}.m4s`), media(15_000));
  expect(files.bytes).toBeLessThanOrEqual(100_000);
  expect(asked).toHaveLength(10);
  await files.get(ask('9.m4s'));
  expect(asked).toHaveLength(10);
  await got(ask('0.m4s'), media(15_000));
  expect(asked).toHaveLength(11);
  const before = files.bytes;
  await got(ask('huge.m4s'), media(60_000));
  expect(files.bytes).toBe(before);
});

test('air is asked for a bounded number of things, and so many a second', async () => {
  const waiting = Array.from({ length: 64 }, (_, i) => files.get(ask(`${i}.m4s`)));
  expect((await files.get(ask('64.m4s'))).status).toBe(503);
  // One that is on its way is shared all the same.
  const shared = files.get(ask('3.m4s'));
  pending.splice(0).forEach((resolve) => resolve(media(10)));
  expect((await shared).status).toBe(200);
  await Promise.all(waiting);
  let refused = 0;
  for (let i = 100; i < 300; i += 1) {
    refused += (await got(ask(`${i}.m4s`), media(10))).status === 503 ? 1 : 0;
  }
  expect(refused).toBe(64);
  now += 1000;
  expect((await got(ask('later.m4s'), media(10))).status).toBe(200);
  expect(files.reads).toBe(201);
});
