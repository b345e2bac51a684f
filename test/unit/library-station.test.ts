// A station.json that is missing, wrong or chooses what is not there: what stands in for it, and what is said.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadLibrary } from '../../server/library/load.ts';
import {
  gridOffReason,
  libraryHandlers,
  profilesPart,
  stationState,
} from '../../server/library/service.ts';
import { destinationFiles, libraryCopy, type LibraryCopy } from './library-copy.ts';

let copy: LibraryCopy;
beforeEach(() => {
  copy = libraryCopy();
});
afterEach(() => copy.remove());

describe('without a usable station.json', () => {
  const bad: [string, () => void][] = [
    ['missing', () => rmSync(join(copy.root, 'profiles/station.json'))],
    ['cut short', () => copy.write('profiles/station.json', '{ "name": "Cap')],
    [
      'an unknown zone',
      () => copy.edit('profiles/station.json', (v) => (v['zone'] = 'America/Ibague')),
    ],
    ['an offset as zone', () => copy.edit('profiles/station.json', (v) => (v['zone'] = '-05:00'))],
    [
      'a bad colour',
      () =>
        copy.edit(
          'profiles/station.json',
          (v) => ((v['colors'] as Record<string, unknown>)['brand'] = 'red'),
        ),
    ],
  ];
  test.each(bad)('%s: a neutral one stands in, the grid stays off, the rest loads', (_, spoil) => {
    spoil();
    const library = loadLibrary(copy.root, 'Europe/Madrid');
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
  copy.edit('profiles/station.json', (v) => (v['encoder'] = 'nada'));
  const library = loadLibrary(copy.root);
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
