// The playlist, letter by letter.
import { expect, test } from 'vitest';
import {
  nextPart,
  playlistText,
  type ListedSegment,
  type PlaylistFacts,
} from '../../server/air/hls/playlist.ts';

const part = (seconds: number, independent = false) => ({ seconds, independent });
const segment = (msn: number, change: Partial<ListedSegment> = {}): ListedSegment => ({
  msn,
  at: Date.UTC(2026, 10, 24, 15, 0, msn * 2),
  init: 0,
  discontinuity: false,
  parts: [part(0.48, true), part(0.48), part(0.48), part(0.48), part(0.08)],
  complete: true,
  ...change,
});
const facts = (segments: ListedSegment[], change: Partial<PlaylistFacts> = {}): PlaylistFacts => ({
  session: 'abc',
  segments,
  discontinuitySequence: 3,
  targetSeconds: 2,
  partSeconds: 0.5,
  ended: false,
  ...change,
});

test('segments, parts, the next part, and other headers after a discontinuity', () => {
  const open = segment(11, {
    complete: false,
    init: 1,
    discontinuity: true,
    parts: [part(0.48, true)],
  });
  const text = playlistText(
    facts([segment(10, { parts: [part(1.5, true), part(0.5)] }), open]),
    false,
  );
  expect(text).toBe(`#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12,HOLD-BACK=6,PART-HOLD-BACK=4.5
#EXT-X-PART-INF:PART-TARGET=1.5
#EXT-X-MEDIA-SEQUENCE:10
#EXT-X-DISCONTINUITY-SEQUENCE:3
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="abc-i0.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-24T15:00:20.000Z
#EXT-X-PART:DURATION=1.5,URI="abc-10.0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.5,URI="abc-10.1.m4s"
#EXTINF:2,
abc-10.m4s
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="abc-i1.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-24T15:00:22.000Z
#EXT-X-PART:DURATION=0.48,URI="abc-11.0.m4s",INDEPENDENT=YES
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="abc-11.1.m4s"
`);
});

test('parts are listed for three target durations, and a long one raises the target', () => {
  const list = Array.from({ length: 8 }, (_, i) => segment(i));
  const text = playlistText(facts(list), false);
  expect(text.match(/#EXTINF/g)).toHaveLength(8);
  expect([...text.matchAll(/URI="abc-(\d)\.0\.m4s",INDEP/g)].map((m) => m[1])).toEqual([
    '5',
    '6',
    '7',
  ]);
  expect(text).toContain('PART-TARGET=0.5\n');
  expect(text).toContain('PRELOAD-HINT:TYPE=PART,URI="abc-8.0.m4s"');
  const long = [...list, segment(8, { parts: [part(1.2, true)] })];
  expect(playlistText(facts(long), false)).toContain(
    'PART-HOLD-BACK=3.6\n#EXT-X-PART-INF:PART-TARGET=1.2\n',
  );
});

test('an update leaves out what is older than it promised to keep, and says how much', () => {
  const list = Array.from({ length: 10 }, (_, i) => segment(i, { init: i < 2 ? 0 : 1 }));
  const text = playlistText(facts(list), true);
  expect(text).toContain('#EXT-X-MEDIA-SEQUENCE:0\n');
  expect(text).toContain('#EXT-X-SKIP:SKIPPED-SEGMENTS=4\n#EXT-X-MAP:URI="abc-i1.mp4"\n');
  expect(text.match(/#EXTINF/g)).toHaveLength(6);
  expect(text).not.toContain('abc-3.m4s');
  // Too short to leave anything out: the whole list.
  expect(playlistText(facts(list.slice(0, 5)), true)).not.toContain('SKIP:');
});

test('the end is said, and then nothing is announced any more', () => {
  const text = playlistText(facts([segment(1)], { ended: true }), false);
  expect(text).toMatch(/abc-1\.m4s\n#EXT-X-ENDLIST\n$/);
});

test('the next part is of the open segment, or the first of the one after', () => {
  expect(nextPart([])).toEqual({ msn: 0, index: 0 });
  expect(nextPart([segment(4)])).toEqual({ msn: 5, index: 0 });
  expect(nextPart([segment(4), segment(5, { complete: false, parts: [part(0.5)] })])).toEqual({
    msn: 5,
    index: 1,
  });
});
