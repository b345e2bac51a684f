// Reports become state, events, parts and alarms; each rule by literals.
import { describe, expect, it } from 'vitest';
import type { AirOutputReport, AirReport } from '../../server/contract/air-link.ts';
import { outputCause, type Output } from '../../server/contract/outputs.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { calm, judgeAlarms, linkAlarm } from '../../server/outputs/air-alarms.ts';
import { nextOffset } from '../../server/outputs/air-clock.ts';
import { causeWords } from '../../server/outputs/causes.ts';
import { feedingSince, nextOnAir } from '../../server/outputs/on-air.ts';
import { airParts } from '../../server/outputs/parts.ts';
import { applyReport, idleFacts } from '../../server/outputs/report.ts';
import { idleReport, station } from '../service/outputs-fakes.ts';
import { sampleOutput } from '../kit/samples.ts';

const now = 1_000_000;
const output = sampleOutput({ since: now - 5000 });
const told: AirOutputReport = {
  state: 'live',
  since: now - 2000,
  liveSince: now - 2000,
  bitrateKbps: 3100,
  sentBytes: 775_000,
  droppedFrames: 0,
  queueMs: 0,
  restarts: 0,
  nextRetryAt: null,
  problem: null,
  cpuPercent: 0.4,
  memoryMb: 19,
  loudnessLufs: null,
  silentSeconds: null,
  via: null,
  recording: null,
};
const facts = { live: true, now, offsetMs: 0, memory: { since: null, lastSeen: null } };
const state = (outputs: Record<string, Output> = {}) => ({
  ...initialState(station, 1935, now),
  outputs,
});
const apply = (
  outputs: Record<string, Output>,
  report: Partial<AirReport>,
  more: Partial<typeof facts> = {},
  heard = true,
) => {
  const old = state(outputs);
  const air = { ...old.air, reportedAt: heard ? now - 500 : null };
  return applyReport({ ...old, air }, idleReport(now, report), { ...facts, ...more });
};

describe('applyReport', () => {
  it('puts what air says of an output beside what was ordered', () => {
    const { outputs } = apply({ a: output }, { outputs: { a: told } });
    expect(outputs['a']).toMatchObject({
      name: 'Facebook',
      order: 'start',
      state: 'live',
      bitrateKbps: 3100,
      liveSince: now - 2000,
    });
  });

  it('explains each cause in both languages and keeps the detail apart', () => {
    for (const cause of outputCause.options) {
      const problem = { cause, detail: 'last line', at: now };
      const { outputs } = apply(
        { a: output },
        { outputs: { a: { ...told, state: 'retrying', problem } } },
      );
      expect(outputs['a']!.problem).toEqual({
        cause,
        text: causeWords(cause, 'rtmp').es,
        textEn: causeWords(cause, 'rtmp').en,
        detail: 'last line',
        at: now,
      });
      expect(outputs['a']!.problem!.text.length).toBeGreaterThan(20);
    }
  });

  it('shows an output that air does not mention as idle, and ignores one nobody configured', () => {
    const live = { ...output, state: 'live', bitrateKbps: 3000 } as const;
    const { outputs } = apply({ a: live }, { outputs: { ghost: told } });
    expect(outputs).toEqual({ a: { ...live, ...idleFacts, since: now } });
  });

  it("moves air's times into control's clock", () => {
    const theirs = now - 60_000;
    const { air, outputs } = apply(
      { a: output },
      {
        source: 'live',
        sourceSince: theirs - 9000,
        outputs: { a: { ...told, since: theirs - 2000, liveSince: theirs - 2000 } },
      },
      { offsetMs: 60_000 },
    );
    expect(air.sourceSince).toBe(now - 9000);
    expect(outputs['a']!.liveSince).toBe(now - 2000);
  });

  it.each([
    ['ordered and fed', true, 'slate', 'idle', 'rtmp', true],
    ['ordered but nothing goes out', true, 'off', 'idle', 'rtmp', false],
    ['one video output receiving', false, 'slate', 'live', 'rtmp', true],
    ['only the radio running', false, 'slate', 'live', 'icecast', false],
  ] as const)('on air: %s', (_, live, source, outputState, kind, onAir) => {
    const { air } = apply(
      { a: { ...output, kind } },
      { source, outputs: { a: { ...told, state: outputState } } },
      { live },
    );
    expect(air.onAir).toBe(onAir);
    expect(air.since === null).toBe(!onAir);
  });

  it('tells of the slate, of losses and of recoveries, once each', () => {
    const live = { ...output, state: 'live' } as const;
    const old = state({ a: live });
    const lost = applyReport(
      {
        ...old,
        air: {
          ...old.air,
          source: 'live',
          feeding: 'program',
          slate: 'rendered',
          reportedAt: now - 500,
        },
      },
      idleReport(now, {
        source: 'slate',
        outputs: {
          a: { ...told, state: 'retrying', problem: { cause: 'kicked', detail: '', at: now } },
        },
      }),
      facts,
    );
    expect(lost.events).toEqual([
      {
        type: 'feeding',
        from: { feeding: 'program', slate: 'rendered', bypass: 'backup', forcedBy: null },
        to: { feeding: 'slate', slate: 'rendered', bypass: 'backup', forcedBy: null },
      },
      { type: 'outputLost', id: 'a', name: 'Facebook', kind: 'rtmp', cause: 'kicked' },
    ]);
    const back = applyReport(
      lost,
      idleReport(now, { source: 'slate', outputs: { a: { ...told, restarts: 1 } } }),
      facts,
    );
    expect(back.events).toEqual([{ type: 'outputRecovered', id: 'a', name: 'Facebook' }]);
    const same = applyReport(
      back,
      idleReport(now, { source: 'slate', outputs: { a: { ...told, restarts: 1 } } }),
      facts,
    );
    expect(same.events).toEqual([]);
  });

  it('notices a loss that came and went between two reports', () => {
    const { events } = apply(
      { a: { ...output, state: 'live' } },
      { outputs: { a: { ...told, restarts: 1 } } },
    );
    expect(events.map((e) => e.type)).toEqual(['outputLost', 'outputRecovered']);
  });

  it('does not call a stopped output lost', () => {
    const { events } = apply(
      { a: { ...output, order: 'stop', state: 'live' } },
      { outputs: { a: { ...told, state: 'stopping' } } },
    );
    expect(events).toEqual([]);
  });

  it('one that was shed keeps saying so while it ends and after, and is not called lost', () => {
    const problem = { cause: 'shed', text: 'x', textEn: 'y', detail: '', at: now - 100 } as const;
    const shed = { ...output, state: 'live', shed: true, problem } as const;
    const ending = apply({ a: shed }, { outputs: { a: { ...told, state: 'stopping' } } });
    expect(ending.outputs['a']).toMatchObject({ state: 'stopping', shed: true, problem });
    expect(ending.events).toEqual([]);
    const ended = apply(ending.outputs, { outputs: {} });
    expect(ended.outputs['a']).toMatchObject({ state: 'idle', shed: true, problem });
    expect(ended.events).toEqual([]);
  });

  it('adopts an air that is already on the air instead of announcing it', () => {
    const { events } = apply({ a: output }, { source: 'live', outputs: { a: told } }, {}, false);
    expect(events).toEqual([{ type: 'adopted', source: 'live' }]);
  });
});

describe('nextOnAir', () => {
  const on = { onAir: true, live: true, now, fedSince: null, first: false };
  const nothing = { since: null, lastSeen: null };
  const hour = 3_600_000;
  it('starts at the first report on the air, whatever ran before it', () => {
    expect(nextOnAir(nothing, on)).toEqual({ since: now, lastSeen: now });
    expect(nextOnAir(nothing, { ...on, fedSince: now - hour }).since).toBe(now);
  });
  it('keeps counting over a short pause, and forgets after a long one', () => {
    const was = { since: now - 60_000, lastSeen: now - 3000 };
    const paused = nextOnAir(was, { ...on, onAir: false });
    expect(nextOnAir(paused, { ...on, now: now + 1000, fedSince: now }).since).toBe(now - 60_000);
    expect(nextOnAir(paused, { ...on, onAir: false, now: now + 20_000 })).toEqual(nothing);
  });
  it('forgets at once when ordered to stop', () => {
    const was = { since: 1, lastSeen: now };
    expect(nextOnAir(was, { ...on, onAir: false, live: false }).since).toBeNull();
  });
  it('keeps counting when air proves that it went on while control was away', () => {
    const stored = { since: now - hour, lastSeen: now - 600_000 };
    expect(nextOnAir(stored, { ...on, fedSince: now - 1_000_000 }).since).toBe(now - hour);
  });
  it('begins where air says, when it began anew while nobody heard it', () => {
    const stored = { since: now - hour, lastSeen: now - 600_000 };
    expect(nextOnAir(stored, { ...on, fedSince: now - 5000 }).since).toBe(now - 5000);
    expect(nextOnAir(stored, on).since).toBe(now);
    // A control that remembers nothing believes the air it finds.
    expect(nextOnAir(nothing, { ...on, fedSince: now - hour, first: true }).since).toBe(now - hour);
  });
});

describe('feedingSince', () => {
  const kinds = new Map([
    ['fb', 'rtmp'],
    ['am', 'icecast'],
  ] as const);
  const live = (liveSince: number) => ({ ...told, liveSince });
  it('is what air says of its own time on the air, whatever the source was', () => {
    const report = idleReport(now, { source: 'live', sourceSince: now - 5, liveSince: now - 900 });
    expect(feedingSince(report, true, kinds)).toBe(now - 900);
    expect(feedingSince({ ...report, liveSince: null }, true, kinds)).toBe(now - 5);
    expect(feedingSince({ ...report, liveSince: null, source: 'off' }, true, kinds)).toBeNull();
  });
  it('counts what is watched, not the radio that runs day and night', () => {
    const report = idleReport(now, { source: 'live', sourceSince: now - 9_000_000 });
    const radio = { am: live(now - 9_000_000) };
    expect(feedingSince({ ...report, outputs: radio }, false, kinds)).toBeNull();
    const both = { ...radio, fb: live(now - 700) };
    expect(feedingSince({ ...report, outputs: both }, false, kinds)).toBe(now - 700);
  });
});

describe('nextOffset', () => {
  it('takes a local clock as equal, whatever the delay of a report', () => {
    expect(nextOffset(null, now - 40, now)).toEqual({ ms: 0, above: 0 });
  });
  it('keeps the least measure and follows a clock that was set', () => {
    let offset = nextOffset(null, now, now + 60_000);
    expect(offset.ms).toBe(60_000);
    offset = nextOffset(offset, now, now + 61_500);
    expect(offset.ms).toBe(60_000);
    offset = nextOffset(offset, now, now + 59_000);
    expect(offset.ms).toBe(59_000);
    for (let i = 0; i < 3; i += 1) offset = nextOffset(offset, now, now + 90_000);
    expect(offset.ms).toBe(59_000);
    expect(nextOffset(offset, now, now + 90_000).ms).toBe(90_000);
  });
});

describe('airParts', () => {
  it('of an ingest that has no order yet says that it starts, and no port', () => {
    const ingest = { ...idleReport(now).ingest, state: 'starting', rtmpPort: 0 } as const;
    const { ingest: part } = airParts({}, 'fresh', idleReport(now, { ingest }), now);
    expect(part).toMatchObject({ state: 'starting', text: 'La recepción RTMP está arrancando…' });
    // What the state shows of it is the port that it will be told.
    const { air } = apply({}, { ingest });
    expect(air.ingest).toMatchObject({ state: 'starting', rtmpPort: 1935 });
  });
  it('says which port is busy and how to change it', () => {
    const report = idleReport(now, {
      ingest: {
        state: 'down',
        rtmpPort: 1999,
        since: now,
        restarts: 3,
        problem: 'portBusy',
        refused: 0,
      },
      ffmpegVersion: null,
    });
    const parts = airParts({}, 'fresh', report, now);
    expect(parts.ingest.state).toBe('down');
    expect(parts.ingest.text).toContain('1999');
    expect(parts.ingest.text).toContain('STUDIO_RTMP_PORT');
    expect(parts.ffmpeg.state).toBe('down');
    expect(parts.air.state).toBe('ok');
  });
  it('claims nothing once the reports stopped, and keeps `since` while it says the same', () => {
    const report = idleReport(now);
    const fresh = airParts({}, 'fresh', report, now);
    const still = airParts(fresh, 'fresh', report, now + 5000);
    expect(still).toEqual(fresh);
    const stale = airParts(still, 'stale', report, now + 9000);
    expect(stale.air).toMatchObject({ state: 'down', since: now + 9000 });
    expect(stale.ingest.state).toBe('warn');
  });
});

const live = (more: object = {}) => {
  const s = state({});
  return {
    ...s,
    air: {
      ...s.air,
      order: 'live' as const,
      source: 'live' as const,
      ingest: { ...s.air.ingest, state: 'up' as const },
      ...more,
    },
  };
};
const ids = (r: ReturnType<typeof judgeAlarms>) => [...r.alarms.keys()].toSorted();

describe('judgeAlarms', () => {
  it('is quiet while all is well', () => {
    expect(ids(judgeAlarms(live(), calm, now))).toEqual([]);
  });
  it('says at once that the program was lost, and why in words', () => {
    const well = judgeAlarms(live(), calm, now);
    const lost = judgeAlarms(live({ source: 'slate' }), well.memory, now + 500);
    expect(ids(lost)).toEqual(['air-slate']);
    expect(lost.alarms.get('air-slate')!.what.es).toBe(
      'Se perdió la señal de OBS; sale «Ya regresamos».',
    );
    expect(lost.alarms.get('air-slate')!.severity).toBe('critical');
    expect(ids(judgeAlarms(live(), lost.memory, now + 1000))).toEqual([]);
  });
  it('says that this machine is too slow to encode all that goes out, and blames nobody else', () => {
    const slow = judgeAlarms(live({ encoderSlow: true }), calm, now);
    expect(ids(slow)).toEqual(['air-encoder']);
    expect(slow.alarms.get('air-encoder')).toMatchObject({ severity: 'critical' });
    expect(ids(judgeAlarms(live(), slow.memory, now + 500))).toEqual([]);
  });
  it('gives OBS three seconds to begin', () => {
    const first = judgeAlarms(live({ source: 'slate' }), calm, now);
    expect(ids(first)).toEqual([]);
    const late = judgeAlarms(live({ source: 'slate' }), first.memory, now + 3100);
    expect(late.alarms.get('air-slate')!.what.es).toContain('OBS no está enviando');
  });
  it('an output with a problem alarms after three seconds, whatever its state flips between', () => {
    const problem = { cause: 'refused' as const, text: '', textEn: '', detail: '', at: now };
    const at = (s: Output['state']) => ({
      ...live(),
      outputs: { a: { ...output, state: s, problem } },
    });
    let r = judgeAlarms(at('retrying'), calm, now);
    r = judgeAlarms(at('starting'), r.memory, now + 2000);
    expect(ids(r)).toEqual([]);
    r = judgeAlarms(at('retrying'), r.memory, now + 3100);
    expect(ids(r)).toEqual(['output-a']);
    expect(r.alarms.get('output-a')!.advice).toEqual(causeWords('refused', 'rtmp'));
    r = judgeAlarms(at('live'), r.memory, now + 4000);
    expect(ids(r)).toEqual([]);
  });
  it('one that was shed does not alarm as one that fails', () => {
    const problem = { cause: 'shed' as const, text: '', textEn: '', detail: '', at: now };
    const shed = { ...output, state: 'idle' as const, shed: true, problem };
    const r = judgeAlarms({ ...live(), outputs: { a: shed } }, calm, now);
    expect(ids(judgeAlarms({ ...live(), outputs: { a: shed } }, r.memory, now + 60_000))).toEqual(
      [],
    );
  });
  it('an output that merely starts gets ten', () => {
    const starting = { ...live(), outputs: { a: { ...output, state: 'starting' as const } } };
    const r = judgeAlarms(starting, calm, now);
    expect(ids(judgeAlarms(starting, r.memory, now + 9000))).toEqual([]);
    expect(ids(judgeAlarms(starting, r.memory, now + 10_100))).toEqual(['output-a']);
  });
  it('a dead ingest alarms after three seconds', () => {
    const dead = live();
    dead.air = { ...dead.air, ingest: { ...dead.air.ingest, state: 'down' as never } };
    const r = judgeAlarms(dead, calm, now);
    expect(ids(r)).toEqual([]);
    expect(ids(judgeAlarms(dead, r.memory, now + 3100))).toEqual(['ingest']);
  });
  it('the link alarms two seconds after it was lost, ten after a start', () => {
    expect(linkAlarm('fresh', 99_999)).toBeNull();
    expect(linkAlarm('stale', 1900)).toBeNull();
    expect(linkAlarm('stale', 2000)?.what.es).toBe('El proceso de emisión no responde.');
    expect(linkAlarm('never', 9000)).toBeNull();
    expect(linkAlarm('never', 10_000)).not.toBeNull();
  });
});
