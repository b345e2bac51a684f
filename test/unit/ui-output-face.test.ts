// What the page says of an output at a glance: its shape, its button, and the facts worth saying.
import { describe, expect, it } from 'vitest';
import {
  droppedFrames,
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
  withAir: true,
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
    expect(outputHand(at('live'), false)).toBe('stop');
    expect(outputHand({ ...at('idle'), shed: true }, false)).toBe('again');
    expect(outputHand({ ...at('stopping'), shed: true }, false)).toBe('again');
    expect(outputHand({ ...at('idle'), order: 'stop' }, false)).toBe('start');
    expect(outputHand({ ...at('stopping'), order: 'stop' }, false)).toBe('stop');
    expect(outputHand(at('retrying'), false)).toBe('stop');
  });
  it('takes one that was left out into the transmission that runs', () => {
    const out = { ...at('idle'), order: 'stop' as const };
    expect(outputHand(out, true)).toBe('join');
    expect(outputHand({ ...out, withAir: false }, true)).toBe('start');
    expect(outputHand({ ...out, state: 'stopping' }, true)).toBe('stop');
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
    expect(outputFacts(live, true)).toEqual([{ say: 'state' }]);
    expect(outputFacts({ ...live, via: 'backup' }, true)).toEqual([{ say: 'backup' }]);
    expect(outputFacts({ ...live, state: 'idle', shed: true, via: 'backup' }, true)).toEqual([
      { say: 'shed' },
    ]);
    expect(outputFacts({ ...live, state: 'idle', order: 'stop', withAir: false }, true)).toEqual([
      { say: 'state' },
      { say: 'alone' },
    ]);
  });
  it('never says that a frozen destination is sent to', () => {
    const problem = { cause: 'stalled' as const, text: '', textEn: '', detail: '', at: 0 };
    const frozen = { ...live, problem, via: 'backup' as const };
    expect(outputFacts(frozen, true)).toEqual([{ say: 'frozen' }]);
    expect(outputShape(frozen)).toBe('warning');
    const slow = { ...live, problem: { ...problem, cause: 'slow' as const } };
    expect(outputFacts(slow, true)).toEqual([{ say: 'state' }]);
  });
  it('says of one added on the air that it is not in this transmission', () => {
    const added = { ...live, state: 'idle' as const, order: 'stop' as const };
    expect(outputFacts(added, true)).toEqual([{ say: 'leftOut' }]);
    expect(outputFacts(added, false)).toEqual([{ say: 'state' }]);
    expect(outputFacts({ ...added, withAir: false }, true)).toEqual([
      { say: 'state' },
      { say: 'alone' },
    ]);
  });
  it('is calm about dropped frames once it keeps up again', () => {
    const problem = { cause: 'slow' as const, text: '', textEn: '', detail: '', at: 0 };
    const dropping = { state: 'live' as const, droppedFrames: 740, problem };
    expect(droppedFrames(dropping)).toEqual({ frames: 740, now: true });
    expect(droppedFrames({ ...dropping, problem: null })).toEqual({ frames: 740, now: false });
    expect(droppedFrames({ ...dropping, droppedFrames: 0 })).toBeNull();
    expect(droppedFrames({ ...dropping, state: 'retrying' })).toBeNull();
  });
  it('says what each kind is about', () => {
    expect(outputFacts({ ...live, kind: 'vertical', cpuPercent: 36 }, true)).toContainEqual({
      say: 'cpu',
      percent: 36,
    });
    expect(outputFacts({ ...live, kind: 'icecast', loudnessLufs: -18 }, true)).toContainEqual({
      say: 'lufs',
      lufs: -18,
    });
  });
  it('says what is left of the disk only when it is less than a day', () => {
    const recording = { folder: null, file: null, freeBytes: 5e9, secondsLeft: 18_000 };
    const facts = outputFacts({ ...live, kind: 'recording', recording }, true);
    expect(facts).toEqual([
      { say: 'state' },
      { say: 'free', bytes: 5e9 },
      { say: 'left', seconds: 18_000 },
    ]);
    const plenty = { ...recording, secondsLeft: 90_000 };
    expect(outputFacts({ ...live, kind: 'recording', recording: plenty }, true)).toHaveLength(2);
    const stopped = { ...live, state: 'failed' as const, kind: 'recording' as const, recording };
    expect(outputFacts(stopped, true).map(({ say }) => say)).toEqual(['state', 'free']);
  });
  it('speaks of a queue only while live and long', () => {
    expect(slowQueue({ state: 'live', queueMs: 400 })).toBeNull();
    expect(slowQueue({ state: 'live', queueMs: 2100 })).toBe(2100);
    expect(slowQueue({ state: 'retrying', queueMs: 2100 })).toBeNull();
  });
});
