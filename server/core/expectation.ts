// Turns zod's issues into what was expected, in Spanish and English.
import type { z } from 'zod';
import type { Words } from './words.ts';

/** Spanish of the sentences the contract's own checks say. */
const contractWords: Readonly<Record<string, string>> = {
  'a colour as #rrggbb': 'un color como #rrggbb',
  'lower case letters, digits and dashes': 'letras minúsculas, dígitos y guiones',
  'a time as HH:MM or HH:MM:SS, 24 h': 'una hora como HH:MM o HH:MM:SS, de 24 h',
  'letters, digits, dot, dash or underscore, 2 to 40 characters':
    'letras, dígitos, punto, guion o guion bajo, de 2 a 40 caracteres',
  'an address such as rtmps://host:443/app or srt://host:9000':
    'una dirección como rtmps://host:443/app o srt://host:9000',
  'an origin without a path, such as https://www.example.org':
    'un origen sin ruta, como https://www.example.org',
  'a name or address without scheme or path, such as studio.example.org or studio.example.org:1935':
    'un nombre o dirección sin «rtmp://» ni ruta, como estudio.example.org o estudio.example.org:1935',
  'an id not used before': 'un id que no se repita',
  'a date not used before': 'una fecha que no se repita',
  'the id of a programme in "programs"': 'el id de un programa de «programs»',
  'either "nth" or "dayOfMonth"': 'o «nth» o «dayOfMonth», uno de los dos',
  'Invalid ISO date': 'una fecha real como AAAA-MM-DD',
};

const types: Readonly<Record<string, Words>> = {
  string: { es: 'un texto entre comillas', en: 'text in quotes' },
  number: { es: 'un número', en: 'a number' },
  int: { es: 'un número entero', en: 'a whole number' },
  boolean: { es: 'true o false', en: 'true or false' },
  array: { es: 'una lista […]', en: 'a list […]' },
  object: { es: 'un objeto {…}', en: 'an object {…}' },
  record: { es: 'un objeto {…}', en: 'an object {…}' },
};

/** What the schema wanted where `issue` points. */
export function expectation(issue: z.core.$ZodIssue): Words {
  switch (issue.code) {
    case 'invalid_type': {
      const type = types[issue.expected] ?? { es: issue.expected, en: issue.expected };
      return issue.input === undefined && issue.message.endsWith('received undefined')
        ? { es: `${type.es} (falta)`, en: `${type.en} (missing)` }
        : type;
    }
    case 'invalid_value':
      return oneOf(issue.values.map(String));
    case 'invalid_union':
      return unionOptions(issue);
    case 'unrecognized_keys': {
      const names = issue.keys.map((k) => `«${k}»`).join(', ');
      return {
        es: `que no esté ${names}: ese nombre no existe aquí`,
        en: `no ${names}: that name does not exist here`,
      };
    }
    case 'too_small':
      return bound(issue.origin, 'min', Number(issue.minimum), issue.inclusive ?? true);
    case 'too_big':
      return bound(issue.origin, 'max', Number(issue.maximum), issue.inclusive ?? true);
    default:
      return {
        es: contractWords[issue.message] ?? issue.message,
        en: issue.message === 'Invalid ISO date' ? 'a real date as YYYY-MM-DD' : issue.message,
      };
  }
}

/** The path an issue points at; for names that should not be there, the first of them. */
export function issuePath(issue: z.core.$ZodIssue): PropertyKey[] {
  const extra = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  return [...issue.path, ...extra];
}

function unionOptions(issue: z.core.$ZodIssueInvalidUnion): Words {
  const options = 'options' in issue && Array.isArray(issue.options) ? issue.options : null;
  if (options) return oneOf(options.map(String));
  const values = issue.errors.flat().flatMap((e) => (e.code === 'invalid_value' ? e.values : []));
  return values.length > 0
    ? oneOf(values.map(String))
    : { es: 'otra forma de este dato', en: 'another form of this value' };
}

function oneOf(values: readonly string[]): Words {
  const [only] = values;
  return values.length === 1
    ? { es: `«${only}»`, en: `"${only}"` }
    : { es: `uno de: ${values.join(', ')}`, en: `one of: ${values.join(', ')}` };
}

function bound(origin: string, side: 'min' | 'max', n: number, inclusive: boolean): Words {
  const least = side === 'min';
  if (origin === 'string' || origin === 'array') {
    const thing =
      origin === 'string'
        ? { es: 'caracteres', en: 'characters' }
        : { es: 'elementos', en: 'items' };
    if (least && n === 1) {
      return origin === 'string'
        ? { es: 'un texto que no esté vacío', en: 'text that is not empty' }
        : { es: 'al menos un elemento', en: 'at least one item' };
    }
    return {
      es: `${least ? 'al menos' : 'como máximo'} ${n} ${thing.es}`,
      en: `at ${least ? 'least' : 'most'} ${n} ${thing.en}`,
    };
  }
  if (!inclusive) {
    return {
      es: `un número ${least ? 'mayor' : 'menor'} que ${n}`,
      en: `a number ${least ? 'above' : 'below'} ${n}`,
    };
  }
  return {
    es: `un número ${least ? 'desde' : 'hasta'} ${n}`,
    en: `a number ${least ? 'from' : 'up to'} ${n}`,
  };
}
