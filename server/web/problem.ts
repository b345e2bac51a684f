// Failures over HTTP: problem+json (RFC 9457) with the closed code and both languages.
import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Response } from 'express';
import { httpStatus, type Failure } from '../contract/failures.ts';
import { StudioError, toFailure } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/** Ends the response with `failure`; `more` adds members such as a command's `ok` and `rev`. */
export function sendProblem(
  res: Response,
  failure: Failure,
  now: number,
  more: Record<string, unknown> = {},
): void {
  const status = httpStatus[failure.code];
  const retryAt = failure.context?.retryAt;
  if (retryAt !== undefined) {
    res.setHeader('Retry-After', String(Math.max(1, Math.ceil((retryAt - now) / 1000))));
  }
  if (status === 401) res.setHeader('WWW-Authenticate', 'Bearer realm="studio"');
  res
    .status(status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: 'about:blank',
        title: STATUS_CODES[status] ?? 'Error',
        status,
        detail: failure.message,
        ...failure,
        ...more,
      }),
    );
}

/** The last middleware: whatever was thrown becomes a problem; only the server's own faults are logged. */
export function problemMiddleware(log: Log, now: () => number): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    const told = fromHttp(error);
    const failure = toFailure(told);
    if (failure.code === 'internal') {
      log.error({ err: error, method: req.method, path: req.path }, 'request failed');
    }
    // Part of the answer is out already: the only honest end is a broken one.
    if (res.headersSent) res.destroy();
    else sendProblem(res, failure, now());
  };
}

/** What express and its parsers throw, in our words. */
function fromHttp(error: unknown): unknown {
  if (error instanceof StudioError) return error;
  const { status, type } = (error ?? {}) as { status?: unknown; type?: unknown };
  if (typeof status !== 'number' || status < 400 || status >= 500) return error;
  if (status === 404) return noSuchPath();
  const words =
    type === 'entity.too.large'
      ? { es: 'El envío es demasiado grande.', en: 'The body is too large.' }
      : type === 'entity.parse.failed'
        ? { es: 'El cuerpo no es JSON válido.', en: 'The body is not valid JSON.' }
        : { es: 'La petición no se entiende.', en: 'The request cannot be understood.' };
  return new StudioError('invalid', words, {
    cause: error,
    context: { issues: [{ path: '', message: words.en }] },
  });
}

/** Nothing lives at this address. */
export function noSuchPath(): StudioError {
  return new StudioError('notFound', {
    es: 'Esa dirección no existe.',
    en: 'There is nothing at that address.',
  });
}
