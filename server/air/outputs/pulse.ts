// Whether a destination's server is alive, asked beside the feed: a slow feed such as radio's can
// fill the kernels' buffers for a quarter of a minute before a frozen server shows.
import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import { readFileSync } from 'node:fs';
import type { Clock } from '../../core/clock.ts';

export interface PulsePorts {
  readonly clock: Clock;
  readonly caFile: string;
}

export interface Pulse {
  /** Ms since it last answered, once that is too long; 0 while it answers, or never has. */
  silentMs(): number;
  close(): void;
}

const everyMs = 1500;
const patienceMs = 2500;

/** Asks `url` (http or https) each second and a half; whatever it answers, it is alive. */
export function startPulse(url: string, ports: PulsePorts): Pulse {
  const { clock } = ports;
  const ended = new AbortController();
  let answeredAt: number | null = null;
  let askedAt: number | null = null;

  function ask(): void {
    if (askedAt !== null) return;
    askedAt = clock.mono();
    const done = (answered: boolean) => {
      askedAt = null;
      if (answered) answeredAt = clock.mono();
    };
    const options = {
      method: 'HEAD',
      agent: false,
      signal: ended.signal,
      timeout: 30_000,
    } as const;
    try {
      const request = url.startsWith('https:')
        ? getHttps(url, { ...options, ca: readFileSync(ports.caFile) })
        : getHttp(url, options);
      request.once('response', (response) => {
        response.resume();
        response.on('error', nothing);
        done(true);
      });
      request.once('timeout', () => request.destroy());
      request.once('error', () => done(false));
    } catch {
      done(false);
    }
  }
  ask();
  const stop = clock.every(everyMs, ask);

  return {
    silentMs() {
      if (answeredAt === null || askedAt === null) return 0;
      const waiting = clock.mono() - askedAt;
      return waiting > patienceMs ? waiting : 0;
    },
    close() {
      stop();
      ended.abort();
    },
  };
}

function nothing(): void {
  // An answer cut short was an answer.
}
