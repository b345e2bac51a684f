// Malformed files: named with path, place and what was expected; left out whole; the server still starts.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadLibrary } from '../../server/library/load.ts';
import { jsonSchemas } from '../../server/library/schemas.ts';
import {
  gridOffReason,
  libraryHandlers,
  problemWords,
  profilesPart,
  stationState,
} from '../../server/library/service.ts';

const project = join(import.meta.dirname, '../..');
let root = '';

const obs = {
  id: 'capital-musical',
  name: 'Prueba',
  sources: [
    { name: 'Fondo', kind: 'color_source_v3', settings: {} },
    { name: 'Rótulo', kind: 'text_ft2_source_v2', settings: {} },
    { name: 'Señal', kind: 'ffmpeg_source', settings: {} },
  ],
  scenes: [
    { name: 'Ya regresamos', items: [{ source: 'Fondo' }] },
    { name: 'Campo', items: [{ source: 'Señal' }, { source: 'Rótulo' }] },
  ],
  slateScene: 'Ya regresamos',
  startScene: 'Ya regresamos',
  fieldSource: 'Señal',
  fieldScene: 'Campo',
  lowerThird: 'Rótulo',
  transition: { name: 'Fundido', kind: 'fade_transition', durationMs: 300 },
};

function write(file: string, text: string): void {
  mkdirSync(join(root, file, '..'), { recursive: true });
  writeFileSync(join(root, file), text);
}

/** Changes one file of the copy through its parsed JSON. */
function edit(file: string, change: (value: Record<string, unknown>) => void): void {
  const value = JSON.parse(readFileSync(join(root, file), 'utf8')) as Record<string, unknown>;
  change(value);
  write(file, JSON.stringify(value, null, 2));
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'library-'));
  for (const folder of [
    'profiles/encoders',
    'profiles/destinations',
    'profiles/units',
    'schedules',
  ]) {
    cpSync(join(project, folder), join(root, folder), { recursive: true });
  }
  cpSync(join(project, 'profiles/station.json'), join(root, 'profiles/station.json'));
  write('profiles/obs/capital-musical.json', JSON.stringify(obs));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const destinationFiles = () =>
  readdirSync(join(project, 'profiles/destinations'))
    .map((file) => file.replace('.json', ''))
    .toSorted();

describe('the files of this project', () => {
  test('are all valid', () => {
    const library = loadLibrary(root);
    expect(library.problems).toEqual([]);
    expect(library.station.zone).toBe('America/Bogota');
    expect(library.encoder.id).toBe('720p30');
    expect([...library.encoders.keys()]).toEqual(['1080p30', '360p30', '720p30', '720p30-siempre']);
    expect([...library.destinations.keys()]).toEqual(destinationFiles());
    expect(library.destinations.get('recording')?.kind).toBe('recording');
    expect(library.units.get('liveu')?.feeds.map((f) => f.label)).toEqual([
      'Cámara 1',
      'Cámara 2',
      'Cámara 3',
      'Cámara 4',
    ]);
    expect(library.schedule?.programs.map((p) => p.name)).toEqual([
      'Zona Tributaria',
      'El Momento de Todas',
      'Participación Abierta y Comunitaria',
      'Mundo Positivo',
      'Al Día con el Sisbén',
      'Ciclo Vital',
    ]);
    expect(library.holidays[0]?.days.every((d) => !d.verified)).toBe(true);
    expect(library.stationIsFallback).toBe(false);
    expect(gridOffReason(library)).toBeNull();
    expect(profilesPart(library, 5)).toMatchObject({ state: 'ok', since: 5 });
  });

  test('every encoder and destination agree with what the platforms ask', () => {
    const library = loadLibrary(root);
    const facebook = library.destinations.get('facebook-live');
    expect(facebook?.limits).toMatchObject({ maxVideoKbps: 6000, maxAudioKbps: 128, maxHours: 8 });
    for (const encoder of library.encoders.values()) {
      expect(encoder.keyframeSeconds).toBe(2);
      expect(encoder.videoKbps).toBeLessThanOrEqual(6000);
      expect(encoder.audioKbps).toBeLessThanOrEqual(128);
    }
  });

  test('the JSON Schemas are those of the contract', () => {
    const schemas = jsonSchemas();
    for (const [name, schema] of Object.entries(schemas)) {
      const text = readFileSync(join(project, 'profiles/schemas', name), 'utf8');
      expect(JSON.parse(text), `${name}: run node server/library/write-schemas.ts`).toEqual(schema);
    }
  });

  test('each names a schema that exists', () => {
    const files = [
      'profiles/station.json',
      'schedules/capital-musical.json',
      'schedules/holidays-co.json',
    ];
    for (const folder of ['encoders', 'destinations', 'units']) {
      const first = [...loadLibrary(root)[folder as 'encoders'].keys()];
      files.push(...first.map((id) => `profiles/${folder}/${id}.json`));
    }
    for (const file of files) {
      const value = JSON.parse(readFileSync(join(project, file), 'utf8')) as { $schema: string };
      expect(() => readFileSync(join(project, file, '..', value.$schema)), file).not.toThrow();
    }
  });
});

describe('a malformed file', () => {
  test('with bad syntax is named with its line, and left out', () => {
    write(
      'profiles/encoders/1080p30.json',
      '{\n  "id": "1080p30",\n  "width": 1920\n  "height": 1080\n}',
    );
    const library = loadLibrary(root);
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
    edit(file, change);
    const library = loadLibrary(root);
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
    edit('schedules/capital-musical.json', (v) =>
      change((v['slots'] as Record<string, unknown>[])[0] ?? {}),
    );
    const library = loadLibrary(root);
    expect(library.schedule).toBeNull();
    expect(library.problems[0]).toMatchObject({ file: 'schedules/capital-musical.json', path });
    expect(library.problems[0]?.expected).toMatch(expected);
    // The station says, too, that what it chose is not there.
    expect(library.problems.find((p) => p.file === 'profiles/station.json')?.path).toBe('schedule');
    expect(library.stationIsFallback).toBe(false);
    expect(profilesPart(library, 0).state).toBe('warn');
  });

  test('that is not text, is a folder, or is not there is said so', () => {
    writeFileSync(join(root, 'profiles/units/phone.json'), Buffer.from([0x7b, 0xff, 0x7d]));
    rmSync(join(root, 'profiles/encoders'), { recursive: true });
    const library = loadLibrary(root);
    expect(library.problems.map((p) => [p.file, p.path])).toEqual([
      ['profiles/units/phone.json', ''],
      ['profiles/station.json', 'encoder'],
    ]);
    expect(library.problems[0]?.expected).toContain('UTF-8');
    expect(library.encoder.id).toBe('720p30');
    rmSync(join(root, 'profiles/station.json'));
    expect(loadLibrary(root).problems[0]).toMatchObject({
      file: 'profiles/station.json',
      line: null,
    });
  });
});

describe('without a usable station.json', () => {
  const bad: [string, () => void][] = [
    ['missing', () => rmSync(join(root, 'profiles/station.json'))],
    ['cut short', () => write('profiles/station.json', '{ "name": "Cap')],
    ['an unknown zone', () => edit('profiles/station.json', (v) => (v['zone'] = 'America/Ibague'))],
    ['an offset as zone', () => edit('profiles/station.json', (v) => (v['zone'] = '-05:00'))],
    [
      'a bad colour',
      () =>
        edit(
          'profiles/station.json',
          (v) => ((v['colors'] as Record<string, unknown>)['brand'] = 'red'),
        ),
    ],
  ];
  test.each(bad)('%s: a neutral one stands in, the grid stays off, the rest loads', (_, spoil) => {
    spoil();
    const library = loadLibrary(root, 'Europe/Madrid');
    expect(library.stationIsFallback).toBe(true);
    expect(library.station.name).toBe('Estación sin configurar');
    expect(library.station.zone).toBe('Europe/Madrid');
    expect(library.schedule).toBeNull();
    expect(library.obs?.id).toBe('capital-musical');
    expect([...library.destinations.keys()]).toEqual(destinationFiles());
    expect(gridOffReason(library)?.es).toContain('profiles/station.json');
    expect(profilesPart(library, 0)).toMatchObject({ state: 'down' });
    expect(profilesPart(library, 0).text).toContain('profiles/station.json');
  });
});

test('library.list answers profiles and problems, and the state gets the encoding in use', async () => {
  edit('profiles/station.json', (v) => (v['encoder'] = 'nada'));
  const library = loadLibrary(root);
  const context = { actor: 'ana', roles: ['viewer' as const], host: 'localhost' };
  const listed = await libraryHandlers(library)['library.list']({}, context);
  expect(listed.destinations.map((d) => d.id)).toContain('facebook-live');
  expect(listed.problems[0]?.path).toBe('encoder');
  expect(stationState(library, 7)).toMatchObject({
    name: 'Capital Musical',
    encoder: library.encoder.id,
    clockOffsetMs: 7,
  });
});
