// «Ya regresamos» on by hand: whichever way it went on, and what comes on when it is taken off.
import { describe, expect, it } from 'vitest';
import { slateFace } from '../../control-ui/src/on-air/slate-face.ts';

const slate = 'Ya regresamos';
const scenes = ['Estudio', 'Campo', slate].map((name) => ({ name, uuid: null, items: [] }));
const switcher = {
  connection: 'connected' as const,
  program: slate,
  programBy: 'ana',
  slateScene: slate,
  beforeSlate: 'Estudio',
  scenes,
};
const off = { forced: null };
const forced = { forced: { by: 'eva', since: 0 } };

describe('by OBS’s scene', () => {
  it('says who and which scene comes back', () => {
    expect(slateFace(off, switcher)).toEqual({
      whose: 'obs',
      by: 'ana',
      back: { to: 'scene', name: 'Estudio' },
      canTakeOff: true,
    });
  });
  it.each([
    ['unknown', null],
    ['gone', 'Borrada'],
  ])('leaves it to a take where what was before is %s', (to, beforeSlate) => {
    const face = slateFace(off, { ...switcher, beforeSlate });
    expect(face).toMatchObject({ back: { to, name: beforeSlate }, canTakeOff: false });
  });
  it.each([
    ['another scene is on', { program: 'Estudio' }],
    ['OBS is away', { connection: 'disconnected' as const }],
    ['OBS has no slate scene', { program: null, slateScene: null }],
    ['it was found there', { programBy: null }],
    ['the grid put it on', { programBy: 'grid' }],
    ['its capture put it on', { programBy: 'supervisor' }],
  ])('is nothing while %s', (_, change) => {
    expect(slateFace(off, { ...switcher, ...change })).toBeNull();
  });
  it('counts when somebody used OBS itself', () => {
    expect(slateFace(off, { ...switcher, programBy: 'obs' })?.by).toBe('obs');
  });
});

describe('by air’s own', () => {
  it.each([
    ['OBS’s program', { program: 'Campo' }, { to: 'scene', name: 'Campo' }],
    ['what OBS’s slate scene replaced', {}, { to: 'scene', name: 'Estudio' }],
    ['nothing yet', { connection: 'disconnected' as const }, { to: 'away', name: null }],
    ['who knows', { beforeSlate: null }, { to: 'unknown', name: null }],
  ])('comes off for %s', (_, change, back) => {
    const face = slateFace(forced, { ...switcher, ...change });
    expect(face).toEqual({ whose: 'air', by: 'eva', back, canTakeOff: true });
  });
});
