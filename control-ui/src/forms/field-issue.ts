// Which field of a form a refusal is about, and in what words.
import type { Problem } from '../command.ts';

const names = (path: string, field: string): boolean =>
  path === field || path.startsWith(`${field}.`);

/** The refusal, unless it is shown at one of `fields` already. */
export function elsewhere(problem: Problem | null, fields: readonly string[]): Problem | null {
  return fields.some((field) => fieldIssue(problem, field, { first: '', also: '' }) !== null)
    ? null
    : problem;
}

/**
 * What to say at `field`, else null. A refusal is one sentence about the first thing wrong (`first`);
 * other fields that it names get the page's own (`also`), never somebody else's sentence.
 */
export function fieldIssue(
  problem: Problem | null,
  field: string,
  words: { readonly first: string; readonly also: string },
): string | null {
  const at = problem?.issues.findIndex(({ path }) => names(path, field)) ?? -1;
  if (at < 0) return null;
  return at === 0 ? words.first : words.also;
}
