// When OBS does not keep up: shares of lost frames over half a minute, by literals.
import { describe, expect, test } from 'vitest';
import {
  frameWords,
  nextFrames,
  noFrames,
  type FrameCounts,
  type FrameMemory,
} from '../../server/switcher/encoder-alarm.ts';

const zero: FrameCounts = {
  at: 0,
  drawn: 0,
  drawSkipped: 0,
  encoded: 0,
  encodeSkipped: 0,
  sent: 0,
  dropped: 0,
};
type Loss = Partial<Pick<FrameCounts, 'drawSkipped' | 'encodeSkipped' | 'dropped'>>;

/** Polls every 2 s of an OBS at 30 fps that loses so many of each 60 frames. */
function stream(): { run(seconds: number, lossOf60?: Loss): string; memory(): FrameMemory } {
  let counts = zero;
  let memory = noFrames;
  return {
    run(seconds, loss = {}) {
      for (let n = 0; n < seconds / 2; n += 1) {
        memory = nextFrames(memory, counts);
        counts = {
          at: counts.at + 2000,
          drawn: counts.drawn + 60,
          drawSkipped: counts.drawSkipped + (loss.drawSkipped ?? 0),
          encoded: counts.encoded + 60,
          encodeSkipped: counts.encodeSkipped + (loss.encodeSkipped ?? 0),
          sent: counts.sent + 60,
          dropped: counts.dropped + (loss.dropped ?? 0),
        };
      }
      return [...memory.up].join('+');
    },
    memory: () => memory,
  };
}

describe('over half a minute', () => {
  test.each<[string, Loss, string]>([
    ['nothing lost', {}, ''],
    ['one in sixty', { drawSkipped: 1, encodeSkipped: 1, dropped: 1 }, ''],
    ['two drawn too late', { drawSkipped: 2 }, 'machine'],
    ['two encoded too late', { encodeSkipped: 2 }, 'machine'],
    ['two not sent', { dropped: 2 }, 'network'],
    ['all of it', { drawSkipped: 9, encodeSkipped: 9, dropped: 9 }, 'machine+network'],
  ])('%s', (_, loss, up) => {
    expect(stream().run(40, loss)).toBe(up);
  });

  test('a start proves nothing, a burst is forgotten after it left the window', () => {
    const s = stream();
    expect(s.run(14, { drawSkipped: 20 })).toBe('');
    expect(s.run(4, { drawSkipped: 20 })).toBe('machine');
    expect(s.run(20)).toBe('machine');
    expect(s.run(30)).toBe('');
  });

  test('it ends only below one per cent', () => {
    const s = stream();
    s.run(60, { dropped: 2 });
    expect(s.run(60, { dropped: 1 })).toBe('network');
    expect(s.run(60)).toBe('');
  });

  test('another stream, another OBS or none begins anew', () => {
    const s = stream();
    s.run(60, { dropped: 30 });
    expect([...nextFrames(s.memory(), null).up]).toEqual([]);
    expect([...nextFrames(s.memory(), { ...zero, at: 999_999 }).up]).toEqual([]);
    expect(nextFrames(s.memory(), { ...zero, at: 999_999 }).samples).toHaveLength(1);
  });

  test('an OBS that does not count raises nothing', () => {
    const uncounted = { ...zero, drawn: Number.NaN, sent: Number.NaN, dropped: Number.NaN };
    let memory = noFrames;
    for (let at = 0; at < 60_000; at += 2000) memory = nextFrames(memory, { ...uncounted, at });
    expect(memory.up.size).toBe(0);
    expect(memory.samples.length).toBeLessThanOrEqual(17);
  });
});

test('both troubles say what to do', () => {
  expect(frameWords.machine.what.es).toMatch(/^El equipo de OBS no alcanza/);
  expect(frameWords.network.advice.es).toContain('cable');
});
