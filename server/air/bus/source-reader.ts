// Reads one source (the program, the bypass) from the ingest as HTTP-FLV; reconnects by itself for ever.
import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import { backoffMs } from '../../core/backoff.ts';
import type { Cancel, Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { createFlvParser } from './flv-parser.ts';
import type { FlvTag } from './flv-tag.ts';

/** Where to read, and the headers that let us in. Never logged. */
export interface ReaderAddress {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ReaderPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** In [0,1), for the jitter of reconnections. */
  readonly random: () => number;
  /** Asked before each connection; null while there is nothing to read. */
  address(): ReaderAddress | null;
  onTag(tag: FlvTag): void;
  /** The connection that gave tags is over; the next tag is of a new one. */
  onEnded(): void;
}

export interface SourceReader {
  /** The address may have changed: connects at once when it is not connected. */
  poke(): void;
  readonly connected: boolean;
  /** Nothing is told any more once this returns. */
  close(): void;
}

/** The ingest is a neighbour on loopback: what does not answer in 2 s is not there. */
const answerMs = 2000;
const retry = { firstMs: 100, maxMs: 250 };

/** Makes a reader and starts reading. */
export function createSourceReader(ports: ReaderPorts): SourceReader {
  const { clock, log } = ports;
  let request: ClientRequest | null = null;
  let connected = false;
  let closed = false;
  let cancelRetry: Cancel | null = null;
  let lastTrouble = '';

  function later(): void {
    cancelRetry?.();
    if (closed) return;
    // Always the longest of the short waits: nobody else competes for this address.
    cancelRetry = clock.after(backoffMs(retry, 2, ports.random), connect);
  }

  function trouble(what: string, error?: unknown): void {
    // The same trouble four times a second is said once.
    if (what !== lastTrouble) log.warn({ err: error }, what);
    lastTrouble = what;
  }

  function connect(): void {
    cancelRetry?.();
    cancelRetry = null;
    if (closed || request) return;
    const address = ports.address();
    if (!address) return later();
    const asked = get(address.url, { headers: address.headers, agent: false });
    request = asked;
    let over = false;
    const cancelDeadline = clock.after(answerMs, () => finish('the ingest does not answer'));
    const finish = (why: string, error?: unknown): void => {
      if (over) return;
      over = true;
      cancelDeadline();
      asked.destroy();
      request = null;
      const had = connected;
      connected = false;
      if (had) log.info({ why }, 'source connection over');
      else if (!closed) trouble(why, error);
      if (had && !closed) ports.onEnded();
      later();
    };
    asked.setNoDelay(true);
    asked.once('error', (error) => finish('the ingest cannot be read', error));
    asked.once('response', (response) => {
      cancelDeadline();
      if (response.statusCode !== 200) {
        return finish(`the ingest answered ${response.statusCode}`);
      }
      connected = true;
      lastTrouble = '';
      log.info({}, 'reading the source');
      read(response, finish);
    });
  }

  function read(response: IncomingMessage, finish: (why: string, error?: unknown) => void): void {
    const parser = createFlvParser();
    response.on('data', (chunk: Buffer) => {
      let tags: FlvTag[];
      try {
        tags = parser.push(chunk);
      } catch (error) {
        return finish('the ingest sent something that is not FLV', error);
      }
      for (const tag of tags) if (!closed) ports.onTag(tag);
    });
    response.once('error', (error) => finish('the connection broke', error));
    response.once('close', () => finish('the ingest closed the connection'));
  }

  connect();
  return {
    poke() {
      if (!request) connect();
    },
    get connected() {
      return connected;
    },
    close() {
      closed = true;
      cancelRetry?.();
      request?.destroy();
    },
  };
}
