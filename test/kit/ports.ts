// Ports for tests: free at the moment of asking, never fixed, and given to one test process only.
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { createSocket } from 'node:dgram';

/**
 * Below the range the kernel hands to outgoing connections (32768 up on Linux): a port from that range
 * may be taken by any client between asking and listening.
 */
const lowest = 12_000;
const highest = 32_000;

/**
 * A TCP port that is free on `host`, that no outgoing connection can be given meanwhile, and that no
 * other test is given while this process lives: it may stay shut, or be opened again later.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  return reserved((port) => isFree(host, port));
}

/** Reserved before it is tried: trying is listening, which would be in the way of whoever has it. */
async function reserved(isFreeNow: (port: number) => Promise<boolean>): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, highest);
    const mark = await reserve(port);
    if (mark && (await isFreeNow(port))) return port;
    mark?.close();
  }
}

/** Makes it ours among all tests of this machine, by a name that the kernel frees when we end. */
function reserve(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const mark = createServer();
    mark.once('error', () => resolve(null));
    mark.listen(`\0studio-test-port-${port}`, () => resolve(mark));
    mark.unref();
  });
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** Several different free TCP ports. */
export async function freePorts(count: number, host = '127.0.0.1'): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) found.add(await freePort(host));
  return [...found];
}

/** A UDP port that is free on `host`, kept from others as `freePort` does. */
export function freeUdpPort(host = '127.0.0.1'): Promise<number> {
  return reserved((port) => isFreeUdp(host, port));
}

function isFreeUdp(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind(port, host, () => socket.close(() => resolve(true)));
  });
}
