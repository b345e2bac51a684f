// Reading JSON with places: agrees with JSON.parse, and names the line of what is wrong.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJsonSource } from '../../server/library/json-source.ts';

describe('parseJsonSource', () => {
  test('reads whatever JSON.stringify writes, with or without indentation', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 5 }),
        fc.constantFrom(undefined, 2, '\t'),
        (v, space) => {
          const text = JSON.stringify(v, null, space);
          const source = parseJsonSource(text);
          expect(source).toMatchObject({ ok: true });
          if (source.ok) expect(source.value).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  test('refuses whatever JSON.parse refuses, and nothing else but repeated names', () => {
    const pieces = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"a"',
        '"b"',
        '1',
        '-',
        '01',
        'true',
        'nul',
        ' ',
        '\n',
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join('');
        const source = parseJsonSource(text);
        let standard = true;
        try {
          JSON.parse(text);
        } catch {
          standard = false;
        }
        if (source.ok) expect(standard).toBe(true);
        else if (!source.expected.en.includes('only once')) expect(standard).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  const mistakes: [string, { line: number; column: number }, string, string][] = [
    ['', { line: 1, column: 1 }, '', 'un valor JSON'],
    ['{\n  "a": 1,\n}', { line: 3, column: 1 }, '', 'un nombre entre comillas dobles'],
    ['{\n  "a" 1\n}', { line: 2, column: 7 }, 'a', 'dos puntos'],
    ['{ "a": 1 "b": 2 }', { line: 1, column: 10 }, 'a', 'una coma'],
    ['{ "a": [1, 2', { line: 1, column: 13 }, 'a.1', 'el archivo termina antes'],
    ["{ 'a': 1 }", { line: 1, column: 3 }, '', 'un nombre entre comillas dobles'],
    ['{ "a": 1 } x', { line: 1, column: 12 }, '', 'el final del archivo'],
    ['{ "x": { "a": 1, "a": 2 } }', { line: 1, column: 18 }, 'x.a', 'una sola vez'],
    ['{ "a": "two\nlines" }', { line: 1, column: 8 }, 'a', 'un valor JSON'],
    ['['.repeat(100), { line: 1, column: 66 }, '0.0', 'menos niveles'],
  ];
  test.each(mistakes)('names the place of the mistake in %j', (text, place, path, words) => {
    const source = parseJsonSource(text);
    expect(source.ok).toBe(false);
    if (source.ok) return;
    expect(source.place).toEqual(place);
    expect(source.path.startsWith(path)).toBe(true);
    expect(source.expected.es).toContain(words);
  });

  test('knows where each value stands, and the nearest parent of one that is missing', () => {
    const source = parseJsonSource('{\n  "slots": [\n    { "start": "08:00" }\n  ]\n}');
    if (!source.ok) throw new Error('did not parse');
    expect(source.placeOf(['slots', 0, 'start'])).toEqual({ line: 3, column: 16 });
    expect(source.placeOf(['slots', 0, 'scene'])).toEqual({ line: 3, column: 5 });
    expect(source.placeOf([])).toEqual({ line: 1, column: 1 });
  });

  test('takes a byte order mark and keeps odd names as own properties', () => {
    const source = parseJsonSource('\uFEFF{"__proto__": 1}');
    expect(source.ok && Object.keys(source.value as object)).toEqual(['__proto__']);
  });
});
