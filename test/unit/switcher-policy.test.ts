// The pure decisions: when a take may happen, OBS's next stream step, which picture is due, how loud it is.
import { describe, expect, it } from 'vitest';
import { StudioError } from '../../server/core/errors.ts';
import { mediaSettings, sameSettings } from '../../server/switcher/media-input.ts';
import { toDbfs } from '../../server/switcher/meters.ts';
import { streamStep } from '../../server/switcher/stream-step.ts';
import { judgeTake, type TakeQuestion } from '../../server/switcher/take-policy.ts';
import { nextDue } from '../../server/switcher/thumbnails.ts';

const calm: TakeQuestion = {
  expectProgram: 'A',
  program: 'A',
  preview: 'B',
  lastTakeAt: null,
  busyUntil: null,
  mono: 10_000,
  now: 1_800_000_000_000,
};

describe('judgeTake', () => {
  it('takes what is in preview', () => {
    expect(judgeTake(calm)).toBe('B');
    expect(judgeTake({ ...calm, lastTakeAt: 9000 })).toBe('B');
  });

  it.each([
    ['the program moved', { program: 'C' }, 'conflict', { present: 'C' }],
    ['it is not known', { program: null }, 'conflict', { present: null }],
    ['a take was just made', { lastTakeAt: 9950 }, 'rateLimited', { retryAt: calm.now + 950 }],
    ['OBS is mixing', { busyUntil: 12_500 }, 'rateLimited', { retryAt: calm.now + 2500 }],
    ['nothing is in preview', { preview: null }, 'notFound', undefined],
    // What the sender must know first: that they saw another world.
    ['moved and too soon', { program: 'C', lastTakeAt: 9950 }, 'conflict', { present: 'C' }],
  ] as const)('%s', (_case, change, code, context) => {
    let error: unknown;
    try {
      judgeTake({ ...calm, ...change });
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(StudioError);
    expect((error as StudioError).code).toBe(code);
    expect((error as StudioError).context).toEqual(context);
  });
});

describe('streamStep', () => {
  const here = { server: 'rtmp://127.0.0.1/p', key: 'k' };
  const there = { server: 'rtmp://127.0.0.1/p', key: 'other' };
  it.each([
    [here, 'off', null, 'configure'],
    [here, 'off', there, 'configure'],
    [here, 'off', here, 'start'],
    [here, 'starting', here, 'wait'],
    [here, 'on', here, 'none'],
    [here, 'on', there, 'stop'],
    [here, 'reconnecting', here, 'none'],
    [here, 'stopping', here, 'wait'],
    [null, 'off', here, 'none'],
    [null, 'on', here, 'stop'],
    [null, 'reconnecting', here, 'stop'],
    [null, 'starting', here, 'wait'],
    [null, 'stopping', here, 'wait'],
  ] as const)('wanted %o, OBS %s to %o: %s', (order, state, target, step) => {
    expect(streamStep(order, { state, target })).toBe(step);
  });
});

describe('nextDue', () => {
  const scenes = { all: ['A', 'B', 'C'], fast: ['A', null] };
  it('takes those never taken first, in order', () => {
    expect(nextDue(scenes, new Map(), 0)).toBe('A');
    expect(nextDue(scenes, new Map([['A', 0]]), 0)).toBe('B');
  });
  it('takes program and preview four times as often', () => {
    const all = new Map(scenes.all.map((s) => [s, 0]));
    expect(nextDue(scenes, all, 499)).toBeNull();
    expect(nextDue(scenes, all, 500)).toBe('A');
    expect(nextDue(scenes, new Map(all).set('A', 1900), 2000)).toBe('B');
  });
});

describe('levels and media', () => {
  it.each([
    [1, 0],
    [0.1, -20],
    [0, -100],
    [Number.NaN, -100],
    [1e-9, -100],
  ])('%d is %d dBFS', (amplitude, db) => {
    expect(toDbfs(amplitude)).toBe(db);
  });

  it('knows the settings OBS already has, its unlisted defaults included', () => {
    const wanted = mediaSettings('rtmp://127.0.0.1/field/x');
    expect(sameSettings(wanted, wanted)).toBe(true);
    expect(sameSettings({ ...wanted, input: 'rtmp://127.0.0.1/field/y' }, wanted)).toBe(false);
    const blank = mediaSettings(null);
    const { input_format: _format, hw_decode: _hw, ...listed } = blank;
    expect(sameSettings(listed, blank)).toBe(true);
    expect(sameSettings({}, blank)).toBe(false);
  });
});
