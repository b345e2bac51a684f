// The OpenAPI page, made from the same registry that makes the routes.
import { z } from 'zod';
import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import { commands } from '../contract/commands.ts';
import { failure, failureCode, httpStatus, type FailureCode } from '../contract/failures.ts';
import { session, setupInput, signInInput } from '../contract/people.ts';
import { studioState } from '../contract/state.ts';
import { role } from '../contract/roles.ts';

/** A failure over HTTP (RFC 9457 plus the members of `failure`). */
const problem = failure
  .extend({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
  })
  .meta({ id: 'Problem', description: 'problem+json; `message` Spanish, `messageEn` English' });

const meanings: Record<FailureCode, string> = {
  invalid: 'The input is wrong; `context.issues` says where',
  unauthenticated: 'Nobody is signed in',
  forbidden: 'Not with these roles, or not from that page',
  notFound: 'There is no such thing',
  conflict: 'The world moved; `context.present` holds the present value',
  rateLimited: 'Too often; `context.retryAt` (epoch ms) and `Retry-After` (s)',
  unavailable: 'The equipment is not there now',
  timeout: 'The equipment did not answer within 2 s',
  internal: 'A fault of the server',
};

function failures(codes: readonly FailureCode[]) {
  return Object.fromEntries(
    codes.map((code) => [
      String(httpStatus[code]),
      { description: meanings[code], content: { 'application/problem+json': { schema: problem } } },
    ]),
  );
}

function json<S extends z.ZodType>(schema: S, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

function body<S extends z.ZodType>(schema: S) {
  return { required: true, content: { 'application/json': { schema } } };
}

/** Builds the document; costly, so it is done once. */
export function openApiDocument(version: string): object {
  const me = session.omit({ token: true });
  const paths: ZodOpenApiPathsObject = {
    '/api/v1/session': {
      post: {
        operationId: 'session.open',
        summary: 'Sign in; the token is also set as a cookie',
        security: [],
        requestBody: body(signInInput),
        responses: {
          '200': json(session, 'Signed in'),
          ...failures(['invalid', 'unauthenticated', 'forbidden', 'rateLimited']),
        },
      },
      get: {
        operationId: 'session.show',
        summary: 'Who is signed in',
        responses: { '200': json(me, 'This person'), ...failures(['unauthenticated']) },
      },
      delete: {
        operationId: 'session.close',
        summary: 'Sign out',
        responses: { '204': { description: 'Signed out' }, ...failures(['forbidden']) },
      },
    },
    '/api/v1/setup': {
      post: {
        operationId: 'setup',
        summary: "Set the first administrator's password with the one-time link's token",
        security: [],
        requestBody: body(setupInput),
        responses: {
          '200': json(session, 'Signed in as administrator'),
          ...failures(['invalid', 'forbidden', 'rateLimited']),
        },
      },
    },
    '/api/v1/state': {
      get: {
        operationId: 'state',
        summary: 'The whole state and its revision',
        responses: {
          '200': json(z.object({ rev: z.number().int(), state: studioState }), 'The present state'),
          ...failures(['unauthenticated']),
        },
      },
    },
  };
  for (const [name, spec] of Object.entries(commands)) {
    paths[`/api/v1/commands/${name}`] = {
      post: {
        operationId: name,
        summary: spec.summary,
        description: `Needs the role \`${spec.role}\`. Answered within 2 s.`,
        tags: [name.slice(0, name.indexOf('.'))],
        requestBody: body(spec.input),
        responses: {
          '200': json(
            z.object({ ok: z.literal(true), output: spec.output, rev: z.number().int() }),
            'Done; `rev` is the state that shows it',
          ),
          ...failures(failureCode.options),
        },
      },
    };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Studio control',
      version,
      description:
        'Commands and state of the studio. The same commands travel on socket.io, namespace /studio.',
    },
    security: [{ bearer: [] }, { cookie: [] }],
    paths,
    components: {
      schemas: { Role: role },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'studio_session' },
      },
    },
  });
}
