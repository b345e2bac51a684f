// What recordings are called on disk: folders of occurrences, files, and the list beside them.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planOf } from '../../server/air/outputs/plan.ts';
import { withFile, withoutFile } from '../../server/air/outputs/recording-manifest.ts';
import { fileName, folderProblem, isFileName } from '../../server/air/outputs/recording-names.ts';
import type { Occurrence } from '../../server/contract/grid.ts';
import { recordingFolder, safeTitle } from '../../server/outputs/recording-folder.ts';
import { encoder720 } from '../service/outputs-samples.ts';

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
      zone,
    });
  });

  test('the same for one that goes on longer, another for the next one of the day', () => {
    const name = (now: Occurrence | null, at = ten) => recordingFolder({ now }, zone, at).name;
    expect(name(airing({ end: ten + 9e6 }), ten + 8e6)).toBe(name(airing()));
    expect(name(airing({ start: ten + 18_000_000, time: '15:00' }))).toBe(
      '2026-11-21 1500 Zona Tributaria',
    );
  });

  test('outside the grid by date and time of the station', () => {
    const name = (at: string) => recordingFolder({ now: null }, zone, Date.parse(at)).name;
    expect(name('2026-11-22T04:59:59Z')).toBe('2026-11-21 2359 Fuera de parrilla');
    expect(name('2026-11-22T05:00:00Z')).toBe('2026-11-22 0000 Fuera de parrilla');
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

  test('files are named by the clock on the wall of the station, in UTC where no zone is known', () => {
    const evening = Date.parse('2026-11-22T01:16:28.900Z');
    expect(fileName(evening, 0, zone)).toBe('2026-11-21 20-16-28.mp4');
    expect(fileName(evening, 0, null)).toBe('2026-11-22T01-16-28Z.mp4');
    expect(fileName(evening, 0, 'Nowhere/At_All')).toBe('2026-11-22T01-16-28Z.mp4');
  });

  test('a name that is taken is numbered, as in an hour that clocks show twice', () => {
    const [first, again] = ['2026-11-01T05:30:00Z', '2026-11-01T06:30:00Z'].map(Date.parse);
    expect(fileName(first!, 0, 'America/New_York')).toBe('2026-11-01 01-30-00.mp4');
    expect(fileName(again!, 0, 'America/New_York')).toBe('2026-11-01 01-30-00.mp4');
    expect(fileName(again!, 1, 'America/New_York')).toBe('2026-11-01 01-30-00_2.mp4');
    expect(fileName(again!, 1, null)).toBe('2026-11-01T06-30-00Z_2.mp4');
  });

  test('names of both kinds are known again, and nothing else is', () => {
    for (const by of [zone, null]) {
      expect(isFileName(fileName(ten, 1000, by))).toBe(true);
      // Of one second, in the order in which they were begun.
      const names = [0, 1, 2].map((attempt) => fileName(ten, attempt, by));
      expect(names.toSorted()).toEqual(names);
    }
    expect(isFileName('2026-11-21T15-00-00Z-2.mp4')).toBe(true);
    for (const name of ['../2026-11-21T15-00-00Z.mp4', '2026-11-21 15-00-00Z.mp4', 'x.mp4']) {
      expect(isFileName(name)).toBe(false);
    }
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
