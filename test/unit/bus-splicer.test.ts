// The splicer: rules of the bus by literals.
import { describe, expect, it } from 'vitest';
import { makeTag, type FlvTag } from '../../server/air/bus/flv-tag.ts';
import { createSplicer, defaultSplicerSettings } from '../../server/air/bus/splicer.ts';
import type { Step } from '../../server/air/bus/cut.ts';
import { flow, frame, keyFrame, sound, videoHeader } from './bus-media.ts';
import { pictures, promises, rig } from './bus-splicer-rig.ts';

describe('splicer', () => {
  it('starts with the slate when the program is not there', () => {
    const r = rig();
    r.step(0, r.splicer.start(0));
    r.play([], 0, 1000);
    expect(r.cuts).toEqual([{ mono: 0, cut: { from: 'off', to: 'slate', reason: 'start' } }]);
    expect(r.sent.slice(0, 3).map((s) => [s.tag.type, s.tag.header, s.tag.key])).toEqual([
      ['video', true, false],
      ['audio', true, false],
      ['video', false, true],
    ]);
    expect(r.splicer.feeding).toBe(true);
  });

  it('starts with a trusted program at its newest key frame', () => {
    const r = rig();
    const media = flow({ ms: 3000, firstTimestamp: 777_000 });
    r.play([{ source: 'program', media: media.filter((m) => m.at < 2500) }], 0, 2500);
    expect(r.sent).toEqual([]);
    r.step(2500, r.splicer.start(2500));
    expect(r.splicer.source).toBe('program');
    const first = pictures(r.sent)[0]?.tag;
    expect(first?.key).toBe(true);
    expect(first?.timestamp).toBe(0);
    expect(pictures(r.sent).at(-1)?.tag.timestamp).toBe(480);
  });

  it('goes to the slate 0.5 s after the last picture, though sound goes on, and comes back on a key frame', () => {
    const r = rig();
    const before = flow({ ms: 12_000 });
    const soundOnly = flow({ ms: 1000, from: 12_000, firstTimestamp: 12_000 }).filter(
      (m) => m.tag.type === 'audio',
    );
    const after = flow({ ms: 6000, from: 18_000, firstTimestamp: 0, id: 2 });
    r.step(0, r.splicer.start(0));
    r.play([{ source: 'program', media: [...before, ...soundOnly, ...after] }], 0, 24_000);
    expect(r.cuts.map((c) => [c.cut.to, c.cut.reason])).toEqual([
      ['slate', 'start'],
      ['program', 'returned'],
      ['slate', 'lost'],
      ['program', 'returned'],
    ]);
    const [, live, lost, back] = r.cuts;
    // Trusted after 1 s, so the key frame of the first second is the one.
    expect(live?.mono).toBe(1000);
    expect(lost?.mono).toBe(11_960 + 520);
    expect(back?.mono).toBe(19_000);
    promises(r.sent.map((s) => s.tag));
    // The output clock follows the wall through both cuts.
    for (const s of r.sent) expect(Math.abs(s.tag.timestamp - s.mono)).toBeLessThanOrEqual(21);
  });

  it('keeps audio and video on one offset', () => {
    const r = rig();
    r.step(0, r.splicer.start(0));
    r.play([{ source: 'program', media: flow({ ms: 5000, firstTimestamp: 123_456 }) }], 0, 5000);
    const live = r.sent.filter((s) => !s.tag.header && s.mono > 1100 && s.tag.body.at(-2) !== 9);
    const at = new Map<number, Set<string>>();
    for (const { tag } of live) {
      const there = at.get(tag.timestamp) ?? new Set();
      at.set(tag.timestamp, there.add(tag.type));
    }
    expect([...at.values()].filter((there) => there.size !== 2)).toEqual([]);
  });

  it('waits longer each time the program flaps, and forgives a lasting one', () => {
    const r = rig();
    r.step(0, r.splicer.start(0));
    const back: number[] = [];
    let from = 1000;
    const episodes = [2500, 3000, 5000, 12_000, 4000];
    for (const ms of episodes) {
      r.play([{ source: 'program', media: flow({ ms, from }) }], from, from + ms + 2000);
      const returned = r.cuts.filter((c) => c.cut.reason === 'returned').at(-1);
      back.push((returned?.mono ?? 0) - from);
      from += ms + 2000;
    }
    // 1 s, then 2, 4 and 8 s after losses soon after a return; the fourth lasted only 4 s.
    expect(back).toEqual([1000, 2000, 4000, 8000, expect.any(Number)]);
    expect(r.cuts.filter((c) => c.cut.reason === 'returned')).toHaveLength(4);
    const calm = rig();
    calm.step(0, calm.splicer.start(0));
    calm.play([{ source: 'program', media: flow({ ms: 12_000 }) }], 0, 14_000);
    calm.play([{ source: 'program', media: flow({ ms: 3000, from: 14_000 }) }], 14_000, 17_000);
    expect(calm.cuts.at(-1)).toEqual({
      mono: 15_000,
      cut: { from: 'slate', to: 'program', reason: 'returned' },
    });
    promises(r.sent.map((s) => s.tag));
  });

  it('does not trust a backlog poured out at once', () => {
    const r = rig();
    r.step(0, r.splicer.start(0));
    const backlog = flow({ ms: 4000 }).map((m) => ({ ...m, at: 100 }));
    const live = flow({ ms: 4000, from: 140, firstTimestamp: 4000 }).slice(2);
    r.play([{ source: 'program', media: [...backlog, ...live] }], 0, 4000);
    const returned = r.cuts.find((c) => c.cut.to === 'program');
    // Trusted from 1 s after the backlog's last part that outran the wall; the next key frame is it.
    expect(returned?.mono).toBe(1140);
    for (const s of r.sent) expect(Math.abs(s.tag.timestamp - s.mono)).toBeLessThanOrEqual(21);
  });

  it('leaves at once when the session of the program ends, and a new one must earn its trust', () => {
    const r = rig();
    r.step(0, r.splicer.start(0));
    r.play([{ source: 'program', media: flow({ ms: 3000 }) }], 0, 3000);
    r.step(3000, r.splicer.ended('program', 3000));
    r.play([{ source: 'program', media: flow({ ms: 3000, from: 3000, id: 2 }) }], 3000, 6000);
    expect(r.cuts.slice(2)).toEqual([
      { mono: 3000, cut: { from: 'program', to: 'slate', reason: 'ended' } },
      { mono: 5000, cut: { from: 'slate', to: 'program', reason: 'returned' } },
    ]);
    promises(r.sent.map((s) => s.tag));
  });

  it('sends a header again only when its bytes differ', () => {
    const r = rig();
    r.step(0, r.splicer.start(0));
    const same = flow({ ms: 4000, id: 9 });
    r.play([{ source: 'program', media: same }], 0, 4000);
    expect(r.splicer.source).toBe('program');
    expect(r.sent.filter((s) => s.tag.header)).toHaveLength(2);
    r.step(4000, r.splicer.push('program', videoHeader(9), 4000));
    r.step(4000, r.splicer.push('program', keyFrame(4000), 4000));
    expect(r.sent.filter((s) => s.tag.header)).toHaveLength(2);
  });

  it('holds pictures back between a new header and its key frame', () => {
    const r = rig();
    r.play([{ source: 'program', media: flow({ ms: 2000 }) }], 0, 2000);
    r.step(2000, r.splicer.start(2000));
    const before = r.sent.length;
    r.step(2000, r.splicer.push('program', videoHeader(2), 2000));
    r.step(2040, r.splicer.push('program', frame(2040), 2040));
    expect(r.sent).toHaveLength(before);
    r.step(2050, r.splicer.push('program', sound(2050), 2050));
    r.step(2080, r.splicer.push('program', keyFrame(2080), 2080));
    expect(r.sent.slice(before).map((s) => [s.tag.type, s.tag.header])).toEqual([
      ['audio', false],
      ['video', true],
      ['video', false],
    ]);
  });

  it('crosses 2^24 and 2^32 ms without a step, even when the extended byte is lost', () => {
    for (const [top, modulo] of [
      [2 ** 32, 2 ** 32],
      [2 ** 24, 2 ** 24],
      [2 ** 24, 2 ** 32],
    ] as const) {
      const r = rig();
      const media = flow({ ms: 6000, firstTimestamp: top - 3000 }).map((m) => ({
        ...m,
        tag: { ...m.tag, timestamp: m.tag.header ? 0 : m.tag.timestamp % modulo },
      }));
      r.step(0, r.splicer.start(0));
      r.play([{ source: 'program', media }], 0, 6000);
      promises(r.sent.map((s) => s.tag));
      expect(r.cuts).toHaveLength(2);
      expect(r.splicer.counts).toMatchObject({ clamped: 0, rejoined: 0 });
      const steps = pictures(r.sent).map((s) => s.tag.timestamp);
      for (let i = 1; i < steps.length; i += 1) {
        expect((steps[i] ?? 0) - (steps[i - 1] ?? 0)).toBeLessThanOrEqual(60);
      }
    }
  });

  it('joins wild jumps inside one source, both ways, and drops the stragglers', () => {
    for (const jump of [3_600_000, -9000]) {
      const r = rig();
      r.step(0, r.splicer.start(0));
      const media = flow({ ms: 3000, firstTimestamp: 10_000 });
      const jumped = flow({ ms: 3000, from: 3000, firstTimestamp: 13_000 + jump }).slice(2);
      r.play([{ source: 'program', media }], 0, 3000);
      // One picture of the new timeline first, then a sound of the old one.
      r.step(3000, r.splicer.push('program', keyFrame(13_000 + jump), 3000));
      r.step(3000, r.splicer.push('program', sound(12_990), 3000));
      r.play([{ source: 'program', media: jumped.slice(1) }], 3000, 6000);
      expect(r.splicer.counts.rejoined).toBe(1);
      promises(r.sent.map((s) => s.tag));
      for (const s of r.sent) expect(Math.abs(s.tag.timestamp - s.mono)).toBeLessThanOrEqual(45);
    }
  });

  it('clamps a small step back instead of passing it on', () => {
    const r = rig();
    r.play([{ source: 'program', media: flow({ ms: 2000 }) }], 0, 2000);
    r.step(2000, r.splicer.start(2000));
    for (const [mono, at] of [
      [2000, 2000],
      [2040, 1990],
      [2080, 2080],
    ] as const) {
      r.step(mono, r.splicer.push('program', frame(at), mono));
    }
    expect(r.sent.slice(-3).map((s) => s.tag.timestamp)).toEqual([1000, 1001, 1080]);
    expect(r.splicer.counts.clamped).toBe(1);
  });

  it('prefers sound out of step to no sound', () => {
    const r = rig();
    r.step(0, r.splicer.start(0));
    const media = flow({ ms: 9000 }).map((m) =>
      m.tag.type === 'audio' && !m.tag.header
        ? { ...m, tag: { ...m.tag, timestamp: m.tag.timestamp + 500_000 } }
        : m,
    );
    r.play([{ source: 'program', media }], 0, 9000);
    const late = r.sent.filter((s) => s.mono > 4000 && s.tag.type === 'audio');
    expect(late.length).toBeGreaterThan(100);
    promises(r.sent.map((s) => s.tag));
  });

  it('lets the bypass cover the program, and gives way to it', () => {
    const r = rig();
    r.step(0, r.splicer.start(0));
    const bypass = flow({ ms: 12_000, id: 5 });
    const program = [...flow({ ms: 3000 }), ...flow({ ms: 5000, from: 7000, id: 2 })];
    r.play(
      [
        { source: 'program', media: program },
        { source: 'bypass', media: bypass },
      ],
      0,
      12_000,
    );
    expect(r.cuts.map((c) => c.cut.to)).toEqual(['slate', 'program', 'slate', 'bypass', 'program']);
    promises(r.sent.map((s) => s.tag));
  });

  it('sends nothing while off, keeps its clock, and carries on from it', () => {
    const r = rig();
    r.step(0, r.splicer.start(0));
    r.play([], 0, 1000);
    r.splicer.stop();
    const before = r.sent.length;
    r.play([{ source: 'program', media: flow({ ms: 2000, from: 1000 }) }], 1000, 3000);
    expect(r.sent).toHaveLength(before);
    r.step(3000, r.splicer.start(3000));
    expect(r.splicer.source).toBe('program');
    promises(r.sent.map((s) => s.tag));
  });

  it('ignores what is not H.264 or AAC', () => {
    const r = rig();
    const hevc: FlvTag = {
      ...keyFrame(0),
      body: Buffer.from([0x91, 0x68, 0x76, 0x63, 0x31, 0, 1]),
    };
    r.step(0, r.splicer.start(0));
    r.step(5, r.splicer.push('slate', { ...hevc, key: false }, 5));
    expect(r.sent).toEqual([]);
    expect(r.splicer.feeding).toBe(false);
  });
});

/** The first step of a start after 1.5 s of pictures of this size behind one key frame. */
function started(kilobytes: number): Step {
  const splicer = createSplicer(defaultSplicerSettings);
  splicer.push('program', videoHeader(), 0);
  splicer.push('program', keyFrame(0), 0);
  for (let t = 10; t <= 1500; t += 10) {
    const body = Buffer.alloc(kilobytes * 1024);
    body.set([0x27, 1]);
    splicer.push('program', makeTag('video', t, body), t);
  }
  return splicer.start(1500);
}

describe('memory of the splicer', () => {
  it('forgets a group of pictures that outgrows its bound, as a whole', () => {
    expect(started(10).tags).toHaveLength(152);
    expect(started(200)).toEqual({
      tags: [],
      cut: { from: 'off', to: 'slate', reason: 'start' },
    });
  });
});
