// What is red: the tally of each scene, and the face of the air.
import { describe, expect, it } from 'vitest';
import { airFace } from '../../control-ui/src/on-air/air-state.ts';
import { isOut, tallyOf } from '../../control-ui/src/state/tally.ts';
import { sampleOutput } from '../kit/samples.ts';

describe('tally', () => {
  const settled = {
    connection: 'connected' as const,
    program: 'Estudio',
    preview: 'Campo',
    transition: {
      name: null,
      durationMs: null,
      available: [],
      phase: 'settled' as const,
      to: null,
    },
  };
  it('is program, preview, both or neither', () => {
    expect(tallyOf('Estudio', settled)).toEqual({ program: true, preview: false });
    expect(tallyOf('Campo', settled)).toEqual({ program: false, preview: true });
    expect(tallyOf('Otra', settled)).toEqual({ program: false, preview: false });
    expect(tallyOf('Estudio', { ...settled, preview: 'Estudio' })).toEqual({
      program: true,
      preview: true,
    });
  });
  it('is on both scenes while they mix', () => {
    const mixing = {
      ...settled,
      transition: { ...settled.transition, phase: 'mixing' as const, to: 'Campo' },
    };
    expect(tallyOf('Estudio', mixing).program).toBe(true);
    expect(tallyOf('Campo', mixing).program).toBe(true);
  });
  it('is red only while the program goes out, not the slate or a stand-in in its place', () => {
    expect(isOut({ onAir: true, feeding: 'program' })).toBe(true);
    expect(isOut({ onAir: false, feeding: 'program' })).toBe(false);
    for (const feeding of ['slate', 'bypass', 'off'] as const) {
      expect(isOut({ onAir: true, feeding })).toBe(false);
    }
  });
  it('claims nothing while OBS does not answer', () => {
    const away = { ...settled, connection: 'disconnected' as const };
    expect(tallyOf('Estudio', away)).toEqual({ program: false, preview: false });
  });
});

describe('the air', () => {
  const off = { connected: true, order: 'stop', onAir: false, source: 'off' } as const;
  it.each([
    [off, 'off'],
    [{ ...off, order: 'live' }, 'starting'],
    [{ connected: true, order: 'live', onAir: true, source: 'live' }, 'live'],
    [{ connected: true, order: 'live', onAir: true, source: 'slate' }, 'slate'],
    [{ connected: true, order: 'stop', onAir: true, source: 'live' }, 'stopping'],
    [{ connected: false, order: 'live', onAir: true, source: 'live' }, 'noContact'],
  ] as const)('%j reads %s', (air, face) => {
    expect(airFace(air, { a: sampleOutput({ state: 'live' }) })).toBe(face);
  });
  const live = sampleOutput({ state: 'live' });
  const retrying = sampleOutput({ state: 'retrying' });
  const problem = { cause: 'stalled' as const, text: '', textEn: '', detail: '', at: 0 };
  const frozen = { ...live, problem };
  const recording = { ...live, kind: 'recording' as const };
  it.each([
    ['none', [], 'nobody'],
    ['one that starts', [sampleOutput({ state: 'starting' })], 'starting'],
    ['one that is tried again', [retrying], 'nobody'],
    ['one of two', [retrying, live], 'live'],
    ['one that is slow', [{ ...live, problem: { ...problem, cause: 'slow' as const } }], 'live'],
    ['one that froze', [frozen], 'nobody'],
    ['one that froze, and our own disk', [frozen, recording], 'nobody'],
    ['only our own disk', [recording], 'live'],
    ['one that was told to stop and still runs', [{ ...live, order: 'stop' as const }], 'live'],
  ] as const)('red only while somebody receives: %s', (_, outputs, face) => {
    const air = { connected: true, order: 'live', onAir: true, source: 'live' } as const;
    expect(airFace(air, Object.fromEntries(outputs.entries()))).toBe(face);
  });
});
