// The closed list of ways a command can fail, and the shape a failure has on every wire.
import { z } from 'zod';

/** Every failure anyone can receive carries one of these codes; the list is closed. */
export const failureCode = z.enum([
  'invalid',
  'unauthenticated',
  'forbidden',
  'notFound',
  'conflict',
  'rateLimited',
  'unavailable',
  'timeout',
  'internal',
]);
export type FailureCode = z.infer<typeof failureCode>;

/** One thing wrong with an input: where (JSON path joined by dots) and what was expected. */
export const issue = z.object({ path: z.string(), message: z.string() });
export type Issue = z.infer<typeof issue>;

/**
 * A failure as people and programs receive it. `message` is Spanish, `messageEn` English, both a
 * sentence a person can act on; `context` holds what a program needs (`present` with `conflict`,
 * `retryAt` in epoch ms with `rateLimited`, `issues` with `invalid`).
 */
export const failure = z.object({
  code: failureCode,
  message: z.string(),
  messageEn: z.string(),
  context: z
    .looseObject({
      present: z.unknown().optional(),
      retryAt: z.number().optional(),
      issues: z.array(issue).optional(),
    })
    .optional(),
});
export type Failure = z.infer<typeof failure>;

/** HTTP status of each failure code; exhaustive by type. */
export const httpStatus: Record<FailureCode, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  notFound: 404,
  conflict: 409,
  rateLimited: 429,
  unavailable: 503,
  timeout: 504,
  internal: 500,
};
