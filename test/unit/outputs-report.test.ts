// Reports become state and events; each rule by literals.
import { describe, expect, it } from 'vitest';
import { outputCause } from '../../server/contract/outputs.ts';
import { causeWords } from '../../server/outputs/causes.ts';
import { applyReport, idleFacts } from '../../server/outputs/report.ts';
import { idleReport } from '../service/outputs-samples.ts';
import { apply, facts, now, output, state, told } from './outputs-report-samples.ts';

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
