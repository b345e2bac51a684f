// Reads web players' files from air: on this machine or another, with the link's token, within a deadline.
import { Agent, get } from 'node:http';
import type { Clock } from '../core/clock.ts';
import type { LiveAsk, LiveFile } from './public-live-files.ts';

export interface LiveOrigin {
  /** Never rejects: what cannot be read is a 503. */
  read(ask: LiveAsk): Promise<Omit<LiveFile, 'gzip'>>;
  close(): void;
}

/** A playlist may wait for three segments of eight seconds. */
const answerMs = 30_000;
/** Air refuses or answers at once: who does not even take the connection is away. */
const connectMs = 3000;
const maxBytes = 48 * 1024 * 1024;

const away: Omit<LiveFile, 'gzip'> = {
  status: 503,
  type: 'text/plain',
  caching: 'no-store',
  body: Buffer.alloc(0),
};

/** Makes the reader; `monitorUrl` says where air serves now, with its token as `t`. */
export function createLiveOrigin(ports: {
  readonly monitorUrl: () => string | null;
  readonly clock: Clock;
}): LiveOrigin {
  // Less than air keeps an idle connection, so that none is used that is just being closed.
  const agent = new Agent({ keepAlive: true, maxSockets: 64, maxFreeSockets: 8, timeout: 5000 });

  function read(ask: LiveAsk): Promise<Omit<LiveFile, 'gzip'>> {
    const monitor = ports.monitorUrl();
    if (monitor === null) return Promise.resolve(away);
    const { origin, searchParams } = new URL(monitor);
    const query = ask.query === '' ? '' : `?${ask.query}`;
    const url = `${origin}/hls/${ask.output}/${ask.file}${query}`;
    const headers = { authorization: `Bearer ${searchParams.get('t') ?? ''}` };
    return new Promise((resolve) => {
      const request = get(url, { agent, headers });
      let connected = false;
      const cancels = [
        ports.clock.after(answerMs, () => request.destroy()),
        ports.clock.after(connectMs, () => {
          if (!connected) request.destroy();
        }),
      ];
      const end = (file: Omit<LiveFile, 'gzip'>): void => {
        for (const cancel of cancels) cancel();
        resolve(file);
      };
      request.once('socket', (socket) => {
        if (socket.connecting) socket.once('connect', () => (connected = true));
        else connected = true;
      });
      // Idle sockets are closed by the agent; a playlist that waits is not idle.
      request.setTimeout(0);
      request.once('error', () => end(away));
      request.once('close', () => end(away));
      request.once('response', (answer) => {
        const pieces: Buffer[] = [];
        let size = 0;
        answer.on('data', (piece: Buffer) => {
          size += piece.length;
          if (size > maxBytes) request.destroy();
          else pieces.push(piece);
        });
        answer.once('error', () => end(away));
        answer.once('end', () => {
          if (!answer.complete) return end(away);
          end({
            status: answer.statusCode ?? 503,
            type: answer.headers['content-type'] ?? 'application/octet-stream',
            caching: answer.headers['cache-control'] ?? 'no-store',
            body: Buffer.concat(pieces, size),
          });
        });
      });
    });
  }

  return { read, close: () => agent.destroy() };
}
