// Measures the upload by sending random bytes over HTTP: only what the far end confirmed counts.
import { randomBytes } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest, type ClientRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Clock } from '../../core/clock.ts';
import { StudioError, type Words } from '../../core/errors.ts';
import { confirmedKbps, nextSize, type Delivery } from './delivery.ts';

export interface UploadTestOptions {
  /** `http:` or `https:`; where POSTs of any bytes are taken and answered with 2xx. */
  readonly url: string;
  /** Ends it early; it then fails with the signal's own reason. */
  readonly signal: AbortSignal;
  /** Told several times a second, 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/** Resolves to kb/s; fails with `unavailable` in words when nothing can be measured. */
export type UploadTest = (options: UploadTestOptions) => Promise<number>;

/** How it measures; all in ms. */
export interface UploadTestPlan {
  readonly connections: number;
  readonly durationMs: number;
  /** Left out of the figure: connections are still opening up. */
  readonly warmUpMs: number;
  /** After `durationMs` what is under way may still be confirmed. */
  readonly graceMs: number;
  /** Nothing confirmed for this long since the start: there is nobody to measure against. */
  readonly silenceMs: number;
}

/** Three connections fill what one alone may not, on a long or lossy way. */
const usualPlan: UploadTestPlan = {
  connections: 3,
  durationMs: 8000,
  warmUpMs: 1500,
  graceMs: 3000,
  silenceMs: 5000,
};

const progressMs = 400;
/** Of one connection; then the whole test has failed. */
const maxFailures = 3;
/** Random, so that nothing on the way makes it smaller. */
const noise = randomBytes(1_048_576);

/** Makes the test; each call opens its own connections and leaves none behind. */
export function createUploadTest(clock: Clock, plan: UploadTestPlan = usualPlan): UploadTest {
  return async ({ url, signal, onProgress }) => {
    signal.throwIfAborted();
    const target = new URL(url);
    const options = { keepAlive: true, maxSockets: plan.connections };
    const agent = target.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
    const open = new Set<ClientRequest>();
    const delivered: Delivery[] = [];
    const started = clock.mono();
    const spent = (): number => clock.mono() - started;
    const over = Promise.withResolvers<null>();
    const failed = (error: unknown): void => over.reject(error);
    const onAbort = (): void => failed(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const timers = [
      clock.every(progressMs, () => onProgress(Math.min(0.99, spent() / plan.durationMs))),
      clock.after(plan.durationMs + plan.graceMs, () => over.resolve(null)),
      clock.after(plan.silenceMs, () => {
        if (delivered.length === 0) failed(new StudioError('unavailable', silent));
      }),
    ];

    let ended = false;

    async function sendOn(): Promise<void> {
      let bytes = nextSize(null);
      for (let failures = 0; !ended && spent() < plan.durationMs;) {
        const from = spent();
        try {
          await post(target, agent, bytes, open);
        } catch (error) {
          failures += 1;
          // A connection lost on the way is no reason to throw away what was measured.
          if (delivered.length === 0 || failures >= maxFailures) throw error;
          continue;
        }
        const delivery = { from, to: spent(), bytes };
        delivered.push(delivery);
        bytes = nextSize(delivery);
      }
    }

    try {
      const senders = Array.from({ length: plan.connections }, sendOn);
      await Promise.race([Promise.all(senders), over.promise]);
      const kbps = confirmedKbps(delivered, plan.warmUpMs, plan.durationMs);
      if (kbps <= 0) throw new StudioError('unavailable', silent);
      return kbps;
    } finally {
      ended = true;
      signal.removeEventListener('abort', onAbort);
      for (const cancel of timers) cancel();
      // What is still under way ends with its connection; nobody waits for it any more.
      over.promise.catch(() => undefined);
      for (const request of open) request.destroy();
      agent.destroy();
    }
  };
}

/** One POST of `bytes`, confirmed by a 2xx answer after all of it was taken. */
function post(
  target: URL,
  agent: HttpAgent | HttpsAgent,
  bytes: number,
  open: Set<ClientRequest>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(target, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/octet-stream', 'content-length': bytes },
    });
    // A request given up would keep its connection, and the next one would wait for it.
    const giveUp = (error: unknown): void => {
      request.destroy();
      reject(error);
    };
    open.add(request);
    request.once('close', () => open.delete(request));
    request.on('error', (cause) => giveUp(new StudioError('unavailable', unreachable, { cause })));
    request.once('response', (response) => {
      response.resume();
      response.on('error', giveUp);
      const status = response.statusCode ?? 0;
      if (status < 200 || status > 299) giveUp(new StudioError('unavailable', refused(status)));
      else if (!request.writableFinished) giveUp(new StudioError('unavailable', unread));
      else response.once('end', resolve);
    });
    writeNoise(request, bytes);
  });
}

/** Writes `bytes` of noise piece by piece, no faster than they are taken. */
function writeNoise(request: ClientRequest, bytes: number): void {
  let left = bytes;
  const more = (): void => {
    while (left > 0) {
      const piece = noise.subarray(0, Math.min(left, 65_536));
      left -= piece.length;
      if (!request.write(piece)) {
        request.once('drain', more);
        return;
      }
    }
    request.end();
  };
  more();
}

const unreachable: Words = {
  es: 'No se pudo medir: el servidor de prueba no responde. Revise internet y «uplink.testUrl» en profiles/station.json.',
  en: 'It could not be measured: the test server does not answer. Check the internet and “uplink.testUrl” in profiles/station.json.',
};
const silent: Words = {
  es: 'No se pudo medir: el servidor de prueba no confirmó nada a tiempo. Revise internet y repita.',
  en: 'It could not be measured: the test server confirmed nothing in time. Check the internet and try again.',
};
const unread: Words = {
  es: 'No se pudo medir: el servidor de prueba contesta sin leer lo que recibe. Ponga otro en «uplink.testUrl» de profiles/station.json.',
  en: 'It could not be measured: the test server answers without reading what it gets. Put another in “uplink.testUrl” of profiles/station.json.',
};

function refused(status: number): Words {
  return {
    es: `No se pudo medir: el servidor de prueba no acepta los datos (HTTP ${status}). Ponga otro en «uplink.testUrl» de profiles/station.json.`,
    en: `It could not be measured: the test server does not take the data (HTTP ${status}). Put another in “uplink.testUrl” of profiles/station.json.`,
  };
}
