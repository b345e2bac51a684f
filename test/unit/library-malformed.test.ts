// Malformed files: named with path, place and what was expected; left out whole; the server still starts.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadLibrary } from '../../server/library/load.ts';
import { problemWords, profilesPart } from '../../server/library/service.ts';
import { libraryCopy, type LibraryCopy } from './library-copy.ts';

let copy: LibraryCopy;
beforeEach(() => {
  copy = libraryCopy();
});
afterEach(() => copy.remove());

describe('a malformed file', () => {
  test('with bad syntax is named with its line, and left out', () => {
    copy.write(
      'profiles/encoders/1080p30.json',
      '{\n  "id": "1080p30",\n  "width": 1920\n  "height": 1080\n}',
    );
    const library = loadLibrary(copy.root);
    expect(library.encoders.has('1080p30')).toBe(false);
    expect(library.encoders.has('720p30')).toBe(true);
    expect(library.problems).toHaveLength(1);
    expect(library.problems[0]).toMatchObject({
      file: 'profiles/encoders/1080p30.json',
      path: 'width',
      line: 4,
      column: 3,
    });
    const words = problemWords(library.problems[0] as never);
    expect(words.es).toBe(
      'profiles/encoders/1080p30.json (línea 4, columna 3) en «width»: se esperaba una coma «,» o el cierre «}».',
    );
    expect(words.en).toContain('(line 4, column 3) at «width»: expected a comma');
  });

  const cases: [string, string, (v: Record<string, unknown>) => void, string, RegExp][] = [
    [
      'a missing field',
      'profiles/encoders/1080p30.json',
      (v) => delete v['fps'],
      'fps',
      /uno de: 25, 30|falta/,
    ],
    [
      'a wrong type',
      'profiles/encoders/1080p30.json',
      (v) => (v['width'] = '1920'),
      'width',
      /un número/,
    ],
    [
      'out of range',
      'profiles/encoders/1080p30.json',
      (v) => (v['videoKbps'] = 99),
      'videoKbps',
      /desde 300/,
    ],
    [
      'an odd size',
      'profiles/encoders/1080p30.json',
      (v) => (v['width'] = 1921),
      'width',
      /número par/,
    ],
    [
      'a name that does not exist',
      'profiles/units/phone.json',
      (v) => (v['colour'] = 1),
      'colour',
      /«colour»/,
    ],
    [
      'an id unlike its file',
      'profiles/units/phone.json',
      (v) => (v['id'] = 'celular'),
      'id',
      /«phone»/,
    ],
    [
      'a scheme of another kind',
      'profiles/destinations/youtube.json',
      (v) => (v['schemes'] = ['rtmps', 'http']),
      'schemes.1',
      /rtmp, rtmps/,
    ],
    [
      'an address not of its schemes',
      'profiles/destinations/youtube.json',
      (v) => (v['schemes'] = ['rtmp']),
      'defaultUrl',
      /rtmp:\/\//,
    ],
    [
      'a setting out of bounds',
      'profiles/destinations/radio-am.json',
      (v) => (v['settings'] = { lowpassHz: 400, bitrateKbps: 96 }),
      'settings.lowpassHz',
      /desde 4500/,
    ],
    [
      'a setting its kind does not have',
      'profiles/destinations/radio-am.json',
      (v) => (v['settings'] = { lowpasHz: 5000 }),
      'settings.lowpasHz',
      /«lowpasHz»/,
    ],
    [
      'an address where nothing is sent',
      'profiles/destinations/youtube.json',
      (v) => Object.assign(v, { kind: 'recording', schemes: [], keyRequired: false }),
      'defaultUrl',
      /null/,
    ],
    [
      'a backup address not of its schemes',
      'profiles/destinations/youtube.json',
      (v) => (v['backupUrl'] = 'https://b.rtmps.youtube.com/live2'),
      'backupUrl',
      /rtmps:\/\//,
    ],
    [
      'an SRT address without port',
      'profiles/destinations/rtmp-custom.json',
      (v) => Object.assign(v, { kind: 'srt', schemes: ['srt'], defaultUrl: 'srt://host' }),
      'defaultUrl',
      /puerto/,
    ],
    [
      'settings of a kind that has none',
      'profiles/destinations/youtube.json',
      (v) => (v['settings'] = { lowpassHz: 5000, bitrateKbps: 96 }),
      'settings',
      /null/,
    ],
    [
      'a scene that is not there',
      'profiles/obs/capital-musical.json',
      (v) => (v['slateScene'] = 'Nada'),
      'slateScene',
      /Ya regresamos, Campo/,
    ],
    [
      'a source that is not there',
      'profiles/obs/capital-musical.json',
      (v) => (v['lowerThird'] = 'Nada'),
      'lowerThird',
      /Rótulo/,
    ],
    [
      'a bad date',
      'schedules/holidays-co.json',
      (v) => (v['days'] = [{ date: '2026-02-30', name: 'x', verified: false }]),
      'days.0.date',
      /AAAA-MM-DD/,
    ],
  ];
  test.each(cases)('%s', (_, file, change, path, expected) => {
    copy.edit(file, change);
    const library = loadLibrary(copy.root);
    const problem = library.problems.find((p) => p.file === file);
    expect(problem?.path).toBe(path);
    expect(problem?.expected).toMatch(expected);
    expect(problem?.expectedEn).not.toBe('');
    expect(problem?.line).toBeGreaterThan(0);
    const id = file.split('/').at(-1)?.replace('.json', '') ?? '';
    expect(library.encoders.has(id) || library.destinations.has(id) || library.units.has(id)).toBe(
      false,
    );
  });

  const slotCases: [string, (slot: Record<string, unknown>) => void, string, RegExp][] = [
    ['an hour that is none', (s) => (s['start'] = '25:00'), 'slots.0.start', /HH:MM/],
    [
      'a recurrence outside of the subset',
      (s) => (s['recurrence'] = { freq: 'yearly' }),
      'slots.0.recurrence.freq',
      /daily, weekly, monthly/,
    ],
    [
      'a weekday that is none',
      (s) => (s['recurrence'] = { freq: 'weekly', weekdays: ['lun'] }),
      'slots.0.recurrence.weekdays.0',
      /mon, tue/,
    ],
    [
      'a programme that is not there',
      (s) => (s['program'] = 'nada'),
      'slots.0.program',
      /«programs»/,
    ],
    ['no scene', (s) => (s['scene'] = ''), 'slots.0.scene', /vacío/],
    [
      'monthly without a day',
      (s) => (s['recurrence'] = { freq: 'monthly' }),
      'slots.0.recurrence',
      /«nth» o «dayOfMonth»/,
    ],
  ];
  test.each(slotCases)('a schedule with %s is left out whole', (_, change, path, expected) => {
    copy.edit('schedules/capital-musical.json', (v) =>
      change((v['slots'] as Record<string, unknown>[])[0] ?? {}),
    );
    const library = loadLibrary(copy.root);
    expect(library.schedule).toBeNull();
    expect(library.problems[0]).toMatchObject({ file: 'schedules/capital-musical.json', path });
    expect(library.problems[0]?.expected).toMatch(expected);
    // The station says, too, that what it chose is not there.
    expect(library.problems.find((p) => p.file === 'profiles/station.json')?.path).toBe('schedule');
    expect(library.stationIsFallback).toBe(false);
    expect(profilesPart(library, 0).state).toBe('warn');
  });

  test('that is not text, is a folder, or is not there is said so', () => {
    writeFileSync(join(copy.root, 'profiles/units/phone.json'), Buffer.from([0x7b, 0xff, 0x7d]));
    rmSync(join(copy.root, 'profiles/encoders'), { recursive: true });
    const library = loadLibrary(copy.root);
    expect(library.problems.map((p) => [p.file, p.path])).toEqual([
      ['profiles/units/phone.json', ''],
      ['profiles/station.json', 'encoder'],
    ]);
    expect(library.problems[0]?.expected).toContain('UTF-8');
    expect(library.encoder.id).toBe('720p30');
    rmSync(join(copy.root, 'profiles/station.json'));
    expect(loadLibrary(copy.root).problems[0]).toMatchObject({
      file: 'profiles/station.json',
      line: null,
    });
  });
});
