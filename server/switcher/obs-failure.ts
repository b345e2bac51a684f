// What OBS's refusals mean to a person: its numeric codes → the closed failure codes.
import { OBSWebSocketError } from 'obs-websocket-js';
import type { FailureCode } from '../contract/failures.ts';
import { StudioError } from '../core/errors.ts';
import type { ObsLink } from './obs-port.ts';

/** obs-websocket's "not ready to perform the request": loading, or changing collections. */
const obsNotReady = 207;
/** Close code of a connection refused for its password. */
export const obsAuthenticationFailed = 4009;

function codeOf(obsCode: number): FailureCode {
  if (obsCode === obsNotReady) return 'unavailable';
  if (obsCode >= 300 && obsCode < 500) return 'invalid';
  // 500–506: output running or not, studio mode on or off: the world is not as the sender thought.
  if (obsCode >= 500 && obsCode < 600) return 'conflict';
  if (obsCode === 600 || obsCode === 602) return 'notFound';
  if (obsCode >= 600 && obsCode < 700) return 'invalid';
  return 'internal';
}

/** True when OBS answered that it is still loading. */
export function isNotReady(error: unknown): boolean {
  return error instanceof OBSWebSocketError && error.code === obsNotReady;
}

/** Any error of a call as a StudioError that keeps OBS's own words in its cause. */
export function obsFailure(request: string, error: unknown): StudioError {
  if (error instanceof StudioError) return error;
  if (error instanceof OBSWebSocketError) {
    const said = error.message ? `: ${error.message}` : '.';
    return new StudioError(
      codeOf(error.code),
      { es: `OBS no aceptó la orden${said}`, en: `OBS refused the request${said}` },
      { cause: error, context: { request, obsCode: error.code } },
    );
  }
  return new StudioError(
    'unavailable',
    { es: 'Se perdió la conexión con OBS.', en: 'The connection to OBS was lost.' },
    { cause: error, context: { request } },
  );
}

/** The failure of anything asked while OBS is not connected, with the reason the screen shows too. */
export function notConnected(link: ObsLink): StudioError {
  return new StudioError(
    'unavailable',
    link.problem ?? {
      es: 'OBS no está conectado; la orden no se cumplió.',
      en: 'OBS is not connected; the order was not carried out.',
    },
    { context: { connection: link.state } },
  );
}
