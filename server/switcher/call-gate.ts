// Keeps requests that OBS cannot carry out beside others apart from them: it crashes on what it reads half-changed.

/** Requests run beside each other, except the exclusive ones, which run alone. */
export interface CallGate {
  shared<T>(work: () => Promise<T>): Promise<T>;
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  /** True while an exclusive request runs, or waits for the others to end. */
  readonly alone: boolean;
}

/** Makes a gate. Every `work` must end by itself: nothing here has a deadline of its own. */
export function createCallGate(): CallGate {
  const active = new Set<Promise<unknown>>();
  let barrier: Promise<void> | null = null;

  async function open(): Promise<void> {
    while (barrier) await barrier;
  }

  return {
    get alone() {
      return barrier !== null;
    },
    async shared(work) {
      if (barrier) await open();
      const running = work();
      active.add(running);
      try {
        return await running;
      } finally {
        active.delete(running);
      }
    },
    async exclusive(work) {
      if (barrier) await open();
      const held = Promise.withResolvers<void>();
      barrier = held.promise;
      try {
        await Promise.allSettled(active);
        return await work();
      } finally {
        barrier = null;
        held.resolve();
      }
    },
  };
}
