// A TCP proxy that lets only so much through: an uplink that is too small, made on one machine.
import { connect, createServer, type Socket } from 'node:net';

export interface Throttle {
  readonly port: number;
  /** Bytes a second towards the server from now on, all connections together; null: all that comes. */
  limit(bytesPerSecond: number | null): void;
  /** Bytes let through towards the server so far. */
  readonly passed: number;
  close(): Promise<void>;
}

const tickMs = 10;
/** Taken from the client's socket at once: nothing piles up here, so that the client feels it. */
const pieceBytes = 4096;

/** Starts it in front of 127.0.0.1:`port`, without a limit. */
export async function startThrottle(port: number): Promise<Throttle> {
  let rate: number | null = null;
  let allowance = 0;
  let passed = 0;
  let lastAt = performance.now();
  const pairs = new Set<{ client: Socket; server: Socket }>();

  const front = createServer({ highWaterMark: pieceBytes, noDelay: true }, (client) => {
    const server = connect({ port, host: '127.0.0.1', noDelay: true });
    const pair = { client, server };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
    server.pipe(client);
    // Read by hand, as the allowance permits.
    client.on('readable', () => move(pair));
    server.on('drain', () => move(pair));
  });

  function move({ client, server }: { client: Socket; server: Socket }): void {
    while (!server.writableNeedDrain && (rate === null || allowance > 0)) {
      const waiting = client.readableLength;
      if (waiting === 0) {
        // Tells the stream that we want more.
        client.read(0);
        return;
      }
      const wanted = Math.min(waiting, pieceBytes, rate === null ? waiting : Math.ceil(allowance));
      const piece = client.read(wanted) as Buffer | null;
      if (!piece) return;
      allowance -= piece.length;
      passed += piece.length;
      server.write(piece);
    }
  }

  const timer = setInterval(() => {
    const now = performance.now();
    if (rate !== null) {
      const earned = (rate * (now - lastAt)) / 1000;
      // Never more than a tenth of a second saved up: a limit is a limit at every moment. A full line,
      // though, loses nothing when this process stood still.
      allowance = allowance > 0 ? Math.min(allowance + earned, rate / 10) : allowance + earned;
    }
    lastAt = now;
    // Another one first each time: connections share a line, none has it to itself.
    const [first] = pairs;
    if (first && pairs.delete(first)) pairs.add(first);
    for (const pair of pairs) move(pair);
  }, tickMs);

  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const address = front.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    limit(bytesPerSecond) {
      rate = bytesPerSecond;
      allowance = 0;
    },
    get passed() {
      return passed;
    },
    async close() {
      clearInterval(timer);
      for (const { client } of pairs) client.destroy();
      await new Promise((resolve) => front.close(resolve));
    },
  };
}
