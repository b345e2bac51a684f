// What the kernel has taken for a server that does not read it.
import { readFileSync } from 'node:fs';

export interface KernelQueue {
  /** When it last took more, by performance.now. */
  lastGrewAt(): number;
  close(): void;
}

/**
 * Watches the connections to the local TCP `port`. A kernel goes on taking for a server that stands
 * still until its window is full, for seconds after a burst has widened it: nobody can see before
 * that moment that the server reads nothing.
 */
export function watchKernelQueue(port: number): KernelQueue {
  let most = unread(port);
  let grewAt = performance.now();
  const timer = setInterval(() => {
    const now = unread(port);
    if (now <= most) return;
    most = now;
    grewAt = performance.now();
  }, 20);
  return { lastGrewAt: () => grewAt, close: () => clearInterval(timer) };
}

/** Bytes in the receive queues of the connections to a local port, IPv4. */
function unread(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  let sum = 0;
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n')) {
    // `sl local remote st tx:rx …`; 01 is an established connection.
    const [, address, , state, queues] = line.trim().split(/\s+/);
    if (state !== '01' || !address?.endsWith(local)) continue;
    sum += Number.parseInt(queues?.split(':')[1] ?? '0', 16);
  }
  return sum;
}
