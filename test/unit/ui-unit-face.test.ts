// What the page says of a field unit: its shape, its stream, and its last minute.
import { describe, expect, it } from 'vitest';
import { streamWords, unitShape } from '../../control-ui/src/on-air/unit-face.ts';
import { historySeconds, nextHistory, sparkPath } from '../../control-ui/src/state/history.ts';

describe('units', () => {
  it('warns for anything between live and off', () => {
    expect(['off', 'live', 'degraded', 'mute', 'lost'].map((s) => unitShape(s as 'off'))).toEqual([
      'empty',
      'full',
      'warning',
      'warning',
      'warning',
    ]);
  });
  it('says codec and size only when measured', () => {
    const nothing = { videoCodec: null, audioCodec: null, width: null, height: null, fps: null };
    expect(streamWords(null)).toBe('');
    expect(streamWords({ ...nothing, bitrateKbps: 1, keyframeSeconds: null })).toBe('');
    expect(
      streamWords({
        videoCodec: 'h264',
        audioCodec: 'AAC',
        width: 1280,
        height: 720,
        fps: 29.97,
        bitrateKbps: 1,
        keyframeSeconds: 2,
      }),
    ).toBe('H.264 · 1280×720 · 30');
  });
  it('keeps a minute of each unit and forgets those gone', () => {
    let history = nextHistory({}, { a: 1, b: 1 });
    for (let i = 0; i < 100; i += 1) history = nextHistory(history, { a: i });
    expect(Object.keys(history)).toEqual(['a']);
    expect(history['a']).toHaveLength(historySeconds);
    expect(history['a']?.at(-1)).toBe(99);
  });
  it('draws the newest value at the right edge', () => {
    expect(sparkPath([0, 6000], 6000, 59, 10)).toBe('M58.0 10.0L59.0 0.0');
    expect(sparkPath([], 6000, 59, 10)).toBe('');
  });
});
