// A web player's minutes in memory: numbers that never go back, waiting, and bounds.
import { beforeEach, expect, test } from 'vitest';
import { createHlsStream, type HlsStream, type NewPart } from '../../server/air/hls/stream.ts';
import { manualClock, type ManualClock } from '../service/air-fakes.ts';

const settings = { partMs: 500, windowSeconds: 8, keyframeSeconds: 2 };
let clock: ManualClock;
let stream: HlsStream;
let at: number;

beforeEach(() => {
  clock = manualClock();
  stream = createHlsStream({ clock, session: 'abc' }, settings);
  at = clock.now();
  stream.useInit(Buffer.from('headers one'));
});

function publish(change: Partial<NewPart> = {}): void {
  const seconds = change.seconds ?? 0.5;
  stream.publish({
    bytes: Buffer.from(`part at ${at}`),
    seconds,
    at,
    independent: false,
    last: false,
    discontinuity: false,
    ...change,
  });
  at += seconds * 1000;
}
/** A whole segment of four parts. */
function segment(change: Partial<NewPart> = {}): void {
  publish({ ...change, independent: true });
  publish();
  publish();
  publish({ last: true });
}
const text = (skip = false): string => stream.playlist(skip) ?? '';
const value = (tag: string): string => new RegExp(`#EXT-X-${tag}:(.*)`).exec(text())?.[1] ?? '';
const first = (): number => Number(value('MEDIA-SEQUENCE'));
const never = new AbortController().signal;

test('it begins at a key frame, with numbers of its own session', () => {
  publish();
  expect(stream.playlist(false)).toBeNull();
  segment();
  expect(first()).toBe(Math.floor((clock.now() - Date.UTC(2025, 0)) / 1000));
  clock.advance(60_000);
  const later = createHlsStream({ clock, session: 'def' }, settings);
  later.useInit(Buffer.from('x'));
  later.publish({
    bytes: Buffer.alloc(1),
    seconds: 1,
    at: clock.now(),
    independent: true,
    last: true,
    discontinuity: false,
  });
  // Players that come over from the session before never see a number go back.
  expect(Number(/SEQUENCE:(\d+)/.exec(later.playlist(false) ?? '')?.[1])).toBe(first() + 60);
});

test('the list slides by whole segments; what left it is kept for a while', () => {
  for (let i = 0; i < 4; i += 1) segment();
  const begun = first();
  const name = `abc-${begun}.m4s`;
  segment();
  expect(first()).toBe(begun + 1);
  expect(stream.file(name)).toHaveLength(4);
  expect(stream.file(`abc-${begun}.2.m4s`)).toHaveLength(1);
  for (let i = 0; i < 8; i += 1) segment();
  expect(first()).toBe(begun + 9);
  expect(stream.file(name)).toBeNull();
  expect(stream.bytes).toBeLessThan(8 * 4 * 40);
});

test('other headers begin a discontinuity; the ones of before are found again', () => {
  segment();
  stream.useInit(Buffer.from('headers two'));
  segment();
  stream.useInit(Buffer.from('headers one'));
  segment();
  const maps = [...text().matchAll(/MAP:URI="([^"]+)"/g)].map((m) => m[1]);
  expect(maps).toEqual(['abc-i0.mp4', 'abc-i1.mp4', 'abc-i0.mp4']);
  expect(text().match(/#EXT-X-DISCONTINUITY$/gm)).toHaveLength(2);
  expect(stream.file('abc-i1.mp4')).toEqual([Buffer.from('headers two')]);
  const before = Number(value('DISCONTINUITY-SEQUENCE'));
  for (let i = 0; i < 5; i += 1) segment();
  // Both have left the list with their segments.
  expect(Number(value('DISCONTINUITY-SEQUENCE'))).toBe(before + 2);
  expect(stream.file('abc-i0.mp4')).not.toBeNull();
});

test('a request is answered when what it waits for is there', async () => {
  segment();
  const msn = first() + 1;
  expect(stream.has(msn - 1, null)).toBe(true);
  expect(stream.has(msn - 1, 3)).toBe(true);
  // Beyond the parts of a whole segment: the first of the next one is meant.
  expect(stream.has(msn - 1, 4)).toBe(false);
  const answers: string[] = [];
  const ask = async (name: string, part: number | null): Promise<void> => {
    const came = await stream.wait(() => stream.has(msn, part), 6000, never);
    answers.push(`${name} ${came}`);
  };
  const all = Promise.all([ask('part 0', 0), ask('part 1', 1), ask('whole', null)]);
  publish({ independent: true });
  await Promise.resolve();
  expect(answers).toEqual(['part 0 true']);
  publish({ last: true });
  await all;
  expect(answers).toEqual(['part 0 true', 'part 1 true', 'whole true']);
});

test('a wait ends: late, left, or one too many', async () => {
  segment();
  const ready = (): boolean => stream.has(first() + 1, 0);
  const late = stream.wait(ready, 6000, never);
  clock.advance(6000);
  expect(await late).toBe(false);
  const gone = new AbortController();
  const left = stream.wait(ready, 6000, gone.signal);
  gone.abort();
  expect(await left).toBe(false);
  const many = Array.from({ length: 512 }, () => stream.wait(ready, 6000, never));
  expect(await stream.wait(ready, 6000, never)).toBe(false);
  publish({ independent: true });
  expect(new Set(await Promise.all(many))).toEqual(new Set([true]));
});

test('what nobody can know of is refused', () => {
  expect(stream.beyond(5, 0)).toBe(false);
  segment();
  publish({ independent: true });
  const msn = first() + 1;
  expect(stream.beyond(msn, 1)).toBe(false);
  expect(stream.beyond(msn, 4)).toBe(false);
  expect(stream.beyond(msn, 5)).toBe(true);
  expect(stream.beyond(msn + 1, null)).toBe(false);
  expect(stream.beyond(msn + 1, 99)).toBe(true);
  expect(stream.beyond(msn + 2, null)).toBe(true);
  expect(stream.beyond(0, 99)).toBe(false);
});

test('the announced part is soon there; nothing else is', () => {
  segment();
  const next = first() + 1;
  expect(stream.file(`abc-${next}.0.m4s`)).toBe('soon');
  expect(stream.file(`abc-${next}.1.m4s`)).toBeNull();
  expect(stream.file(`abd-${next}.0.m4s`)).toBeNull();
  expect(stream.file(`abc-${next}.m4s`)).toBeNull();
  for (const odd of ['abc-', 'abc-i.mp4', 'abc-1.m4s/..', 'live.m3u8']) {
    expect(stream.file(odd)).toBeNull();
  }
});

test('after its end nothing comes until it goes on, and then the numbers go on too', () => {
  segment();
  const begun = first();
  stream.end();
  expect(text()).toContain('#EXT-X-ENDLIST');
  expect(stream.has(begun + 5, 0)).toBe(true);
  segment();
  expect(text().match(/#EXTINF/g)).toHaveLength(1);
  stream.configure(settings);
  segment({ discontinuity: true });
  expect(text()).not.toContain('ENDLIST');
  expect(text()).toContain(`#EXT-X-DISCONTINUITY\n`);
  expect(text()).toContain(`abc-${begun + 1}.m4s`);
});

test('a longer segment raises the target duration, which never falls', () => {
  expect(stream.targetSeconds).toBe(2);
  segment();
  publish({ independent: true, seconds: 4.6, last: true });
  expect(value('TARGETDURATION')).toBe('5');
  for (let i = 0; i < 12; i += 1) segment();
  expect(value('TARGETDURATION')).toBe('5');
});
