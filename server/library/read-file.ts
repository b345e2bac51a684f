// Reads one file of profiles/ or schedules/: whole and valid, or not at all with what was wrong.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import type { LibraryProblem } from '../contract/profiles.ts';
import type { Words } from '../core/errors.ts';
import { expectation, issuePath } from '../core/expectation.ts';
import { parseJsonSource } from './json-source.ts';

/** Largest file accepted, bytes. */
const maxBytes = 4_000_000;
/** Problems listed for one file: the first are what a person mends. */
const maxProblems = 20;

/** Says that something at `path` of a file is not as expected. */
export type Complain = (path: readonly PropertyKey[], expected: Words) => void;

/** A file read: its value, or null with the reasons. */
export interface FileRead<T> {
  readonly file: string;
  readonly value: T | null;
  readonly problems: LibraryProblem[];
  /** Adds a problem found later (a reference that leads nowhere) at its place in the text. */
  readonly complain: Complain;
}

/** Reads and validates `file` (relative to `rootDir`). Never throws for what is in the file. */
export function readFile<S extends z.ZodType>(
  rootDir: string,
  file: string,
  schema: S,
): FileRead<z.output<S>> {
  const problems: LibraryProblem[] = [];
  const broken = (
    expected: Words,
    path = '',
    line: number | null = null,
    column: number | null = null,
  ): FileRead<z.output<S>> => {
    problems.push({ file, path, line, column, expected: expected.es, expectedEn: expected.en });
    return { file, value: null, problems, complain: () => undefined };
  };

  let text: string;
  try {
    const full = join(rootDir, file);
    if (statSync(full).size > maxBytes) {
      return broken({ es: 'un archivo de menos de 4 MB', en: 'a file under 4 MB' });
    }
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(full));
  } catch (error) {
    return broken(unreadable(error));
  }
  const source = parseJsonSource(text);
  if (!source.ok) {
    return broken(source.expected, source.path, source.place.line, source.place.column);
  }
  const complain: Complain = (path, expected) => {
    if (problems.length >= maxProblems) return;
    const place = source.placeOf(path);
    problems.push({
      file,
      path: path.map(String).join('.'),
      line: place.line,
      column: place.column,
      expected: expected.es,
      expectedEn: expected.en,
    });
  };
  const parsed = schema.safeParse(source.value);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) complain(issuePath(issue), expectation(issue));
  }
  return { file, value: parsed.success ? parsed.data : null, problems, complain };
}

/** Names (without `.json`) of the files of a folder, in order; empty when there is no such folder. */
export function listFiles(rootDir: string, folder: string): string[] {
  try {
    return readdirSync(join(rootDir, folder), { withFileTypes: true })
      .filter((e) => !e.isDirectory() && e.name.endsWith('.json') && !e.name.startsWith('.'))
      .map((e) => e.name.slice(0, -'.json'.length))
      .toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function unreadable(error: unknown): Words {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') {
    return { es: 'que el archivo exista', en: 'the file to exist' };
  }
  if (code === 'EACCES') {
    return { es: 'permiso para leer el archivo', en: 'permission to read the file' };
  }
  if (error instanceof TypeError) {
    return { es: 'texto en UTF-8', en: 'text in UTF-8' };
  }
  return {
    es: `un archivo legible (${code ?? 'error'})`,
    en: `a readable file (${code ?? 'error'})`,
  };
}
