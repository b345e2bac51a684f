// What the tests of the splicer share: a splicer with a slate, a hand-moved clock, and the bus's promises.
import { expect } from 'vitest';
import type { BusSource, Cut, Step } from '../../server/air/bus/cut.ts';
import { retimed, type FlvTag } from '../../server/air/bus/flv-tag.ts';
import {
  createSplicer,
  defaultSplicerSettings,
  type Splicer,
} from '../../server/air/bus/splicer.ts';
import { flow, type TimedMedia } from './bus-media.ts';

/** A tag as it went out, and when. */
export interface Sent {
  readonly mono: number;
  readonly tag: FlvTag;
}
export interface Rig {
  readonly splicer: Splicer;
  readonly sent: Sent[];
  readonly cuts: { mono: number; cut: Cut }[];
  step(mono: number, step: Step): void;
  /** Plays flows side by side with ticks each 20 ms until `until`; a cut to the slate starts it. */
  play(flows: { source: BusSource; media: TimedMedia[] }[], from: number, until: number): void;
}

/** A splicer with a slate that is always ready, on a clock moved by hand. */
export function rig(startMs = 0): Rig {
  const splicer = createSplicer(defaultSplicerSettings, startMs);
  const sent: Sent[] = [];
  const cuts: { mono: number; cut: Cut }[] = [];
  let slate: Generator<TimedMedia> | null = null;
  let next: TimedMedia | null = null;
  const step = (mono: number, { tags, cut }: Step): void => {
    if (cut) {
      cuts.push({ mono, cut });
      slate = cut.to === 'slate' ? endless(mono) : null;
      next = slate?.next().value ?? null;
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
            const due = media.shift();
            if (due) step(mono, splicer.push(source, due.tag, mono));
          }
        }
        while (next && next.at <= mono) {
          const { tag } = next;
          next = slate?.next().value ?? null;
          step(mono, splicer.push('slate', tag, mono));
        }
        step(mono, splicer.tick(mono));
      }
    },
  };
}

/** A slate from `from` on, without end. */
function* endless(from: number): Generator<TimedMedia> {
  const second = flow({ ms: 1000, from, id: 9 });
  yield* second.slice(0, 2);
  for (let round = 0; ; round += 1) {
    for (const { at, tag } of second.slice(2)) {
      yield { at: at + round * 1000, tag: retimed(tag, tag.timestamp + round * 1000) };
    }
  }
}

/** What must hold of anything the bus ever sends. */
export function promises(sent: readonly FlvTag[]): void {
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

/** The pictures among what went out. */
export const pictures = (sent: Sent[]): Sent[] =>
  sent.filter((s) => s.tag.type === 'video' && !s.tag.header);
