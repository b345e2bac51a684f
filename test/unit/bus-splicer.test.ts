// The splicer: rules of the bus by literals, and its promises over random sequences.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeTag, type FlvTag } from '../../server/air/bus/flv-tag.ts';
import {
  createSplicer,
  defaultSplicerSettings,
  type BusSource,
  type Cut,
  type Splicer,
  type Step,
} from '../../server/air/bus/splicer.ts';
import {
  audioHeader,
  flow,
  frame,
  keyFrame,
  sound,
  videoHeader,
  type TimedMedia,
} from './bus-media.ts';

interface Sent {
  readonly mono: number;
  readonly tag: FlvTag;
}
interface Rig {
  readonly splicer: Splicer;
  readonly sent: Sent[];
  readonly cuts: { mono: number; cut: Cut }[];
  step(mono: number, step: Step): void;
  /** Plays flows side by side with ticks each 20 ms until `until`; a cut to the slate starts it. */
  play(flows: { source: BusSource; media: TimedMedia[] }[], from: number, until: number): void;
}

function rig(): Rig {
  const splicer = createSplicer();
  const sent: Sent[] = [];
  const cuts: { mono: number; cut: Cut }[] = [];
  let slate: TimedMedia[] = [];
  const step = (mono: number, { tags, cut }: Step): void => {
    if (cut) {
      cuts.push({ mono, cut });
      slate = cut.to === 'slate' ? flow({ ms: 60_000, from: mono, id: 9 }) : [];
      if (cut.to === 'slate') splicer.ended('slate', mono);
    }
    for (const tag of tags) sent.push({ mono, tag });
  };
  return {
    splicer,
    sent,
    cuts,
    step,
    play(flows, from, until) {
      const queues = flows.map((f) => ({ source: f.source, media: [...f.media] }));
      for (let mono = from; mono < until; mono += 20) {
        for (const { source, media } of queues) {
          while (media[0] && media[0].at <= mono) {
            const next = media.shift();
            if (next) step(mono, splicer.push(source, next.tag, mono));
          }
        }
        while (slate[0] && slate[0].at <= mono) {
          const next = slate.shift();
          if (next) step(mono, splicer.push('slate', next.tag, mono));
        }
        step(mono, splicer.tick(mono));
      }
    },
  };
}

/** What must hold of anything the bus ever sends. */
function promises(sent: readonly FlvTag[]): void {
  const last = { audio: -1, video: -1 };
  const header = { audio: false, video: false };
  let decodable = false;
  for (const tag of sent) {
    if (tag.type === 'script') throw new Error('no script on the bus');
    expect(Number.isInteger(tag.timestamp)).toBe(true);
    if (tag.header) {
      header[tag.type] = true;
      expect(tag.timestamp).toBeGreaterThanOrEqual(last[tag.type]);
      // A new decoder starts on a key frame.
      if (tag.type === 'video') decodable = false;
      continue;
    }
    expect(header[tag.type]).toBe(true);
    expect(tag.timestamp).toBeGreaterThan(last[tag.type]);
    last[tag.type] = tag.timestamp;
    if (tag.key) decodable = true;
    if (tag.type === 'video') expect(decodable).toBe(true);
  }
}

const pictures = (sent: Sent[]): Sent[] =>
  sent.filter((s) => s.tag.type === 'video' && !s.tag.header);

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

describe('splicer over random sequences', () => {
  const anyEvent = fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant('run' as const),
        ms: fc.integer({ min: 40, max: 2500 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('silence' as const),
        ms: fc.integer({ min: 1, max: 3000 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('jump' as const),
        by: fc.integer({ min: -20_000_000, max: 2 ** 32 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('skew' as const),
        by: fc.integer({ min: -3000, max: 3000 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('header' as const),
        id: fc.integer({ min: 1, max: 3 }),
        video: fc.boolean(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('ended' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('odd' as const),
        body: fc.uint8Array({ maxLength: 8 }),
        audio: fc.boolean(),
      }),
    },
  );

  it('keeps its promises', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('program', 'bypass' as const), anyEvent), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        (events, first) => {
          const r = rig();
          const lines = { program: first, bypass: (first + 2 ** 31) % 2 ** 32 };
          const fresh = { program: true, bypass: true };
          let skew = 0;
          let mono = 0;
          r.step(mono, r.splicer.start(mono));
          for (const [source, event] of events) {
            const line = lines[source];
            const push = (tag: FlvTag): void => r.step(mono, r.splicer.push(source, tag, mono));
            switch (event.kind) {
              case 'run': {
                const media = flow({ ms: event.ms, from: mono, firstTimestamp: line })
                  .slice(fresh[source] ? 0 : 2)
                  .map((m) =>
                    m.tag.type === 'audio' && !m.tag.header
                      ? {
                          ...m,
                          tag: {
                            ...m.tag,
                            timestamp: (m.tag.timestamp + skew + 2 ** 32) % 2 ** 32,
                          },
                        }
                      : m,
                  );
                fresh[source] = false;
                r.play([{ source: source, media }], mono, mono + event.ms);
                mono += event.ms;
                lines[source] = (line + event.ms) % 2 ** 32;
                break;
              }
              case 'silence':
                r.play([], mono, mono + event.ms);
                mono += event.ms;
                break;
              case 'jump':
                lines[source] = (((line + event.by) % 2 ** 32) + 2 ** 32) % 2 ** 32;
                break;
              case 'skew':
                skew = event.by;
                break;
              case 'header':
                push(event.video ? videoHeader(event.id) : audioHeader(event.id));
                break;
              case 'ended':
                r.step(mono, r.splicer.ended(source, mono));
                fresh[source] = true;
                break;
              case 'stop':
                r.splicer.stop();
                r.step(mono, r.splicer.start(mono));
                break;
              case 'odd':
                push({
                  type: event.audio ? 'audio' : 'video',
                  timestamp: line,
                  body: Buffer.from(event.body),
                  header: false,
                  key: false,
                });
                break;
            }
          }
          promises(r.sent.map((s) => s.tag));
          // Cuts are only ever seen on key frames.
          for (const { mono: at, cut } of r.cuts) {
            if (cut.to === 'slate') continue;
            const firstPicture = pictures(r.sent).find((s) => s.mono >= at && s.tag.body[5] !== 9);
            if (firstPicture && firstPicture.mono === at) expect(firstPicture.tag.key).toBe(true);
          }
          // The clock stays near the wall: no jump of a source ever reaches the output.
          const lastSent = r.sent.at(-1);
          if (lastSent)
            expect(Math.abs(lastSent.tag.timestamp - lastSent.mono)).toBeLessThan(60_000);
        },
      ),
      { numRuns: 300 },
    );
  }, 60_000);

  it('forgets a group of pictures that outgrows its bound, as a whole', () => {
    expect(started(10).tags).toHaveLength(152);
    expect(started(200)).toEqual({
      tags: [],
      cut: { from: 'off', to: 'slate', reason: 'start' },
    });
  });
});
