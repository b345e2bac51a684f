// Which alarms the air deserves, and after how long.
import { describe, expect, it } from 'vitest';
import type { Output } from '../../server/contract/outputs.ts';
import { calm, judgeAlarms, linkAlarm } from '../../server/outputs/air-alarms.ts';
import { causeWords } from '../../server/outputs/causes.ts';
import { now, output, state } from './outputs-report-samples.ts';

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
  it('gives an OBS that is there eight seconds to begin, and three to one that is not', () => {
    for (const [connection, ms] of [
      ['connected', 8000],
      ['disconnected', 3000],
    ] as const) {
      const s = live({ source: 'slate' });
      const waiting = { ...s, switcher: { ...s.switcher, connection } };
      const first = judgeAlarms(waiting, calm, now);
      expect(ids(first)).toEqual([]);
      const yet = judgeAlarms(waiting, first.memory, now + ms);
      expect(ids(yet)).toEqual([]);
      const late = judgeAlarms(waiting, yet.memory, now + ms + 100);
      expect(late.alarms.get('air-slate')!.what.es).toContain('OBS no está enviando');
    }
  });
  it('misses no program while going live captures its slate, and then only what does not come', () => {
    const at = (source: 'live' | 'slate' | 'off', preparing: { until: number } | null) =>
      live({ source, preparing });
    const until = { until: now + 10_000 };
    let r = judgeAlarms(at('off', until), calm, now);
    // It comes, and goes again while air lets the encoder run empty.
    for (const [ms, source] of [
      [4000, 'off'],
      [5000, 'live'],
      [6000, 'off'],
      [9900, 'slate'],
    ] as const) {
      r = judgeAlarms(at(source, until), r.memory, now + ms);
      expect(ids(r)).toEqual([]);
    }
    r = judgeAlarms(at('slate', null), r.memory, now + 10_200);
    expect(ids(r)).toEqual([]);
    expect(ids(judgeAlarms(at('live', null), r.memory, now + 12_000))).toEqual([]);
    const nothing = judgeAlarms(at('slate', null), r.memory, now + 13_000);
    expect(nothing.alarms.get('air-slate')!.what.es).toContain('OBS no está enviando');
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
  it('one that froze while connected alarms as one that is lost', () => {
    const problem = { cause: 'stalled' as const, text: '', textEn: '', detail: '', at: now };
    const frozen = { ...live(), outputs: { a: { ...output, state: 'live' as const, problem } } };
    const r = judgeAlarms(frozen, calm, now);
    expect(ids(judgeAlarms(frozen, r.memory, now + 2900))).toEqual([]);
    expect(ids(judgeAlarms(frozen, r.memory, now + 3100))).toEqual(['output-a']);
  });
  it('the last one that received is critical and says so; one of several is a warning', () => {
    const problem = { cause: 'refused' as const, text: '', textEn: '', detail: '', at: now };
    const down: Output = { ...output, state: 'retrying', problem };
    const up: Output = { ...output, state: 'live' };
    const after = (outputs: Record<string, Output>) => {
      const s = { ...live(), outputs };
      return judgeAlarms(s, judgeAlarms(s, calm, now).memory, now + 3100).alarms.get('output-a');
    };
    expect(after({ a: down, b: up })).toMatchObject({ severity: 'warning' });
    expect(after({ a: down, b: up })?.what.es).toBe(`«${output.name}» no está recibiendo.`);
    for (const others of [{}, { b: down }, { b: { ...up, kind: 'recording' as const } }]) {
      const alarm = after({ a: down, ...others });
      expect(alarm?.severity).toBe('critical');
      expect(alarm?.what.es).toBe(`Nadie recibe la emisión: falla «${output.name}».`);
    }
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
    expect(linkAlarm('fresh', 99_999, null)).toBeNull();
    expect(linkAlarm('stale', 1900, null)).toBeNull();
    expect(linkAlarm('stale', 2000, null)?.what.es).toBe('El proceso de emisión no responde.');
    expect(linkAlarm('never', 9000, null)).toBeNull();
    expect(linkAlarm('never', 10_000, null)).not.toBeNull();
    const refused = {
      address: '10.0.0.5',
      words: { es: 'No trae la clave.', en: 'It does not carry the key.' },
    };
    expect(linkAlarm('stale', 2000, refused)?.what.es).toBe(
      'Un proceso de emisión llama desde 10.0.0.5 y no puede entrar. No trae la clave.',
    );
    expect(linkAlarm('fresh', 99_999, refused)).toBeNull();
  });
});
