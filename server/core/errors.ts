// The one error of the server, and its single translation into a Failure at an edge.
import type { z } from 'zod';
import type { Failure, FailureCode } from '../contract/failures.ts';
import { expectation, issuePath } from './expectation.ts';
import { fieldName } from './field-names.ts';
import type { Words } from './words.ts';

export type { Words } from './words.ts';

/** Everything that can go wrong in a way somebody may be told about. */
export class StudioError extends Error {
  readonly code: FailureCode;
  readonly words: Words;
  readonly context: Record<string, unknown> | undefined;

  constructor(
    code: FailureCode,
    words: Words,
    options: { cause?: unknown; context?: Record<string, unknown> } = {},
  ) {
    super(words.en, { cause: options.cause });
    this.name = 'StudioError';
    this.code = code;
    this.words = words;
    this.context = options.context;
  }
}

/** Input that did not validate: every issue with its JSON path. */
export function invalidInput(error: z.ZodError): StudioError {
  const issues = error.issues.map((i) => ({
    path: issuePath(i).map(String).join('.'),
    message: i.message,
  }));
  const first = error.issues[0];
  const wanted = first ? expectation(first) : { es: 'otro dato', en: 'another value' };
  const path = issues[0]?.path ?? '';
  const at = (name: string): string => (name === '' ? '' : ` «${name}»`);
  return new StudioError(
    'invalid',
    {
      es: `Dato no válido${at(fieldName(path))}: se esperaba ${wanted.es}.`,
      en: `Invalid input${at(path)}: expected ${wanted.en}.`,
    },
    { context: { issues } },
  );
}

/** What a client is told about any error; programming errors say `internal` and nothing else. */
export function toFailure(error: unknown): Failure {
  if (error instanceof StudioError) {
    return {
      code: error.code,
      message: error.words.es,
      messageEn: error.words.en,
      ...(error.context ? { context: error.context } : {}),
    };
  }
  return {
    code: 'internal',
    message: 'Algo falló dentro del servidor. Intente de nuevo; si se repite, avise a soporte.',
    messageEn: 'Something failed inside the server. Try again; if it happens again, tell support.',
  };
}
