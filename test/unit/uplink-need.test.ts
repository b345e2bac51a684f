// What each kind takes of the uplink, which of them fall behind, and what that says of the uplink.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outputKind, type Output } from '../../server/contract/outputs.ts';
import { initialState } from '../../server/core/initial-state.ts';
import {
  behind,
  demanding,
  explained,
  fallsBehind,
  nextTracks,
  ordered,
  sending,
  type Track,
} from '../../server/outputs/uplink/demand.ts';
import { isNetworked, needKbps } from '../../server/outputs/uplink/need.ts';
import { encoder720, station } from '../service/outputs-samples.ts';
import { sampleOutput } from '../kit/samples.ts';

const output = sampleOutput({ needKbps: 3316, state: 'live' });
const slow = { cause: 'slow', text: '', textEn: '', detail: '', at: 0 } as const;
const stalled = { ...slow, cause: 'stalled' } as const;
const encoder = { ...slow, cause: 'encoder' } as const;
const tall = { kind: 'vertical' } as const;
const seen = (outputs: Record<string, Output>, live = true) => {
  const state = initialState(station, 1935, 0);
  return {
    outputs,
    air: { ...state.air, connected: true, order: live ? ('live' as const) : ('stop' as const) },
  };
};

describe('needKbps', () => {
  it.each([
    ['rtmp', null, 3316],
    ['srt', { latencyMs: 1000, streamId: null }, 3910],
    ['vertical', { videoKbps: 2500 }, 2786],
    ['vertical', null, 2786],
    ['icecast', { lowpassHz: 5000, bitrateKbps: 96 }, 102],
    ['recording', null, 0],
    ['hls', { partMs: 500 }, 0],
  ] as const)('%s %o needs %i kb/s', (kind, settings, kbps) => {
    expect(needKbps(kind, settings, encoder720)).toBe(kbps);
  });
  it('is nothing exactly for the kinds that send nowhere', () => {
    for (const kind of outputKind.options) {
      expect(needKbps(kind, null, encoder720) > 0).toBe(isNetworked(kind));
    }
  });
});

describe('what counts', () => {
  const outputs = {
    a: output,
    b: { ...output, order: 'stop' as const },
    c: { ...output, order: 'stop' as const, withAir: false },
    r: { ...output, kind: 'recording' as const, needKbps: 0, bitrateKbps: 3100 },
  };
  it('before the air: what runs and what would start with it', () => {
    expect(demanding(seen(outputs, false))).toHaveLength(3);
    expect(demanding(seen(outputs, true))).toHaveLength(2);
  });
  it('only what leaves the building is sent, and nothing is known while air is away', () => {
    const sent = { ...outputs, a: { ...output, bitrateKbps: 3200.4 } };
    expect(sending(seen(sent))).toBe(3200);
    expect(sending({ ...seen(sent), air: { ...seen(sent).air, connected: false } })).toBe(0);
    expect(ordered(sent).map(([id]) => id)).toEqual(['a']);
  });
});

describe('falling behind', () => {
  const from = { queueMs: 3000, dropped: 60 };
  it.each([
    ['well', { queueMs: 200 }, false],
    ['more waits', { queueMs: 3500, problem: slow }, true],
    ['more waits although nothing was dropped yet', { queueMs: 3500 }, true],
    ['as much waits', { queueMs: 3000, problem: slow }, true],
    ['less waits because the rest was dropped', { queueMs: 1500, droppedFrames: 120 }, true],
    ['less waits because it was sent', { queueMs: 2900, problem: slow }, false],
    ['hardly anything waits', { queueMs: 900, droppedFrames: 120, problem: slow }, false],
    ['frozen', { queueMs: 4900, problem: stalled }, false],
    ['its own encoder is slow', { ...tall, queueMs: 4900, problem: encoder }, false],
    ['and drops', { ...tall, queueMs: 3500, droppedFrames: 120, problem: encoder }, false],
    ['it encodes, and air has not said why', { ...tall, queueMs: 3500 }, false],
    ['it encodes, and the way out is slow', { ...tall, queueMs: 3500, problem: slow }, true],
    ['not live', { state: 'retrying' as const, queueMs: 4900, problem: slow }, false],
  ])('%s', (_, more, expected) => {
    expect(fallsBehind(from, { ...output, droppedFrames: 60, ...more })).toBe(expected);
  });
  /** Looks each half second at queues of one output. */
  const watch = (tracks: Map<string, Track>, start: number, queues: readonly number[]) => {
    let tracked = tracks;
    queues.forEach((queueMs, i) => {
      tracked = nextTracks(tracked, [['a', { ...output, queueMs }]], start + i * 500);
    });
    return tracked;
  };
  it('is seen within two seconds, and lasts until it has been well for three', () => {
    const growing = watch(new Map(), 0, [800, 1000, 1200, 1400, 1600]);
    expect(behind(growing)).toEqual(['a']);
    const shrinking = Array.from({ length: 6 }, (_, i) => 1500 - i * 50);
    expect(behind(watch(growing, 2500, shrinking))).toEqual(['a']);
    expect(behind(watch(growing, 2500, [...shrinking, 1200, 1150]))).toEqual([]);
    expect(behind(nextTracks(growing, [['a', { ...output, state: 'retrying' }]], 2500))).toEqual(
      [],
    );
    expect(behind(nextTracks(growing, [], 2500))).toEqual([]);
  });
  it('an output that works off what waited is not behind, however much that is', () => {
    const draining = Array.from({ length: 60 }, (_, i) => 5000 - i * 40);
    let tracked = new Map<string, Track>();
    for (const [i, queueMs] of draining.entries()) {
      tracked = nextTracks(tracked, [['a', { ...output, queueMs, problem: slow }]], i * 500);
      expect(behind(tracked)).toEqual([]);
    }
  });
  it.each([
    ['nobody', 0, 5000, false],
    ['one of two, nothing known', 1, null, false],
    ['one of two, and it does fit', 1, 7000, false],
    ['one of two, and it cannot fit', 1, 5000, true],
    ['two at once', 2, null, true],
    ['two at once, whatever was declared', 2, 90_000, true],
  ])('the uplink explains it: %s', (_, count, known, expected) => {
    expect(explained([output, output], count, known)).toBe(expected);
  });
  it('is never the uplink while nobody falls behind', () => {
    fc.assert(
      fc.property(fc.nat(5), fc.option(fc.nat(10_000)), (n, known) => {
        expect(
          explained(
            Array.from({ length: n }, () => output),
            0,
            known,
          ),
        ).toBe(false);
      }),
    );
  });
});
