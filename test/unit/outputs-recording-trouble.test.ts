// When a recording cannot go on: the disk, what ffmpeg says of it, and the alarms.
import { describe, expect, test } from 'vitest';
import { classify } from '../../server/air/outputs/classify.ts';
import { secondsLeft, tooLittle } from '../../server/core/free-space.ts';
import { recordingVerdict } from '../../server/air/outputs/recording-verdict.ts';
import type { Output } from '../../server/contract/outputs.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { calmRecordings, judgeRecordings } from '../../server/outputs/recording-alarms.ts';
import { sampleOutput } from '../kit/samples.ts';
import { station } from '../service/outputs-samples.ts';

describe('space', () => {
  test('stops under the limit, goes on only with a tenth more', () => {
    expect(tooLittle(false, 2e9, 2e9)).toBe(false);
    expect(tooLittle(false, 2e9 - 1, 2e9)).toBe(true);
    expect(tooLittle(true, 2.1e9, 2e9)).toBe(true);
    expect(tooLittle(true, 2.2e9, 2e9)).toBe(false);
  });
  test('time left is what is above the limit at the present rate', () => {
    expect(secondsLeft(5e9, 2e9, 375_000)).toBe(8000);
    expect(secondsLeft(1e9, 2e9, 375_000)).toBe(0);
    expect(secondsLeft(5e9, 2e9, 0)).toBeNull();
  });
  test.each([
    ['[error] av_interleaved_write_frame(): No space left on device', 'diskFull'],
    ['[error] Error writing trailer of pipe:5: Disk quota exceeded', 'diskFull'],
    ['[error] av_interleaved_write_frame(): Read-only file system', 'folder'],
    ['[error] av_interleaved_write_frame(): Input/output error', 'folder'],
  ])('%s → %s', (line, cause) => {
    expect(recordingVerdict(classify({ lines: [line], published: true })).cause).toBe(cause);
  });
});

describe('alarms', () => {
  const recording = sampleOutput({
    name: 'Grabación',
    kind: 'recording',
    profile: 'recording',
    url: '',
    hasKey: false,
  });
  const facts = { folder: 'x', file: 'y', freeBytes: 5e9, secondsLeft: 7200 };
  const state = (change: Partial<Output>, preparing: { until: number } | null = null) => {
    const first = initialState(station, 1935, 0);
    return {
      ...first,
      air: { ...first.air, preparing },
      outputs: { r: { ...recording, ...change } },
    };
  };
  const judge = (steps: readonly (readonly [number, Partial<Output>])[]) => {
    let memory = calmRecordings;
    let ids: string[] = [];
    for (const [at, change] of steps) {
      const judged = judgeRecordings(state(change), memory, at);
      memory = judged.memory;
      ids = [...judged.alarms.keys()];
    }
    return ids;
  };
  const live: Partial<Output> = { state: 'live', recording: facts };

  test('not recording for more than three seconds is critical, with the cause as advice', () => {
    const problem = { cause: 'diskFull', text: '', textEn: '', detail: '', at: 0 } as const;
    const full: Partial<Output> = { state: 'retrying', problem };
    expect(judge([[0, full], [3000, full]])).toEqual([]); // prettier-ignore
    expect(judge([[0, full], [3001, full]])).toEqual(['recording-r']); // prettier-ignore
    expect(judge([[0, full], [2000, live], [4000, full]])).toEqual([]); // prettier-ignore
    expect(judge([[0, full], [9000, { ...full, order: 'stop' }]])).toEqual([]); // prettier-ignore
    const { alarms } = judgeRecordings(state(full), { ...calmRecordings, down: new Map([['r', 0]]) }, 5000); // prettier-ignore
    expect(alarms.get('recording-r')).toMatchObject({
      severity: 'critical',
      what: { es: '«Grabación» no está grabando.' },
      advice: { es: expect.stringContaining('Libere espacio') },
    });
  });

  test('while going live waits for its slate nothing is told to run yet', () => {
    const waiting = { ...calmRecordings, down: new Map([['r', 0]]) };
    const judged = judgeRecordings(state({ state: 'idle' }, { until: 9 }), waiting, 60_000);
    expect([...judged.alarms.keys()]).toEqual([]);
  });

  test('under an hour of disk is a warning, until there is clearly more', () => {
    const left = (s: number) => ({ ...live, recording: { ...facts, secondsLeft: s } });
    expect(judge([[0, left(3600)]])).toEqual([]);
    expect(judge([[0, left(3599)]])).toEqual(['recording-space-r']);
    expect(judge([[0, left(3599)], [1, left(4000)]])).toEqual(['recording-space-r']); // prettier-ignore
    expect(judge([[0, left(3599)], [1, left(4200)]])).toEqual([]); // prettier-ignore
    const { alarms } = judgeRecordings(state(left(500)), calmRecordings, 0);
    expect(alarms.get('recording-space-r')?.what.es).toBe(
      'A «Grabación» le queda disco para menos de 10 minutos.',
    );
  });
});
