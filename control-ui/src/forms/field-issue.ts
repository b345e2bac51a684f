// Which field of a form a refusal is about.
import type { Problem } from '../command.ts';

/** The refusal, unless it is shown at one of `fields` already. */
export function elsewhere(problem: Problem | null, fields: readonly string[]): Problem | null {
  return fields.some((field) => fieldIssue(problem, field, '') !== null) ? null : problem;
}

/** The refusal's own sentence when it names `field`, else null (a field without a mark). */
export function fieldIssue(
  problem: Problem | null,
  field: string,
  sentence: string,
): string | null {
  const named = problem?.issues.some(({ path }) => path === field || path.startsWith(`${field}.`));
  return named ? sentence : null;
}
