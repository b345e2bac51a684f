// A person's slate, the bypass's rules, and what the bus remembers of the last picture.
import { describe, expect, it } from 'vitest';
import type { Cut } from '../../server/air/bus/cut.ts';
import { flow, keyFrame } from './bus-media.ts';
import { pictures, promises, rig, type Rig } from './bus-splicer-rig.ts';

const cuts = (r: Rig): [number, Cut['to'], Cut['reason']][] =>
  r.cuts.map(({ mono, cut }) => [mono, cut.to, cut.reason]);

describe('forced slate', () => {
  it('goes out at once, stays whatever arrives, and gives way on the next key frame', () => {
    const r = rig();
    r.step(0, r.splicer.start(0));
    const program = flow({ ms: 9000 });
    r.play([{ source: 'program', media: program.filter((m) => m.at < 3300) }], 0, 3300);
    r.step(3300, r.splicer.force(true, 3300));
    expect(r.splicer.source).toBe('slate');
    const rest = program.filter((m) => m.at >= 3300);
    r.play([{ source: 'program', media: rest.filter((m) => m.at < 6500) }], 3300, 6500);
    r.step(6500, r.splicer.force(false, 6500));
    expect(r.splicer.source).toBe('slate');
    r.play([{ source: 'program', media: rest.filter((m) => m.at >= 6500) }], 6500, 8000);
    expect(cuts(r)).toEqual([
      [0, 'slate', 'start'],
      [1000, 'program', 'returned'],
      [3300, 'slate', 'forced'],
      [7000, 'program', 'returned'],
    ]);
    promises(r.sent.map((s) => s.tag));
    for (const s of r.sent) expect(Math.abs(s.tag.timestamp - s.mono)).toBeLessThanOrEqual(21);
  });

  it('is not a loss: the program need not earn its trust anew', () => {
    const r = rig();
    r.step(0, r.splicer.start(0));
    r.play([{ source: 'program', media: flow({ ms: 1500 }) }], 0, 1500);
    for (const [mono, on] of [
      [1500, true],
      [1510, false],
      [1520, true],
      [1530, false],
    ] as const) {
      r.step(mono, r.splicer.force(on, mono));
    }
    r.step(1540, r.splicer.push('program', keyFrame(1540), 1540));
    expect(r.splicer.source).toBe('program');
  });

  it('holds from the start, and over a stop', () => {
    const r = rig();
    r.step(0, r.splicer.force(true, 0));
    r.play([{ source: 'program', media: flow({ ms: 3000 }) }], 0, 2500);
    r.step(2500, r.splicer.start(2500));
    expect(r.splicer.source).toBe('slate');
    r.splicer.stop();
    r.step(2500, r.splicer.start(2500));
    expect(r.splicer.source).toBe('slate');
    r.step(2500, r.splicer.force(false, 2500));
    r.step(2520, r.splicer.push('program', keyFrame(2520), 2520));
    expect(r.splicer.source).toBe('program');
  });

  it('takes the bypass off too, and gives back to the better of two', () => {
    const r = rig();
    r.step(0, r.splicer.start(0));
    const bypass = flow({ ms: 9000, id: 5 }).filter((m) => m.at < 3020);
    r.play([{ source: 'bypass', media: bypass }], 0, 3000);
    expect(r.splicer.source).toBe('bypass');
    r.step(3000, r.splicer.force(true, 3000));
    // The bypass's key frames come half a second before the program's.
    const both = [
      {
        source: 'bypass' as const,
        media: flow({ ms: 3000, from: 3000, firstTimestamp: 3000, id: 5 }),
      },
      { source: 'program' as const, media: flow({ ms: 3000, from: 3500 }) },
    ];
    r.play(
      both.map((f) => ({ ...f, media: f.media.filter((m) => m.at < 4800) })),
      3000,
      4800,
    );
    r.step(4800, r.splicer.force(false, 4800));
    r.play(
      both.map((f) => ({ ...f, media: f.media.filter((m) => m.at >= 4800) })),
      4800,
      6000,
    );
    expect(cuts(r).slice(2)).toEqual([
      [3000, 'slate', 'forced'],
      [5500, 'program', 'returned'],
    ]);
    promises(r.sent.map((s) => s.tag));
  });
});

describe('bypass', () => {
  it('falls to the slate when it is lost or replaced, and back to the program', () => {
    for (const how of ['lost', 'ended'] as const) {
      const r = rig();
      r.step(0, r.splicer.start(0));
      r.play([{ source: 'bypass', media: flow({ ms: 3000, id: 5 }) }], 0, 3000);
      expect(r.splicer.source).toBe('bypass');
      if (how === 'ended') r.step(3000, r.splicer.ended('bypass', 3000));
      else r.play([], 3000, 3600);
      expect(r.splicer.source).toBe('slate');
      r.play([{ source: 'program', media: flow({ ms: 3000, from: 3600 }) }], 3600, 6600);
      expect(
        cuts(r)
          .slice(2)
          .map(([, to, reason]) => [to, reason]),
      ).toEqual([
        ['slate', how],
        ['program', 'returned'],
      ]);
      promises(r.sent.map((s) => s.tag));
    }
  });

  it('never goes out without sound: a platform would end the session', () => {
    const r = rig();
    r.step(0, r.splicer.start(0));
    const mute = flow({ ms: 4000, id: 5 }).filter((m) => m.tag.type === 'video');
    r.play([{ source: 'bypass', media: mute }], 0, 4000);
    expect(r.splicer.source).toBe('slate');
    r.splicer.stop();
    r.step(4000, r.splicer.start(4000));
    expect(r.splicer.source).toBe('slate');
  });
});

describe('last picture', () => {
  it('is that of the live source last on the air, through the end of its session', () => {
    const r = rig();
    expect(r.splicer.still).toBeNull();
    r.play([{ source: 'program', media: flow({ ms: 2500, id: 3 }) }], 0, 2500);
    // Nothing was on the air so far: what arrives is better than nothing.
    expect(r.splicer.still?.key.timestamp).toBe(2000);
    r.step(2500, r.splicer.start(2500));
    r.play([], 2500, 4000);
    r.step(4000, r.splicer.ended('program', 4000));
    expect(r.splicer.source).toBe('slate');
    expect(r.splicer.still?.key.body[5]).toBe(3);
    expect(r.splicer.still?.videoHeader.body.at(-1)).toBe(3);
    expect(r.splicer.still?.audioHeader?.body.at(-1)).toBe(3);
    // A newcomer not yet on the air changes nothing.
    r.play([{ source: 'program', media: flow({ ms: 500, from: 4000, id: 4 }) }], 4000, 4500);
    expect(r.splicer.still?.key.body[5]).toBe(3);
    expect(pictures(r.sent).length).toBeGreaterThan(0);
  });
});
