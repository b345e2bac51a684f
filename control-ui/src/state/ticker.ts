// One shared tick a second, on the server's second, for every clock and countdown on the page.

export interface Ticker {
  /** Server's epoch ms at the last tick. */
  readonly value: () => number;
  readonly subscribe: (listener: () => void) => () => void;
  close(): void;
}

export interface TickerPorts {
  /** Server's present time, epoch ms. */
  readonly now: () => number;
  /** Calls `fn` once after `ms`; returns how to cancel. */
  readonly after: (ms: number, fn: () => void) => () => void;
}

/** Ticks just after each full second of the server's clock. */
export function createTicker({ now, after }: TickerPorts): Ticker {
  const listeners = new Set<() => void>();
  let value = now();
  let cancel: (() => void) | null = null;
  function arm(): void {
    cancel = after(1000 - (Math.floor(now()) % 1000) + 5, () => {
      value = now();
      for (const listener of listeners) listener();
      arm();
    });
  }
  arm();
  return {
    value: () => value,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => cancel?.(),
  };
}
