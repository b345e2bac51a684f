// The encoders and readers of one test of the ingest, who leave together at its end.
import { until } from '../kit/until.ts';
import { pushTest, readFlv, type FlvReader, type Push, type TestIngest } from './ingest-harness.ts';

export interface Guests {
  /** The encoders, oldest first; what is added here leaves with them. */
  readonly running: Push[];
  /** A test picture and tone to `url`. */
  readonly push: (url: string) => Push;
  /** An HTTP-FLV reader. */
  readonly read: (url: string, headers?: Record<string, string>) => FlvReader;
  /** Ends them all; resolves when `t`, with its first order again, sees nobody. */
  readonly leave: (t: TestIngest) => Promise<void>;
}

/** Nobody yet. */
export function createGuests(): Guests {
  const running: Push[] = [];
  const readers: FlvReader[] = [];
  return {
    running,
    push: (url) => {
      const started = pushTest(url);
      running.push(started);
      return started;
    },
    read: (url, headers) => {
      const reader = readFlv(url, headers);
      readers.push(reader);
      return reader;
    },
    leave: async (t) => {
      for (const reader of readers.splice(0)) reader.close();
      await Promise.all(running.splice(0).map((p) => p.kill()));
      t.ingest.apply(t.order);
      await until('nobody publishes', () => {
        const { feeds, program } = t.ingest.report();
        return !program && !Object.values(feeds).some((feed) => feed.connected);
      });
    },
  };
}
