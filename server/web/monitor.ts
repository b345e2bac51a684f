// The program as sent, for the page's monitor: an authenticated pipe from air's own reader to the browser.
import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import type { RequestHandler, Response } from 'express';
import { StudioError } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';

export interface MonitorPorts {
  /** Where air serves the bus as HTTP-FLV now, with its token; null while there is none. */
  readonly monitorUrl: () => string | null;
  readonly clock: Clock;
}

export interface Monitor {
  /** Needs `res.locals.session` set by the authentication before it. */
  readonly handler: RequestHandler;
  /** Cuts the pictures of a session that ended. */
  cut(session: string): void;
  readonly viewers: number;
  close(): void;
}

const maxViewers = 50;
const connectMs = 3000;
/** What may lie here for one browser; air drops what is late, and what lies here it cannot drop. */
const heldBytes = 16 * 1024;

/**
 * Makes the pipe. Nothing is kept in between: a slow browser slows its own reader only. Air is told
 * the time here, so that what it says about when each picture went out is in the page's clock.
 */
export function createMonitor(ports: MonitorPorts): Monitor {
  const open = new Map<Response, string>();

  const handler: RequestHandler = async (req, res) => {
    const monitorUrl = ports.monitorUrl();
    if (monitorUrl === null) throw noPicture();
    const url = new URL(monitorUrl);
    url.searchParams.set('now', String(Math.round(ports.clock.now())));
    if (open.size >= maxViewers) {
      throw new StudioError('unavailable', {
        es: 'Hay demasiados monitores abiertos. Cierre alguno.',
        en: 'Too many monitors are open. Close one.',
      });
    }
    open.set(res, String(res.locals['session']));
    let upstream: ClientRequest | null = null;
    res.once('close', () => {
      open.delete(res);
      upstream?.destroy();
    });
    const options = {
      agent: false,
      headers: { accept: 'video/x-flv' },
      highWaterMark: heldBytes,
    };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      upstream = get(url, options, resolve);
      const cancel = ports.clock.after(connectMs, () => upstream?.destroy(new Error('late')));
      upstream.on('error', (error) => reject(noPicture(error)));
      upstream.on('close', () => reject(noPicture()));
      upstream.once('response', cancel);
      upstream.once('close', cancel);
    }).catch((error: unknown) => {
      open.delete(res);
      throw error;
    });
    if (answer.statusCode !== 200) {
      answer.destroy();
      open.delete(res);
      throw noPicture();
    }
    res.status(200);
    res.setHeader('Content-Type', 'video/x-flv');
    res.setHeader('Cache-Control', 'no-store');
    // Reverse proxies must not collect a live picture either.
    res.setHeader('X-Accel-Buffering', 'no');
    req.socket.setNoDelay(true);
    res.flushHeaders();
    answer.on('error', () => res.destroy());
    answer.pipe(res);
  };

  return {
    handler,
    cut(session) {
      for (const [res, owner] of open) if (owner === session) res.destroy();
    },
    get viewers() {
      return open.size;
    },
    close() {
      for (const res of open.keys()) res.destroy();
      open.clear();
    },
  };
}

function noPicture(cause?: unknown): StudioError {
  return new StudioError(
    'unavailable',
    {
      es: 'Ahora no hay señal de programa que mostrar.',
      en: 'There is no program picture to show now.',
    },
    { cause },
  );
}
