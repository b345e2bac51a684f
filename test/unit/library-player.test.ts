// Who may show the public player in a frame: origins and nothing else, because they become a header.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stationProfile } from '../../server/contract/profiles.ts';
import { loadLibrary } from '../../server/library/load.ts';

const project = join(import.meta.dirname, '../..');
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'library-'));
  for (const folder of ['profiles', 'schedules'])
    cpSync(join(project, folder), join(root, folder), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The library of a station whose file says this of its player. */
function withPlayer(player: unknown): ReturnType<typeof loadLibrary> {
  const file = join(root, 'profiles/station.json');
  const station = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify({ ...station, player }));
  return loadLibrary(root);
}

test('nobody, unless the file names somebody', () => {
  expect(stationProfile.shape.player.parse(undefined)).toEqual({ framedBy: [] });
  expect(loadLibrary(project).station.player).toEqual({ framedBy: [] });
});

test('origins, with a port where they have one', () => {
  const framedBy = [
    'https://www.ibague.gov.co',
    'http://10.0.0.5:8000',
    'https://xn--ibagu-fsa.co',
  ];
  const library = withPlayer({ framedBy });
  expect(library.problems).toEqual([]);
  expect(library.station.player.framedBy).toEqual(framedBy);
});

test.each([
  'https://www.ibague.gov.co/',
  'https://www.ibague.gov.co/portal',
  'https://www.ibague.gov.co:443',
  'https://*.gov.co',
  'https://user@ibague.gov.co',
  'HTTPS://WWW.IBAGUE.GOV.CO',
  'https://ibagué.gov.co',
  'www.ibague.gov.co',
  '*',
  "'self'",
  'data:',
  'https:',
  'https://a.co https://b.co',
  'https://a.co; script-src *',
  'https://a.co\r\nX-Other: 1',
  'https://a.co:99999',
  'https://1.2.3',
  '',
])('not %j: said once, with what was expected, and nothing of it is used', (origin) => {
  const library = withPlayer({ framedBy: ['https://a.co', origin] });
  expect(library.problems).toMatchObject([
    {
      file: 'profiles/station.json',
      path: 'player.framedBy.1',
      expected: 'un origen sin ruta, como https://www.example.org',
      expectedEn: 'an origin without a path, such as https://www.example.org',
    },
  ]);
  expect(library.station.player.framedBy).toEqual([]);
});

test.each([[{ framedBy: 'https://a.co' }], [{ framedby: [] }], ['https://a.co']])(
  'not %j either',
  (player) => {
    expect(withPlayer(player).problems).toHaveLength(1);
  },
);
