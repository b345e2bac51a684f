// REST from the contract: sessions, state, and one route that reaches every command.
import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import type { z } from 'zod';
import { setupInput, signInInput, type Session } from '../contract/people.ts';
import type { Access, Principal } from '../access/access.ts';
import { sessionMaxMs } from '../access/sessions.ts';
import type { Clock } from '../core/clock.ts';
import { invalidInput, StudioError } from '../core/errors.ts';
import type { StateStore } from '../core/state-store.ts';
import {
  credentials,
  hostName,
  hostOf,
  requireOwnPage,
  sameOrigin,
  sessionCookie,
} from './credentials.ts';
import { isCommand, unauthenticated, type Dispatch } from './dispatch.ts';
import { openApiDocument } from './openapi.ts';
import { noSuchPath, sendProblem } from './problem.ts';
import { noStore } from './security-headers.ts';

export interface ApiPorts {
  readonly access: Pick<Access, 'authenticate' | 'signIn' | 'signOut' | 'setUp'>;
  readonly dispatch: Dispatch;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly version: string;
}

/** Who sends a request; `unauthenticated` when nobody is signed in. */
export function principalOf(access: Pick<Access, 'authenticate'>, req: Request): Principal {
  const given = credentials(req.headers);
  const principal = given ? access.authenticate(given.token) : null;
  if (!principal) throw unauthenticated();
  return principal;
}

/** The same for a request that changes something: a cookie counts only from our own page. */
function changerOf(access: Pick<Access, 'authenticate'>, req: Request): Principal {
  const principal = principalOf(access, req);
  requireOwnPage(req, credentials(req.headers)?.by ?? 'cookie');
  return principal;
}

/** Routes below `/api/v1`. */
export function apiRoutes(ports: ApiPorts): Router {
  const { access, dispatch, state, clock } = ports;
  const router = express.Router();
  const json: RequestHandler = express.json({ limit: '1mb', strict: false });
  // Read from anybody, so no more than a password needs.
  const smallJson: RequestHandler = express.json({ limit: '10kb', strict: false });
  let document: object | null = null;
  router.use(noStore);

  router.post('/session', ownPageOnly, smallJson, async (req, res) => {
    const { user, password } = parse(signInInput, req.body);
    opened(req, res, await access.signIn(user, password, addressOf(req)));
  });
  router.get('/session', (req, res) => {
    const { user, name, roles } = principalOf(access, req);
    res.json({ user, name, roles });
  });
  router.delete('/session', async (req, res) => {
    // Signing out twice is not an error; the cookie goes either way.
    const given = credentials(req.headers);
    if (given) requireOwnPage(req, given.by);
    const principal = given && access.authenticate(given.token);
    if (principal) await access.signOut(principal.session);
    res.setHeader('Set-Cookie', sessionCookie(null, req.secure, 0));
    res.status(204).end();
  });
  router.post('/setup', ownPageOnly, smallJson, async (req, res) => {
    const { token, password } = parse(setupInput, req.body);
    opened(req, res, await access.setUp(token, password, addressOf(req)));
  });

  router.get('/state', (req, res) => {
    principalOf(access, req);
    const rev = state.flush();
    res.json({ rev, state: state.get() });
  });

  router.post(
    '/commands/:name',
    (req, res, next) => {
      // Refused before a byte of the body is read.
      if (!isCommand(String(req.params['name']))) throw noSuchPath();
      res.locals['session'] = changerOf(access, req).session;
      next();
    },
    json,
    async (req, res) => {
      const sender = { session: String(res.locals['session']), host: hostName(hostOf(req)) };
      const answer = await dispatch(sender, req.params['name'], bodyOf(req));
      if (answer.ok) {
        res.json(answer);
        return;
      }
      const { ok, rev, ...failure } = answer;
      sendProblem(res, failure, clock.now(), { ok, rev });
    },
  );

  router.get('/openapi.json', (_req, res) => {
    document ??= openApiDocument(ports.version);
    res.json(document);
  });
  return router;
}

/** No other site may sign somebody in here, not even with right words. */
const ownPageOnly: RequestHandler = (req, _res, next) => {
  if (sameOrigin(req.headers, hostOf(req))) return next();
  throw new StudioError('forbidden', {
    es: 'La orden no viene de la página del estudio.',
    en: 'The request does not come from the studio page.',
  });
};

function opened(req: Request, res: Response, session: Session): void {
  res.setHeader('Set-Cookie', sessionCookie(session.token, req.secure, sessionMaxMs));
  res.json(session);
}

function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw invalidInput(parsed.error);
  return parsed.data;
}

/** A command without a body has no input; a body that is not JSON is not ignored. */
function bodyOf(req: Request): unknown {
  if (req.body !== undefined) return req.body as unknown;
  const empty = !req.headers['transfer-encoding'] && !Number(req.headers['content-length'] ?? 0);
  if (empty) return {};
  throw new StudioError('invalid', {
    es: 'El cuerpo debe ser JSON (Content-Type: application/json).',
    en: 'The body must be JSON (Content-Type: application/json).',
  });
}

function addressOf(req: Request): string {
  return req.ip ?? 'unknown';
}
