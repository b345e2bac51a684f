// The name crews are told: a host and nothing else, because it becomes a part of addresses.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadLibrary } from '../../server/library/load.ts';
import { libraryCopy, type LibraryCopy } from './library-copy.ts';

let copy: LibraryCopy;
beforeEach(() => {
  copy = libraryCopy();
});
afterEach(() => copy.remove());

/** The library of a station whose file says this name. */
function withHost(publicHost: unknown): ReturnType<typeof loadLibrary> {
  copy.edit('profiles/station.json', (station) => (station['publicHost'] = publicHost));
  return loadLibrary(copy.root);
}

test('none, unless the file names one', () => {
  copy.edit('profiles/station.json', (station) => delete station['publicHost']);
  const library = loadLibrary(copy.root);
  expect([library.problems, library.station.publicHost]).toEqual([[], null]);
});

test.each([
  'estudio.ibague.gov.co',
  'estudio.ibague.gov.co:19350',
  '203.0.113.7',
  '203.0.113.7:1935',
  '[2001:db8::7]',
  '[2001:db8::7]:1935',
])('%s', (host) => {
  const library = withHost(host);
  expect([library.problems, library.station.publicHost]).toEqual([[], host]);
});

test.each([
  'rtmp://estudio.example.org',
  'estudio.example.org/field',
  'estudio.example.org:',
  'estudio.example.org:0',
  'estudio.example.org:70000',
  'user@estudio.example.org',
  'un estudio',
  'estudio.example.org\r\n',
  '2001:db8::7',
  '[::x]',
  '',
])('not %j: said once, with what was expected', (host) => {
  expect(withHost(host).problems).toMatchObject([
    {
      file: 'profiles/station.json',
      path: 'publicHost',
      expected:
        'un nombre o dirección sin «rtmp://» ni ruta, como estudio.example.org o estudio.example.org:1935',
      expectedEn:
        'a name or address without scheme or path, such as studio.example.org or studio.example.org:1935',
    },
  ]);
});
