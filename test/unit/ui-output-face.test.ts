// What the page says of an output at a glance: its shape, its button, and the facts worth saying.
import { describe, expect, it } from 'vitest';
import {
  outputFacts,
  outputHand,
  outputShape,
  slowQueue,
} from '../../control-ui/src/on-air/output-face.ts';

const at = (state: 'idle' | 'starting' | 'live' | 'retrying' | 'stopping' | 'failed') => ({
  state,
  order: 'start' as const,
  problem: null,
  shed: false,
});

describe('outputs', () => {
  it('has a shape for each state', () => {
    expect(outputShape(at('live'))).toBe('full');
    expect(outputShape(at('starting'))).toBe('half');
    expect(outputShape(at('stopping'))).toBe('half');
    expect(outputShape(at('retrying'))).toBe('warning');
    expect(outputShape(at('failed'))).toBe('warning');
    expect(outputShape({ ...at('idle'), order: 'stop' })).toBe('empty');
    expect(outputShape(at('idle'))).toBe('half');
  });
  it('warns about one that was stopped for want of uplink', () => {
    expect(outputShape({ ...at('idle'), shed: true })).toBe('warning');
  });
  it('never offers to stop one that gave way, as if it ran', () => {
    expect(outputHand(at('live'))).toBe('stop');
    expect(outputHand({ ...at('idle'), shed: true })).toBe('again');
    expect(outputHand({ ...at('stopping'), shed: true })).toBe('again');
    expect(outputHand({ ...at('idle'), order: 'stop' })).toBe('start');
    expect(outputHand({ ...at('stopping'), order: 'stop' })).toBe('stop');
    expect(outputHand(at('retrying'))).toBe('stop');
  });

  const live = {
    ...at('live'),
    kind: 'rtmp' as const,
    via: 'main' as const,
    withAir: true,
    recording: null,
    cpuPercent: 1,
    loudnessLufs: null,
  };
  it('says little while all is well, and where it goes when not as usual', () => {
    expect(outputFacts(live)).toEqual([{ say: 'state' }]);
    expect(outputFacts({ ...live, via: 'backup' })).toEqual([{ say: 'backup' }]);
    expect(outputFacts({ ...live, state: 'idle', shed: true, via: 'backup' })).toEqual([
      { say: 'shed' },
    ]);
    expect(outputFacts({ ...live, state: 'idle', order: 'stop', withAir: false })).toEqual([
      { say: 'state' },
      { say: 'alone' },
    ]);
  });
  it('says what each kind is about', () => {
    expect(outputFacts({ ...live, kind: 'vertical', cpuPercent: 36 })).toContainEqual({
      say: 'cpu',
      percent: 36,
    });
    expect(outputFacts({ ...live, kind: 'icecast', loudnessLufs: -18 })).toContainEqual({
      say: 'lufs',
      lufs: -18,
    });
  });
  it('says what is left of the disk only when it is less than a day', () => {
    const recording = { folder: null, file: null, freeBytes: 5e9, secondsLeft: 18_000 };
    const facts = outputFacts({ ...live, kind: 'recording', recording });
    expect(facts).toEqual([
      { say: 'state' },
      { say: 'free', bytes: 5e9 },
      { say: 'left', seconds: 18_000 },
    ]);
    const plenty = { ...recording, secondsLeft: 90_000 };
    expect(outputFacts({ ...live, kind: 'recording', recording: plenty })).toHaveLength(2);
    const stopped = { ...live, state: 'failed' as const, kind: 'recording' as const, recording };
    expect(outputFacts(stopped).map(({ say }) => say)).toEqual(['state', 'free']);
  });
  it('speaks of a queue only while live and long', () => {
    expect(slowQueue({ state: 'live', queueMs: 400 })).toBeNull();
    expect(slowQueue({ state: 'live', queueMs: 2100 })).toBe(2100);
    expect(slowQueue({ state: 'retrying', queueMs: 2100 })).toBeNull();
  });
});
