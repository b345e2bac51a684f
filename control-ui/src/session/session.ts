// Signing in and out over REST; the token stays in a same-site cookie that no script can read.
import type { Failure } from '../../../server/contract/failures.ts';
import type { Session } from '../../../server/contract/people.ts';

/** Who is signed in on this page. */
export type Me = Omit<Session, 'token'>;
export type SessionAnswer = { ok: true; me: Me } | { ok: false; failure: Failure | null };

const path = '/api/v1/session';
const deadlineMs = 8000;

async function call(method: string, to: string, body?: unknown): Promise<Response | null> {
  try {
    return await fetch(to, {
      method,
      signal: AbortSignal.timeout(deadlineMs),
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  } catch {
    return null;
  }
}

async function failureOf(response: Response | null): Promise<Failure | null> {
  try {
    const body = (await response?.json()) as Partial<Failure> | undefined;
    return body?.code && body.message && body.messageEn ? (body as Failure) : null;
  } catch {
    return null;
  }
}

async function me(response: Response): Promise<Me> {
  const { user, name, roles } = (await response.json()) as Session;
  return { user, name, roles };
}

/** Signs in; a null failure means that the server did not answer in its own words. */
export async function signIn(user: string, password: string): Promise<SessionAnswer> {
  const response = await call('POST', path, { user, password });
  if (response?.ok) return { ok: true, me: await me(response) };
  return { ok: false, failure: await failureOf(response) };
}

/** Who the cookie belongs to: a person, `nobody`, or `unknown` while the server does not answer. */
export async function whoAmI(): Promise<Me | 'nobody' | 'unknown'> {
  const response = await call('GET', path);
  if (response?.ok) return me(response);
  return response?.status === 401 ? 'nobody' : 'unknown';
}

/** Ends the session here and on the server. */
export async function signOut(): Promise<void> {
  await call('DELETE', path);
}

/** Sets the first administrator's password with the token of the one-time link, then signs in. */
export async function setUp(token: string, password: string): Promise<SessionAnswer> {
  const response = await call('POST', '/api/v1/setup', { token, password });
  if (!response?.ok) return { ok: false, failure: await failureOf(response) };
  return signIn('admin', password);
}
