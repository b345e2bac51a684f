// The port to the air process, whatever carries it.
import type { AirReport, OrderAnswer } from '../contract/air-link.ts';
import type { Words } from '../core/errors.ts';
import type { SentOrder } from './order-contract.ts';

/** Implemented by the web's namespace /air; at most one air is connected at a time. */
export interface AirLink {
  onConnect(listener: () => void): void;
  onReport(listener: (report: AirReport) => void): void;
  onDisconnect(listener: () => void): void;
  /** Rejects when no air is connected; waits are bounded by the callers. */
  sendOrder(order: SentOrder): Promise<OrderAnswer>;
  /** Asks air to stop everything cleanly and exit; resolves at its acknowledgement. */
  shutdown(): Promise<void>;
  connected(): boolean;
  /** The contract the connected air announced; null while none is connected. */
  contract(): number | null;
  /** Address air dialled in from; null when none is connected. */
  remoteAddress(): string | null;
  /** Who was not let in within the last seconds, and why; null when nobody was turned away. */
  refusedLately(): RefusedAir | null;
}

/** An air process that dials, and is refused for its key or its version. */
export interface RefusedAir {
  readonly address: string;
  readonly words: Words;
}

/** Host of air as an address can carry it: loopback as 127.0.0.1, IPv6 in brackets. */
export function airHost(remote: string | null): string {
  const address = (remote ?? '').replace(/^::ffff:/i, '');
  if (address === '' || address === '::1' || address.startsWith('127.')) return '127.0.0.1';
  return address.includes(':') ? `[${address}]` : address;
}
