// Recordings' pure parts: names, whole fragments, space, folders of occurrences, alarms.
import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import type { Occurrence } from '../../server/contract/grid.ts';
import type { Output } from '../../server/contract/outputs.ts';
import { classify } from '../../server/air/outputs/classify.ts';
import { secondsLeft, tooLittle } from '../../server/air/outputs/disk-space.ts';
import { planOf } from '../../server/air/outputs/plan.ts';
import { wholeFragments } from '../../server/air/outputs/recording-fragments.ts';
import { withFile, withoutFile } from '../../server/air/outputs/recording-manifest.ts';
import { fileName, folderProblem, isFileName } from '../../server/air/outputs/recording-names.ts';
import { recordingVerdict } from '../../server/air/outputs/recording-verdict.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { calmRecordings, judgeRecordings } from '../../server/outputs/recording-alarms.ts';
import { recordingFolder, safeTitle } from '../../server/outputs/recording-folder.ts';
import { encoder720, station } from '../service/outputs-fakes.ts';
import { sampleOutput } from '../kit/samples.ts';

const zone = 'America/Bogota';
const ten = Date.parse('2026-11-21T10:00:00-05:00');

function airing(change: Partial<Occurrence> = {}): Occurrence {
  return {
    id: 'zona@2026-11-21',
    slot: 'zona',
    program: 'zona-tributaria',
    title: 'Zona Tributaria',
    department: 'Hacienda',
    start: ten,
    end: ten + 3_600_000,
    date: '2026-11-21',
    time: '10:00',
    scene: 'Estudio',
    layer: 'grid',
    signLanguage: true,
    captions: false,
    problem: null,
    ...change,
  };
}

describe('folders of occurrences', () => {
  test('local date, planned time and title; what it was is written beside the files', () => {
    expect(recordingFolder({ now: airing() }, zone, ten + 600_000)).toEqual({
      name: '2026-11-21 1000 Zona Tributaria',
      about: {
        title: 'Zona Tributaria',
        department: 'Hacienda',
        program: 'zona-tributaria',
        occurrence: 'zona@2026-11-21',
        date: '2026-11-21',
        time: '10:00',
        plannedStart: '2026-11-21T10:00:00-05:00',
        plannedEnd: '2026-11-21T11:00:00-05:00',
        zone,
        scene: 'Estudio',
        signLanguage: true,
        captions: false,
      },
    });
  });

  test('the same for one that goes on longer, another for the next one of the day', () => {
    const name = (now: Occurrence | null, at = ten) => recordingFolder({ now }, zone, at).name;
    expect(name(airing({ end: ten + 9e6 }), ten + 8e6)).toBe(name(airing()));
    expect(name(airing({ start: ten + 18_000_000, time: '15:00' }))).toBe(
      '2026-11-21 1500 Zona Tributaria',
    );
  });

  test('outside the grid one folder a day, by the date of the station', () => {
    const name = (at: string) => recordingFolder({ now: null }, zone, Date.parse(at)).name;
    expect(name('2026-11-22T04:59:59Z')).toBe('2026-11-21 Fuera de parrilla');
    expect(name('2026-11-22T05:00:00Z')).toBe('2026-11-22 Fuera de parrilla');
    expect(recordingFolder({ now: null }, 'Nowhere/At_All', ten).name).toContain('2026-11-21');
  });

  test.each([
    ['Participación Abierta y Comunitaria', 'Participación Abierta y Comunitaria'],
    ['¿Qué hay? 24/7: "Al día" con <Sisbén>', '¿Qué hay 24 7 Al día con Sisbén'],
    ['  ../../etc/passwd.  ', '.. .. etc passwd'],
    ['a\u0000b\u202Ec\nd', 'a b c d'],
    ['🎙️'.repeat(40), '🎙️'.repeat(17)],
  ])('%j → %j', (title, safe) => {
    expect(safeTitle(title)).toBe(safe);
  });

  test('whatever a title is, air takes the folder', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (title) => {
        const { name } = recordingFolder({ now: airing({ title }) }, zone, ten);
        expect(folderProblem(name)).toBeNull();
      }),
    );
  });
});

describe('names on disk', () => {
  test.each([
    '',
    ' ',
    '.',
    '..',
    '../x',
    'a/b',
    'a\\b',
    '/etc',
    'C:x',
    'a\0b',
    'a\nb',
    'a\u202Eb',
    'x.',
    ' x',
    'x ',
    'CON',
    'lpt1.txt',
    'a?',
    'ñ'.repeat(101),
    '\uD800',
  ])('%j is refused', (name) => {
    expect(folderProblem(name)).toEqual(expect.any(String));
  });

  test('files are named by their start in UTC, and numbered when that is taken', () => {
    expect([0, 1, 2].map((n) => fileName(ten, n))).toEqual([
      '2026-11-21T15-00-00Z.mp4',
      '2026-11-21T15-00-00Z-2.mp4',
      '2026-11-21T15-00-00Z-3.mp4',
    ]);
    expect(isFileName(fileName(ten, 1000))).toBe(true);
    expect(isFileName('../2026-11-21T15-00-00Z.mp4')).toBe(false);
  });

  test('an order without a folder, or with one that cannot be, has no plan', () => {
    const order = {
      id: 'r',
      kind: 'recording',
      run: true,
      url: '',
      key: null,
      settings: null,
      backupUrl: null,
    } as const;
    const plan = (folder: { name: string; about: Record<string, unknown> } | null) =>
      planOf({ ...order, folder }, encoder720, '/ca');
    expect(plan(null)).toHaveProperty('wrong');
    expect(plan({ name: '../x', about: {} })).toHaveProperty('wrong');
    const made = plan({ name: 'x', about: {} });
    // The writer is told no path at all.
    expect('args' in made && made.args.at(-1)).toBe('pipe:5');
  });
});

describe('whole fragments', () => {
  const box = (type: string, length: number) => {
    const bytes = Buffer.alloc(8 + length, 7);
    bytes.writeUInt32BE(bytes.length, 0);
    bytes.write(type, 4, 'latin1');
    return bytes;
  };
  const large = Buffer.concat([Buffer.alloc(16), Buffer.alloc(30)]);
  large.writeUInt32BE(1, 0);
  large.write('mdat', 4, 'latin1');
  large.writeBigUInt64BE(46n, 8);
  const head = Buffer.concat([box('ftyp', 20), box('moov', 300)]);
  const fragment = (length: number) => [box('moof', 60), box('mdat', length)];
  const whole = (bytes: Buffer) =>
    wholeFragments(async (at, length) => bytes.subarray(at, at + length), bytes.length);

  test('an ended file is whole to its last byte, index included', async () => {
    const file = Buffer.concat([head, ...fragment(500), ...fragment(70), box('mfra', 40)]);
    expect(await whole(file)).toEqual({ bytes: file.length, media: true });
    const wide = Buffer.concat([head, box('moof', 60), large]);
    expect(await whole(wide)).toEqual({ bytes: wide.length, media: true });
  });

  test('without a fragment there is nothing in it', async () => {
    expect(await whole(Buffer.alloc(0))).toEqual({ bytes: 0, media: false });
    expect(await whole(head)).toEqual({ bytes: head.length, media: false });
    expect(await whole(Buffer.alloc(5000))).toEqual({ bytes: 0, media: false });
  });

  test('cut anywhere, exactly the fragments before the cut are kept', async () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(lengths, fc.double({ min: 0, max: 1, noNaN: true }), async (all, share) => {
        const ends = [head.length];
        const parts = [head];
        for (const length of all) {
          parts.push(...fragment(length));
          ends.push(ends.at(-1)! + 68 + 8 + length);
        }
        const file = Buffer.concat(parts);
        const cut = Math.floor(share * file.length);
        const expected = ends.findLast((end) => end <= cut);
        const { bytes, media } = await whole(file.subarray(0, cut));
        if (expected !== undefined) expect(bytes).toBe(expected);
        expect(media).toBe((expected ?? 0) > head.length);
      }),
    );
  });

  test('rubbish never reads past its end or for ever', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        const found = await whole(Buffer.from(bytes));
        expect(found.bytes).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});

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

test('the list beside the files: by start, each once', () => {
  const entry = (file: string, start: string, end: string | null = null) => ({
    file,
    output: 'r',
    start,
    end,
    bytes: null,
  });
  const none = { about: { title: 'x' }, files: [] };
  const two = withFile(withFile(none, entry('b', '2')), entry('a', '1'));
  const ended = withFile(two, entry('a', '1', '2'));
  expect(ended.files.map((f) => [f.file, f.end])).toEqual([
    ['a', '2'],
    ['b', null],
  ]);
  expect(withoutFile(ended, 'a')).toEqual({ ...none, files: [entry('b', '2')] });
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
