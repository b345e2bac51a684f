// An HTTP server that takes uploads no faster than it is told to, as a thin line would.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface UploadSink {
  readonly url: string;
  /** Bytes taken so far. */
  taken(): number;
  /** Connections open now. */
  connections(): Promise<number>;
  /** Cuts the connection of the next upload in its middle. */
  cutOne(): void;
  close(): Promise<void>;
}

const sliceMs = 20;

/** Answers `status` to each POST after it took all of it; all connections together at `kbps`. */
export async function uploadSink(kbps: number, status = 204): Promise<UploadSink> {
  let taken = 0;
  let budget = 0;
  let cut = false;
  const waiting = new Set<IncomingMessage>();
  const perSlice = (kbps * sliceMs) / 8;
  let last = performance.now();
  const refill = setInterval(() => {
    const now = performance.now();
    // By the time that really passed: a busy machine's timers are late. An idle line saves nothing up,
    // but what somebody waited for while this process stood still is theirs.
    const earned = (perSlice * (now - last)) / sliceMs;
    budget = waiting.size > 0 ? budget + earned : Math.min(budget + earned, perSlice * 10);
    last = now;
    for (const request of waiting) {
      if (budget <= 0) break;
      waiting.delete(request);
      request.resume();
    }
  }, sliceMs);
  const server = createServer({ highWaterMark: 16_384 }, (request, response) => {
    request.on('data', (chunk: Buffer) => {
      taken += chunk.length;
      budget -= chunk.length;
      if (cut) {
        cut = false;
        request.socket.destroy();
      } else if (budget <= 0) {
        request.pause();
        waiting.add(request);
      }
    });
    request.on('close', () => waiting.delete(request));
    request.on('end', () => response.writeHead(status).end());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/up?token=secret-of-the-sink`,
    taken: () => taken,
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      }),
    cutOne() {
      cut = true;
    },
    async close() {
      clearInterval(refill);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
