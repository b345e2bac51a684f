// How a request says who sends it: bearer token or cookie, and whether its page is ours.
import type { IncomingMessage } from 'node:http';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { Request } from 'express';
import { StudioError } from '../core/errors.ts';

/** Name of the session cookie. */
const cookieName = 'studio_session';

/** What a request carries; `by` decides whether its origin matters. */
export interface Credentials {
  readonly token: string;
  readonly by: 'bearer' | 'cookie';
}

/** The token in `Authorization: Bearer` or else in the cookie; null when there is none. */
export function credentials(headers: IncomingMessage['headers']): Credentials | null {
  const bearer = /^Bearer +([A-Za-z0-9._~+/=-]{1,200})$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer) return { token: bearer, by: 'bearer' };
  // A header that is there but wrong must not silently become the cookie's person.
  if (headers.authorization) return null;
  const cookie = parseCookie(headers.cookie ?? '')[cookieName];
  return cookie ? { token: cookie, by: 'cookie' } : null;
}

/**
 * Whether a browser sent this from a page of this server. Programs send neither header and count as
 * same-origin here; `host` is the name the server was reached by, with its port.
 */
export function sameOrigin(headers: IncomingMessage['headers'], host: string | undefined): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  if (headers.origin === undefined) return true;
  return host !== undefined && originHost(headers.origin) === host.toLowerCase();
}

function originHost(origin: string): string | null {
  try {
    return new URL(origin).host;
  } catch {
    return null;
  }
}

/**
 * Refuses a change asked with the cookie unless the browser says that it comes from our own page;
 * a bearer token cannot be sent by somebody else's page, so it needs no origin.
 */
export function requireOwnPage(req: Request, by: Credentials['by']): void {
  const said = req.headers.origin !== undefined || req.headers['sec-fetch-site'] !== undefined;
  if (by === 'bearer' || (said && sameOrigin(req.headers, hostOf(req)))) return;
  throw new StudioError('forbidden', {
    es: 'La orden no viene de la página del estudio.',
    en: 'The request does not come from the studio page.',
  });
}

/** Host and port the sender used; behind a proxy on this machine, what that proxy says. */
export function hostOf(req: Request): string | undefined {
  // Browsers leave the scheme's own port out of Origin; so must Host be compared.
  return req.host?.replace(req.secure ? /:443$/ : /:80$/, '');
}

/** `Set-Cookie` with the token, or with null the one that removes it. */
export function sessionCookie(token: string | null, secure: boolean, maxAgeMs: number): string {
  return stringifySetCookie({
    name: cookieName,
    value: token ?? '',
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    secure,
    maxAge: token === null ? 0 : Math.floor(maxAgeMs / 1000),
  });
}

/** The name in a Host header, without port; `localhost` when it makes no sense. */
export function hostName(host: string | undefined): string {
  try {
    return new URL(`http://${host ?? ''}`).hostname || 'localhost';
  } catch {
    return 'localhost';
  }
}
