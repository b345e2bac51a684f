// When going live waits for a captured slate, what it does meanwhile, and when it stops waiting.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  captureStep,
  restoreMs,
  shouldPrepare,
  type CaptureFacts,
  type PrepareFacts,
} from '../../server/outputs/slate-capture.ts';

const going: CaptureFacts = {
  leftMs: 10_000,
  waitedMs: 0,
  obsConnected: true,
  program: 'Estudio',
  slateScene: 'Ya regresamos',
  capture: 'idle',
  slate: 'rendered',
  arrivingMs: null,
  likely: false,
  wanted: false,
  shown: false,
  yielded: false,
};
const step = (more: Partial<CaptureFacts>) => captureStep({ ...going, ...more });
const shown = { program: 'Ya regresamos', shown: true } as const;

describe('captureStep', () => {
  it.each([
    ['shows the slate before the stream begins, so that its first picture is one', {}, 'show'],
    ['waits for the program where a slate of it is likely there', { likely: true }, 'wait'],
    [
      'shows it when air wants one after all',
      { likely: true, wanted: true, capture: 'wanted', arrivingMs: 200 },
      'show',
    ],
    ['lets air judge the headers that just arrived', { ...shown, arrivingMs: 300 }, 'wait'],
    [
      'waits while air captures',
      { ...shown, arrivingMs: 4000, wanted: true, capture: 'capturing', leftMs: 4000 },
      'wait',
    ],
    [
      'does not show it with too little time left',
      { wanted: true, capture: 'wanted', arrivingMs: 100, leftMs: 4000, likely: true },
      'end',
    ],
    ['gives up on an OBS that does not begin', { ...shown, waitedMs: 5001, leftMs: 3900 }, 'end'],
    [
      'leaves time to give the scene back',
      { ...shown, arrivingMs: 7000, wanted: true, capture: 'capturing', leftMs: restoreMs },
      'end',
    ],
    ['yields to whoever takes a scene', { ...shown, yielded: true }, 'end'],
    ['ends with OBS gone', { ...shown, obsConnected: false }, 'end'],
    ['ends with the slate scene gone from OBS', { ...shown, slateScene: null }, 'end'],
    ['ends when air asks for none', { ...shown, arrivingMs: 1000 }, 'end'],
  ] as const)('%s', (_, more, act) => {
    expect(step(more).act).toBe(act);
  });

  it('shows nothing where the slate scene is on already', () => {
    expect(step({ program: 'Ya regresamos' }).act).toBe('wait');
    const wanted = { wanted: true, capture: 'wanted', arrivingMs: 10 } as const;
    expect(step({ program: 'Ya regresamos', ...wanted }).act).toBe('wait');
  });

  it('ends well once air has it, whether captured now or long ago', () => {
    const now = { ...shown, arrivingMs: 5000, wanted: true, slate: 'captured' } as const;
    expect(step(now)).toMatchObject({ act: 'end', captured: true });
    const before = { arrivingMs: 1000, likely: true, slate: 'captured' } as const;
    expect(step(before)).toMatchObject({ act: 'end', captured: true });
    // A captured slate of another program may be loaded while the headers are still unread.
    expect(step({ ...before, arrivingMs: 100 }).act).toBe('wait');
  });

  it('never waits past the time it needs to give the scene back, nor moves OBS against a person', () => {
    fc.assert(
      fc.property(
        fc.record({
          leftMs: fc.integer({ min: -1000, max: 10_000 }),
          waitedMs: fc.integer({ min: 0, max: 10_000 }),
          obsConnected: fc.boolean(),
          program: fc.constantFrom('Estudio', 'Ya regresamos', null),
          slateScene: fc.constantFrom('Ya regresamos', null),
          capture: fc.constantFrom('idle', 'wanted', 'capturing'),
          slate: fc.constantFrom('none', 'rendered', 'captured', 'freeze'),
          arrivingMs: fc.option(fc.integer({ min: 0, max: 9000 })),
          likely: fc.boolean(),
          wanted: fc.boolean(),
          shown: fc.boolean(),
          yielded: fc.boolean(),
        }),
        (facts) => {
          const { act } = captureStep(facts);
          if (facts.leftMs <= restoreMs) expect(act).toBe('end');
          if (act === 'show') {
            expect(facts).toMatchObject({ yielded: false, shown: false, obsConnected: true });
            expect(facts.leftMs).toBeGreaterThan(4000);
          }
        },
      ),
    );
  });
});

const before: PrepareFacts = {
  obsConnected: true,
  program: 'Estudio',
  slateScene: 'Ya regresamos',
  capture: 'idle',
  slate: 'rendered',
  arriving: false,
  contract: 2,
  alwaysEncode: false,
  running: false,
  forced: false,
};

describe('shouldPrepare', () => {
  it.each([
    ['with OBS and nothing running', {}, true],
    ['with the program there and its slate wanted', { arriving: true, capture: 'wanted' }, true],
    ['not when something runs: somebody may be watching or listening', { running: true }, false],
    ['not without OBS', { obsConnected: false, program: null }, false],
    ['not without a slate scene', { slateScene: null }, false],
    [
      'on the slate scene itself too, though nothing need be shown',
      { program: 'Ya regresamos' },
      true,
    ],
    ['not when it is captured already', { arriving: true, slate: 'captured' }, false],
    ['not with an air of contract 1', { contract: 1 }, false],
    ['not without an air', { contract: null }, false],
    ['not when everything is encoded anew', { alwaysEncode: true }, false],
    ['not under a slate that a person put on', { forced: true }, false],
  ] as const)('%s', (_, more, due) => {
    expect(shouldPrepare({ ...before, ...more })).toBe(due);
  });
});
