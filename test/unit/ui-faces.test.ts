// What the page says at a glance: tally, the air, outputs, units, alarms, keys and permissions.
import { describe, expect, it } from 'vitest';
import { airFace } from '../../control-ui/src/on-air/air-state.ts';
import { alarmsInOrder } from '../../control-ui/src/on-air/alarm-order.ts';
import {
  lowerThirdOf,
  lowerThirds,
  rememberText,
} from '../../control-ui/src/on-air/lower-third-text.ts';
import {
  outputFacts,
  outputHand,
  outputShape,
  slowQueue,
} from '../../control-ui/src/on-air/output-face.ts';
import { streamWords, unitShape } from '../../control-ui/src/on-air/unit-face.ts';
import { historySeconds, nextHistory, sparkPath } from '../../control-ui/src/state/history.ts';
import { keyAction, type KeyPress } from '../../control-ui/src/state/keys.ts';
import { may } from '../../control-ui/src/state/permissions.ts';
import { createServerClock } from '../../control-ui/src/state/server-clock.ts';
import { isOut, tallyOf } from '../../control-ui/src/state/tally.ts';
import type { Alarm } from '../../server/contract/station.ts';

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
    expect(airFace(air, { a: { order: 'start', state: 'live' } })).toBe(face);
  });
  it.each([
    [{}, 'nobody'],
    [{ a: { order: 'start', state: 'starting' } }, 'starting'],
    [{ a: { order: 'start', state: 'retrying' } }, 'nobody'],
    [{ a: { order: 'start', state: 'retrying' }, b: { order: 'start', state: 'live' } }, 'live'],
  ] as const)('red only while somebody receives: %j reads %s', (outputs, face) => {
    const air = { connected: true, order: 'live', onAir: true, source: 'live' } as const;
    expect(airFace(air, outputs)).toBe(face);
  });
});

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

const alarm = (id: string, change: Partial<Alarm>): Alarm => ({
  id,
  severity: 'warning',
  text: id,
  textEn: id,
  advice: '',
  adviceEn: '',
  since: 0,
  clearedAt: null,
  seenBy: null,
  ...change,
});

describe('alarms', () => {
  it('puts what lasts first, then what nobody saw, then what is critical, then the oldest', () => {
    const alarms = {
      seen: alarm('seen', { severity: 'critical', seenBy: 'ana' }),
      over: alarm('over', { severity: 'critical', clearedAt: 5 }),
      newer: alarm('newer', { since: 9 }),
      older: alarm('older', { since: 1 }),
      critical: alarm('critical', { severity: 'critical', since: 20 }),
    };
    expect(alarmsInOrder(alarms).map(({ id }) => id)).toEqual([
      'critical',
      'older',
      'newer',
      'seen',
      'over',
    ]);
  });
});

const press = (key: string, change: Partial<KeyPress> = {}): KeyPress => ({
  key,
  repeat: false,
  modified: false,
  focus: 'page',
  dialogOpen: false,
  ...change,
});

describe('keys', () => {
  it('takes, previews, covers and helps', () => {
    expect(keyAction(press(' '))).toEqual({ do: 'take' });
    expect(keyAction(press('3'))).toEqual({ do: 'preview', index: 2 });
    expect(keyAction(press('F9'))).toEqual({ do: 'panic' });
    expect(keyAction(press('?'))).toEqual({ do: 'help' });
    expect(keyAction(press('0'))).toBeNull();
  });
  it('acts once while held, and never with Ctrl, Alt or Meta', () => {
    expect(keyAction(press(' ', { repeat: true }))).toBeNull();
    expect(keyAction(press('1', { modified: true }))).toBeNull();
  });
  it('does not fire while typing or in a dialog, except F9', () => {
    for (const away of [{ focus: 'text' as const }, { dialogOpen: true }]) {
      expect(keyAction(press(' ', away))).toBeNull();
      expect(keyAction(press('1', away))).toBeNull();
      expect(keyAction(press('F9', away))).toEqual({ do: 'panic' });
    }
  });
  it('leaves space to a control that was reached with the keyboard', () => {
    expect(keyAction(press(' ', { focus: 'control' }))).toBeNull();
    expect(keyAction(press('2', { focus: 'control' }))).toEqual({ do: 'preview', index: 1 });
  });
});

describe('permissions', () => {
  it('lets an administrator do everything, and operators and producers look', () => {
    expect(may(['admin'], 'operator')).toBe(true);
    expect(may(['operator'], 'operator')).toBe(true);
    expect(may(['operator'], 'viewer')).toBe(true);
    expect(may(['producer'], 'viewer')).toBe(true);
    expect(may(['producer'], 'operator')).toBe(false);
    expect(may(['viewer'], 'operator')).toBe(false);
    expect(may(['field'], 'viewer')).toBe(false);
    expect(may([], 'viewer')).toBe(false);
  });
});

describe('lower third', () => {
  const texts = (...names: string[]) => names.map((name) => ({ name, text: '' }));
  const offered = (...names: string[]) => lowerThirds(texts(...names)).map(({ name }) => name);
  it('offers the station’s own and what is named like one, not the scenes’ titles', () => {
    expect(offered('Rótulo', 'Nombre de la estación', 'Título campo')).toEqual(['Rótulo']);
    expect(offered('Reloj', 'Rótulo', 'Rótulo abajo')).toEqual(['Rótulo', 'Rótulo abajo']);
    // Before a name that sorts earlier: the state put it there because it is the station's.
    expect(offered('Quién habla', 'Cintillo', 'Reloj')).toEqual(['Quién habla', 'Cintillo']);
  });
  it('offers everything where nothing says which it is', () => {
    expect(offered('Letrero', 'Reloj')).toEqual(['Letrero', 'Reloj']);
    expect(offered('Letrero')).toEqual(['Letrero']);
    expect(offered()).toEqual([]);
  });
  it('is what a person chose of those, else the first of them', () => {
    const some = texts('Reloj', 'Rótulo', 'Rótulo abajo');
    expect(lowerThirdOf(some, 'Rótulo abajo')?.name).toBe('Rótulo abajo');
    expect(lowerThirdOf(some, 'Reloj')?.name).toBe('Rótulo');
    expect(lowerThirdOf(some, 'gone')?.name).toBe('Rótulo');
    expect(lowerThirdOf(texts('Otro'), null)?.name).toBe('Otro');
    expect(lowerThirdOf([], null)).toBeUndefined();
  });
  it('remembers the last dozen without repeats', () => {
    expect(rememberText(['a', 'b'], 'b')).toEqual(['b', 'a']);
    const many = Array.from({ length: 20 }, (_, i) => String(i));
    expect(rememberText(many, 'x')).toHaveLength(12);
  });
});

describe('the server’s clock', () => {
  it('takes the packet that was least delayed', () => {
    let local = 0;
    const clock = createServerClock(() => local);
    local = 1000;
    clock.learn(10_900);
    local = 2000;
    clock.learn(11_990);
    local = 3000;
    clock.learn(12_500);
    expect(clock.now()).toBe(3000 + 9990);
  });

  it('is not set back by what waited while the page hung', () => {
    let local = 0;
    const clock = createServerClock(() => local);
    for (local = 0; local < 5000; local += 500) clock.learn(local + 9000);
    local = 17_000;
    for (let sent = 5000; sent < 17_000; sent += 250) clock.learn(sent + 9000);
    expect(clock.now()).toBe(17_000 + 9000);
  });

  it('follows a clock that was set', () => {
    let local = 0;
    const clock = createServerClock(() => local);
    for (local = 0; local < 5000; local += 1000) clock.learn(local + 9000);
    for (; local < 25_000; local += 1000) clock.learn(local + 4000);
    expect(clock.now()).toBe(25_000 + 4000);
  });
});
