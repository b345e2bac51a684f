// What the public player says and when it tries again: pure, in both languages.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { cardOf, phaseOf, type CardFacts } from '../../control-ui/src/en-vivo/face.ts';
import {
  guideAt,
  listingsIn,
  untilText,
  whenText,
  type Listing,
} from '../../control-ui/src/en-vivo/guide.ts';
import en from '../../control-ui/src/en-vivo/locales/en.json' with { type: 'json' };
import es from '../../control-ui/src/en-vivo/locales/es.json' with { type: 'json' };
import { retryMs } from '../../control-ui/src/en-vivo/retry.ts';
import { firstLanguage, wordsIn } from '../../control-ui/src/en-vivo/words.ts';
import { initialState } from '../../server/core/initial-state.ts';
import { publicLiveOf } from '../../server/web/en-vivo.ts';
import { publicLanguage } from '../../server/web/public-words.ts';
import { webOutput } from './hls-output.ts';

const wall = { zone: 'America/Bogota', locale: 'es-CO' };
const at = (text: string): number => Date.parse(`${text}-05:00`);
const show = (title: string, start: string, end: string): Listing => ({
  title,
  department: 'Hacienda',
  start: at(start),
  end: at(end),
  signLanguage: false,
  captions: false,
});
const day = [
  show('Zona Tributaria', '2026-11-24T10:00', '2026-11-24T11:00'),
  show('Ciclo Vital', '2026-11-24T13:00', '2026-11-24T14:00'),
  show('Mundo Positivo', '2026-11-25T08:00', '2026-11-25T09:00'),
  show('Al Día', '2026-11-27T01:00', '2026-11-27T02:00'),
];
const facts = (now: string, change: Partial<CardFacts> = {}): CardFacts => ({
  phase: 'off',
  guide: guideAt(day, at(now)),
  now: at(now),
  wall,
  city: 'Ibagué',
  ownZone: 'America/Bogota',
  online: true,
  ...change,
});

test.each([
  ['2026-11-24T09:00', 'Volvemos a las 10:00', 'con Zona Tributaria'],
  ['2026-11-24T10:05', 'Ya casi empezamos', 'con Zona Tributaria'],
  ['2026-11-24T10:30', 'Volvemos a las 13:00', 'con Ciclo Vital'],
  ['2026-11-24T15:00', 'Volvemos mañana a las 08:00', 'con Mundo Positivo'],
  ['2026-11-25T10:00', 'Volvemos el viernes 27 de noviembre a la 01:00', 'con Al Día'],
  ['2026-11-28T10:00', 'Ahora no estamos al aire', 'Cuando empiece la transmisión, se verá aquí.'],
])('off the air at %s: %s', (now, title, more) => {
  expect(cardOf(facts(now), wordsIn('es'))).toEqual({ title, more, note: '' });
});

test('in English, and for who lives by another clock', () => {
  const card = cardOf(facts('2026-11-24T09:00', { ownZone: 'Europe/Madrid' }), wordsIn('en'));
  expect(card).toEqual({
    title: 'We are back at 10:00',
    more: 'with Zona Tributaria',
    note: 'Ibagué time',
  });
  expect(untilText(at('2026-11-24T13:00'), wall, wordsIn('es'))).toBe('hasta las 13:00');
  expect(untilText(at('2026-11-24T01:30'), wall, wordsIn('es'))).toBe('hasta la 01:30');
  const now = at('2026-11-24T09:00');
  expect(whenText(at('2026-11-24T13:00'), now, wall, wordsIn('es'))).toBe('13:00');
  expect(whenText(at('2026-11-25T08:00'), now, wall, wordsIn('es'))).toBe('mié 25, 08:00');
});

test('pictures that move are the truth; else the server says, else the page keeps trying', () => {
  const phases = (['unknown', 'live', 'starting', 'interrupted', 'off', 'away'] as const).map(
    (server) => [
      server,
      ...(['idle', 'connecting', 'playing', 'blocked', 'lost', 'unsupported'] as const).map(
        (player) => phaseOf(server, player),
      ),
    ],
  );
  expect(phases).toEqual([
    ['unknown', 'opening', 'opening', 'live', 'live', 'lost', 'opening'],
    ['live', 'connecting', 'connecting', 'live', 'live', 'lost', 'unsupported'],
    ['starting', 'connecting', 'connecting', 'live', 'live', 'lost', 'connecting'],
    ['interrupted', 'lost', 'lost', 'live', 'live', 'lost', 'lost'],
    ['off', 'off', 'off', 'live', 'live', 'off', 'off'],
    ['away', 'lost', 'lost', 'live', 'live', 'lost', 'lost'],
  ]);
  for (const phase of ['opening', 'connecting', 'lost', 'unsupported'] as const) {
    expect(cardOf(facts('2026-11-24T10:30', { phase }), wordsIn('es'))?.title).toBeTruthy();
  }
  expect(cardOf(facts('2026-11-24T10:30', { phase: 'live' }), wordsIn('es'))).toBeNull();
});

test('a guide that is none leaves the page without one', () => {
  for (const odd of [null, {}, [], { occurrences: 3 }, { occurrences: [null, {}, { title: 1 }] }]) {
    expect(listingsIn(odd)).toEqual([]);
  }
  const [one] = listingsIn({
    occurrences: [
      { title: 'B', start: '2026-11-24T13:00:00-05:00', end: '2026-11-24T12:00:00-05:00' },
      { title: 'A', start: '2026-11-24T10:00:00-05:00', end: '2026-11-24T11:00:00-05:00' },
    ],
  });
  expect(one).toMatchObject({ title: 'A', start: at('2026-11-24T10:00'), department: '' });
});

test('both languages say the same things, with the same places', () => {
  const places = (text: string): string[] => text.match(/\{\w+\}/g)?.toSorted() ?? [];
  expect(Object.keys(en)).toEqual(Object.keys(es));
  for (const key of Object.keys(es) as (keyof typeof es)[]) {
    expect([key, places(en[key])]).toEqual([key, places(es[key])]);
  }
});

test.each([
  [null, ['es-CO', 'en'], 'es'],
  [null, ['en-US', 'es'], 'en'],
  [null, ['fr'], 'es'],
  ['en', ['es'], 'en'],
  ['xx', ['pt', 'en'], 'en'],
] as const)('language %s of a browser in %s: %s', (chosen, browser, language) => {
  expect(firstLanguage(chosen, browser)).toBe(language);
  // The guide is a page of the same house.
  expect(publicLanguage(chosen, browser)).toBe(language);
});

test('it never gives up and never hurries: between half a second and fifteen', () => {
  fc.assert(
    fc.property(
      fc.nat(10_000),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (attempt, random) => {
        const ms = retryMs(attempt, () => random);
        expect(ms).toBeGreaterThanOrEqual(500);
        expect(ms).toBeLessThanOrEqual(15_000);
      },
    ),
  );
});

test('anybody may know whether there is something to watch, and nothing else', () => {
  const colors = { brand: '#111111', onBrand: '#ffffff', slate: '#000000', onSlate: '#ffffff' };
  const station = {
    name: 'Prueba',
    shortName: 'P',
    city: 'Ibagué',
    zone: 'America/Bogota',
    locale: 'es-CO',
    colors,
    slateText: 'Ya regresamos',
    encoder: '720p30',
    clockOffsetMs: 5000,
  };
  const state = initialState(station, 1935, 0);
  const shown = (outputs: typeof state.outputs, order: 'live' | 'stop', connected = true) =>
    publicLiveOf({ ...state, outputs, air: { ...state.air, order, connected } }, 100_000);
  expect(shown({}, 'live')).toMatchObject({
    state: 'off',
    playlist: null,
    now: 100_000,
    utc: 95_000,
  });
  const stopped = { ...webOutput, order: 'stop' as const, state: 'idle' as const };
  expect(shown({ web: stopped }, 'live').state).toBe('off');
  const away = { ...webOutput, state: 'retrying' as const };
  expect(shown({ web: away }, 'live')).toMatchObject({ state: 'interrupted', playlist: null });
  expect(shown({ web: { ...away, state: 'starting' } }, 'live').state).toBe('starting');
  expect(shown({ web: { ...away, state: 'idle' } }, 'live', false).state).toBe('interrupted');
  expect(shown({ web: { ...away, state: 'starting' } }, 'stop').state).toBe('off');
  const two = { ...webOutput, playPath: '/en-vivo/hls/two/live.m3u8' };
  // The first that is live plays.
  expect(shown({ web: away, two }, 'live')).toMatchObject({
    state: 'live',
    playlist: two.playPath,
  });
  expect(JSON.stringify(shown({ two }, 'live'))).not.toMatch(/rtmp|key|problem/);
});
