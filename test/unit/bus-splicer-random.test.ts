// The bus's promises over random sequences: flows, losses, jumps, header changes, bypass, force, wraps.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeTag, type FlvTag } from '../../server/air/bus/flv-tag.ts';
import { createGopCache } from '../../server/air/bus/gop-cache.ts';
import { audioHeader, flow, videoHeader, type TimedMedia } from './bus-media.ts';
import { pictures, promises, rig, type Rig } from './bus-splicer-rig.ts';

type Live = 'program' | 'bypass';

const weigh = <T>(weight: number, arbitrary: fc.Arbitrary<T>): fc.WeightedArbitrary<T> => ({
  weight,
  arbitrary,
});
const kind = <K extends string>(name: K): fc.Arbitrary<K> => fc.constant(name);

const anyEvent = fc.oneof(
  weigh(12, fc.record({ kind: kind('run'), ms: fc.integer({ min: 40, max: 2500 }) })),
  // Both at once, as when a backup encoder stands beside OBS.
  weigh(4, fc.record({ kind: kind('both'), ms: fc.integer({ min: 40, max: 3000 }) })),
  weigh(3, fc.record({ kind: kind('silence'), ms: fc.integer({ min: 1, max: 3000 }) })),
  weigh(3, fc.record({ kind: kind('jump'), by: fc.integer({ min: -20_000_000, max: 2 ** 32 }) })),
  weigh(3, fc.record({ kind: kind('skew'), by: fc.integer({ min: -3000, max: 3000 }) })),
  weigh(
    2,
    fc.record({
      kind: kind('header'),
      id: fc.integer({ min: 1, max: 3 }),
      video: fc.boolean(),
    }),
  ),
  weigh(2, fc.record({ kind: kind('ended') })),
  weigh(2, fc.record({ kind: kind('force'), on: fc.boolean() })),
  weigh(1, fc.record({ kind: kind('stop') })),
  weigh(
    2,
    fc.record({
      kind: kind('odd'),
      body: fc.uint8Array({ maxLength: 8 }),
      audio: fc.boolean(),
    }),
  ),
);
type Event = typeof anyEvent extends fc.Arbitrary<infer T> ? T : never;

/** Runs the events on a rig; gives it back with the last moment. */
function play(events: readonly [Live, Event][], first: number, startMs: number): [Rig, number] {
  const r = rig(startMs);
  const lines = { program: first, bypass: (first + 2 ** 31) % 2 ** 32 };
  const fresh = { program: true, bypass: true };
  let skew = 0;
  let mono = 0;
  const media = (source: Live, ms: number): TimedMedia[] => {
    const tags = flow({ ms, from: mono, firstTimestamp: lines[source] }).slice(
      fresh[source] ? 0 : 2,
    );
    fresh[source] = false;
    lines[source] = (lines[source] + ms) % 2 ** 32;
    return tags.map((m) => {
      if (m.tag.type !== 'audio' || m.tag.header) return m;
      const timestamp = (m.tag.timestamp + skew + 2 ** 32) % 2 ** 32;
      return { ...m, tag: { ...m.tag, timestamp } };
    });
  };
  r.step(mono, r.splicer.start(mono));
  for (const [source, event] of events) {
    const push = (tag: FlvTag): void => r.step(mono, r.splicer.push(source, tag, mono));
    switch (event.kind) {
      case 'run':
        r.play([{ source, media: media(source, event.ms) }], mono, mono + event.ms);
        mono += event.ms;
        break;
      case 'both': {
        const sources = (['program', 'bypass'] as const).map((s) => ({
          source: s,
          media: media(s, event.ms),
        }));
        r.play(sources, mono, mono + event.ms);
        mono += event.ms;
        break;
      }
      case 'silence':
        r.play([], mono, mono + event.ms);
        mono += event.ms;
        break;
      case 'jump':
        lines[source] = (((lines[source] + event.by) % 2 ** 32) + 2 ** 32) % 2 ** 32;
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
      case 'force':
        r.step(mono, r.splicer.force(event.on, mono));
        break;
      case 'stop':
        r.splicer.stop();
        r.step(mono, r.splicer.start(mono));
        break;
      case 'odd': {
        const body = Buffer.from(event.body);
        const type = event.audio ? 'audio' : 'video';
        push({ type, timestamp: lines[source], body, header: false, key: false });
        break;
      }
    }
  }
  return [r, mono];
}

describe('splicer over random sequences', () => {
  it('keeps its promises', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom<Live>('program', 'bypass'), anyEvent), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.constantFrom(0, 2 ** 24 - 5000, 2 ** 31 - 5000, 2 ** 32 - 5000),
        (events, first, startMs) => {
          const [r, end] = play(events, first, startMs);
          promises(r.sent.map((s) => s.tag));
          // The first picture after each cut is a key frame.
          for (const [i, { mono, cut }] of r.cuts.entries()) {
            const until = r.cuts[i + 1]?.mono ?? Infinity;
            const from = pictures(r.sent).find((s) => s.mono >= mono && s.mono < until);
            if (from && cut.reason !== 'start') expect(from.tag.key).toBe(true);
          }
          // Never longer without a picture than the loss rule, a look at the clock and a frame.
          const shown = [0, ...pictures(r.sent).map((s) => s.mono), end];
          for (let i = 1; i < shown.length; i += 1) {
            expect((shown[i] ?? 0) - (shown[i - 1] ?? 0)).toBeLessThanOrEqual(500 + 20 + 40);
          }
          // The clock stays near the wall: no jump of a source ever reaches the output.
          for (const { tag, mono } of r.sent) {
            expect(Math.abs(tag.timestamp - startMs - mono)).toBeLessThan(60_000);
          }
        },
      ),
      { numRuns: 300 },
    );
  }, 60_000);

  it('shows nothing but the slate while a person holds it there', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom<Live>('program', 'bypass'), anyEvent), { maxLength: 25 }),
        (events) => {
          const held = events.filter(([, e]) => e.kind !== 'force');
          const [r] = play([['program', { kind: 'force', on: true }], ...held], 1000, 0);
          expect(r.cuts.filter((c) => c.cut.to !== 'slate')).toEqual([]);
          for (const { tag } of pictures(r.sent)) expect(tag.body[5]).toBe(9);
        },
      ),
      { numRuns: 60 },
    );
  }, 30_000);
});

describe('newest group of pictures', () => {
  it('never holds more than its bound, and always begins on a key frame', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            key: fc.boolean(),
            audio: fc.boolean(),
            size: fc.integer({ min: 6, max: 400 }),
          }),
          { maxLength: 200 },
        ),
        (media) => {
          const cache = createGopCache<FlvTag>(1000);
          for (const { key, audio, size } of media) {
            const body = Buffer.alloc(size);
            body.set(audio ? [0xaf, 1] : [key ? 0x17 : 0x27, 1]);
            const tag = makeTag(audio ? 'audio' : 'video', 0, body);
            cache.add(tag, tag);
            const kept = cache.entries();
            expect(kept.reduce((sum, t) => sum + t.body.length, 0)).toBeLessThanOrEqual(1000);
            if (kept[0]) expect(kept[0].key).toBe(true);
          }
        },
      ),
    );
  });
});
