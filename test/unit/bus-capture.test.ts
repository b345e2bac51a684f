// Taking the slate out of the program: only what is surely the slate scene, in whole groups, bounded.
import { describe, expect, it } from 'vitest';
import { createCapture, defaultCaptureSettings } from '../../server/air/bus/capture.ts';
import type { Reel } from '../../server/air/bus/reel.ts';
import { makeTag, type FlvTag } from '../../server/air/bus/flv-tag.ts';
import { audioHeader, frame, keyFrame, sound, videoHeader } from './bus-media.ts';

const header48 = makeTag('audio', 0, Buffer.from('af001190', 'hex'));

interface Rig {
  readonly reels: { at: number; reel: Reel }[];
  readonly capture: ReturnType<typeof createCapture>;
  /** Sends the program until `until`: 25 fps with a key frame each `keyMs`, sound, `size` bytes a picture. */
  run(until: number, options?: { mark?: number; size?: number; skip?: boolean }): void;
  at(): number;
}
function rig(keyMs = 1000, first = 0, settings = defaultCaptureSettings): Rig {
  const capture = createCapture(settings);
  const reels: { at: number; reel: Reel }[] = [];
  let now = 0;
  let sounds = 0;
  const push = (tag: FlvTag): void => {
    const reel = capture.push(tag, now);
    if (reel) reels.push({ at: now, reel });
  };
  push(videoHeader());
  push(header48);
  return {
    reels,
    capture,
    at: () => now,
    run(until, { mark = 0, size = 0, skip = false } = {}) {
      for (; now < until; now += 40) {
        if (skip) continue;
        const timestamp = (first + now) % 2 ** 32;
        const picture = now % keyMs === 0 ? keyFrame(timestamp, mark) : frame(timestamp, mark);
        const body = Buffer.concat([picture.body, Buffer.alloc(size)]);
        push(makeTag('video', timestamp, body));
        for (; (sounds * 64) / 3 < now + 40; sounds += 1) {
          push(sound((first + Math.round((sounds * 64) / 3)) % 2 ** 32, mark));
        }
      }
    },
  };
}

describe('capture', () => {
  it('does not wait for the encoder when the session began with the scene on', () => {
    const r = rig(2000);
    r.capture.ended(r.at());
    r.capture.showing(true, r.at());
    r.capture.push(videoHeader(), r.at());
    r.capture.push(header48, r.at());
    r.run(4000 + defaultCaptureSettings.holdMs + 100);
    expect(r.reels.map((x) => x.reel.durationMs)).toEqual([4000]);
  });

  it('waits again in a session that saw the scene go off', () => {
    const r = rig(2000);
    r.capture.ended(r.at());
    r.capture.showing(true, r.at());
    r.capture.push(videoHeader(), r.at());
    r.capture.push(header48, r.at());
    r.capture.showing(false, r.at());
    r.capture.showing(true, r.at());
    r.run(6000);
    expect(r.reels).toEqual([]);
    r.run(7200);
    expect(r.reels).toHaveLength(1);
  });

  it.each([
    [1000, 2000, 4000],
    [2000, 4000, 7000],
    [4000, 8000, 13_000],
  ])('keeps two groups of %d ms once the scene stayed on', (keyMs, length, end) => {
    const r = rig(keyMs);
    r.run(100);
    r.capture.showing(true, r.at());
    r.run(end - 80);
    expect(r.reels).toEqual([]);
    expect(r.capture.busy).toBe(true);
    r.run(end + 100);
    expect(r.reels).toHaveLength(1);
    expect(r.capture.busy).toBe(false);
    const reel = r.reels[0]?.reel;
    expect(reel).toMatchObject({ durationMs: length });
    expect(reel?.pictures).toHaveLength(length / 40);
    expect(reel?.pictures.filter((p) => p.key)).toHaveLength(2);
    const needed = length / (reel?.frameMs ?? 1);
    expect(reel?.sounds.length).toBeGreaterThanOrEqual(Math.ceil(needed));
    // One reel for one showing, however long it lasts.
    r.run(end + 20_000);
    expect(r.reels).toHaveLength(1);
  });

  it('waits for what is still on its way through encoder and network', () => {
    const r = rig();
    r.run(400, { mark: 1 });
    r.capture.showing(true, r.at());
    // The last pictures of the scene before arrive after the word that it went off.
    r.run(900, { mark: 1 });
    r.run(5500, { mark: 2 });
    const marks = r.reels[0]?.reel.pictures.map((p) => p.body[5]);
    expect(new Set(marks)).toEqual(new Set([2]));
  });

  it('throws away what was collected when the scene goes off before it is sure', () => {
    const r = rig();
    r.capture.showing(true, 0);
    // The two groups are whole at 3 s; the scene goes off 0.9 s later.
    r.run(3920);
    r.capture.showing(false, r.at());
    r.run(8000);
    expect(r.reels).toEqual([]);
    r.capture.showing(true, r.at());
    r.run(13_000);
    expect(r.reels).toHaveLength(1);
  });

  it('begins again at a stall, a jump, a new session and a new encoder', () => {
    for (const fault of ['stall', 'session', 'header'] as const) {
      const r = rig();
      r.capture.showing(true, 0);
      r.run(2520);
      if (fault === 'stall') r.run(3200, { skip: true });
      if (fault === 'session') {
        r.capture.ended(r.at());
        r.capture.push(videoHeader(), r.at());
        r.capture.push(header48, r.at());
      }
      if (fault === 'header') r.capture.push(videoHeader(7), r.at());
      // A session that begins with the scene on needs no lead: its first key frame, at 3 s, will do.
      const sure = fault === 'session' ? 6000 : 7000;
      r.run(sure - 100);
      expect(r.reels).toEqual([]);
      r.run(sure + 400);
      expect(r.reels.length).toBeGreaterThanOrEqual(1);
      for (const { reel } of r.reels) expect(reel.pictures.length).toBe(50);
    }
  });

  it('takes another when the encoder changes during one long showing', () => {
    const r = rig();
    r.capture.showing(true, 0);
    r.run(5000);
    r.capture.push(videoHeader(7), r.at());
    expect(r.capture.busy).toBe(true);
    r.run(11_000);
    expect(r.reels.map(({ reel }) => reel.videoHeader.body.at(-1))).toEqual([1, 7]);
  });

  it('crosses 2^24 and 2^32 ms while it collects', () => {
    for (const top of [2 ** 24, 2 ** 32]) {
      const r = rig(1000, top - 2000);
      r.capture.showing(true, 0);
      r.run(5000);
      expect(r.reels[0]?.reel).toMatchObject({ durationMs: 2000 });
      expect(r.reels[0]?.reel.pictures).toHaveLength(50);
    }
  });

  it('is content with one group when two are too long, and holds no more than its bound', () => {
    const long = rig(12_000);
    long.capture.showing(true, 0);
    long.run(36_000);
    expect(long.reels[0]?.reel).toMatchObject({ durationMs: 12_000 });
    const small = { ...defaultCaptureSettings, maxBytes: 300_000 };
    const heavy = rig(1000, 0, small);
    heavy.capture.showing(true, 0);
    heavy.run(6000, { size: 8000 });
    expect(heavy.reels[0]?.reel).toMatchObject({ durationMs: 1000 });
    const hopeless = rig(1000, 0, small);
    hopeless.capture.showing(true, 0);
    hopeless.run(10_000, { size: 30_000 });
    expect(hopeless.reels).toEqual([]);
    expect(hopeless.capture.busy).toBe(true);
  });

  it('never takes a program without sound', () => {
    const capture = createCapture();
    capture.showing(true, 0);
    for (const tag of [videoHeader(), audioHeader()]) capture.push(tag, 0);
    for (let t = 0; t < 9000; t += 40) {
      expect(capture.push(t % 1000 === 0 ? keyFrame(t) : frame(t), t)).toBeNull();
    }
  });
});
