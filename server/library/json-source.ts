// Reads JSON with the place of every value, so that a problem in a hand-edited file names its line.
import type { Words } from '../core/errors.ts';

/** A place in a text, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** JSON that parsed: its value and where each JSON path (joined by dots) stands. */
export interface JsonSource {
  readonly ok: true;
  readonly value: unknown;
  /** Place of the value at `path`, or of its nearest parent that exists. */
  placeOf(path: readonly PropertyKey[]): Place;
}

/** JSON that did not: where, in which value and what was expected. */
export interface JsonMistake {
  readonly ok: false;
  readonly place: Place;
  readonly path: string;
  readonly expected: Words;
}

/** Deeper nesting than this is refused: no file of the station comes near it. */
const maxDepth = 64;

class Mistake extends Error {
  readonly at: number;
  readonly path: string;
  readonly words: Words;
  constructor(at: number, path: string, words: Words) {
    super(words.en);
    this.at = at;
    this.path = path;
    this.words = words;
  }
}

/** Strict JSON (RFC 8259), refusing repeated names too: of two equal ones the eye sees either. */
export function parseJsonSource(text: string): JsonSource | JsonMistake {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const starts = new Map<string, number>();
  try {
    const value = parse(source, starts);
    return {
      ok: true,
      value,
      placeOf(path) {
        for (let length = path.length; length > 0; length -= 1) {
          const at = starts.get(path.slice(0, length).map(String).join('.'));
          if (at !== undefined) return placeAt(source, at);
        }
        return placeAt(source, starts.get('') ?? 0);
      },
    };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    return {
      ok: false,
      place: placeAt(source, error.at),
      path: error.path,
      expected: error.words,
    };
  }
}

function placeAt(text: string, at: number): Place {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return { line, column: at - before.lastIndexOf('\n') };
}

const space = /[ \t\n\r]*/y;
const stringToken = /"(?:[^"\\\p{Cc}]|[\u007F-\u009F]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const numberToken = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const wordToken = /(?:true|false|null)\b/y;

function parse(text: string, starts: Map<string, number>): unknown {
  let at = 0;
  const token = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) return null;
    at += found.length;
    return found;
  };
  const is = (char: string): boolean => {
    token(space);
    if (text[at] !== char) return false;
    at += 1;
    return true;
  };
  const fail = (path: string, es: string, en: string, where = at): never => {
    const ended = where >= text.length;
    throw new Mistake(where, path, {
      es: ended ? `${es} (el archivo termina antes)` : es,
      en: ended ? `${en} (the file ends before it)` : en,
    });
  };
  const name = (path: string): string => {
    token(space);
    const raw = token(stringToken);
    return raw === null
      ? fail(path, 'un nombre entre comillas dobles', 'a name in double quotes')
      : (JSON.parse(raw) as string);
  };

  function object(path: string, depth: number): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    if (is('}')) return out;
    for (;;) {
      token(space);
      const nameAt = at;
      const key = name(path);
      const child = path === '' ? key : `${path}.${key}`;
      if (Object.hasOwn(out, key)) {
        fail(child, `«${key}» una sola vez`, `"${key}" only once`, nameAt);
      }
      if (!is(':')) fail(child, 'dos puntos «:» después del nombre', 'a colon ":" after the name');
      // defineProperty: a plain assignment to __proto__ would vanish instead of being refused later.
      Object.defineProperty(out, key, {
        value: value(child, depth),
        enumerable: true,
        writable: true,
        configurable: true,
      });
      if (is('}')) return out;
      if (!is(',')) fail(child, 'una coma «,» o el cierre «}»', 'a comma "," or the closing "}"');
    }
  }

  function array(path: string, depth: number): unknown[] {
    const out: unknown[] = [];
    if (is(']')) return out;
    for (;;) {
      const child = path === '' ? String(out.length) : `${path}.${out.length}`;
      out.push(value(child, depth));
      if (is(']')) return out;
      if (!is(',')) fail(child, 'una coma «,» o el cierre «]»', 'a comma "," or the closing "]"');
    }
  }

  function value(path: string, depth: number): unknown {
    if (depth > maxDepth) fail(path, 'menos niveles anidados', 'fewer nested levels');
    token(space);
    starts.set(path, at);
    if (is('{')) return object(path, depth + 1);
    if (is('[')) return array(path, depth + 1);
    const scalar = token(stringToken) ?? token(numberToken) ?? token(wordToken);
    if (scalar === null) {
      return fail(
        path,
        'un valor JSON: texto entre comillas dobles, número, true, false, null, {…} o […]',
        'a JSON value: text in double quotes, a number, true, false, null, {…} or […]',
      );
    }
    return JSON.parse(scalar) as unknown;
  }

  const out = value('', 0);
  token(space);
  if (at < text.length) fail('', 'el final del archivo', 'the end of the file');
  return out;
}
