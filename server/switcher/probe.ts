// Whether an obs-websocket answers at an address; needs no password.
import { OBSWebSocketError } from 'obs-websocket-js';
import type { Clock } from '../core/clock.ts';
import { withDeadline } from '../core/deadline.ts';
import { obsAuthenticationFailed } from './obs-failure.ts';
import { createObsSocket } from './obs-socket.ts';

const waitMs = 1000;

/** True when one greets within a second, even if it then asks for another password. Never rejects. */
export async function probeObs(clock: Clock, url: string): Promise<boolean> {
  const socket = createObsSocket(() => undefined);
  const late = { es: 'OBS no respondió.', en: 'OBS did not answer.' };
  try {
    await withDeadline(clock, waitMs, late, socket.open({ url, password: undefined }, false));
    return true;
  } catch (error) {
    return error instanceof OBSWebSocketError && error.code === obsAuthenticationFailed;
  } finally {
    socket.drop();
  }
}
