// What viewers ask for, read from air once for all of them: requests for the same file share one
// answer, and media that never changes stays in a bounded memory.
import { gzipSync } from 'node:zlib';

/** A file as air answered it. */
export interface LiveFile {
  readonly status: number;
  readonly type: string;
  /** Cache-Control for everybody on the way. */
  readonly caching: string;
  readonly body: Buffer;
  /** The same, compressed; null where that gains nothing. */
  readonly gzip: Buffer | null;
}

/** One file of one web player; `query` is the playlist's, in one spelling. */
export interface LiveAsk {
  readonly output: string;
  readonly file: string;
  readonly query: string;
}

export interface LiveFilesPorts {
  /** Reads from air; never rejects, ends within a deadline of its own. */
  readonly read: (ask: LiveAsk) => Promise<Omit<LiveFile, 'gzip'>>;
  /** Monotonic ms. */
  readonly mono: () => number;
  readonly maxBytes?: number;
}

export interface LiveFiles {
  /** From memory, from a request that is on its way, or from air. */
  get(ask: LiveAsk): Promise<LiveFile>;
  readonly bytes: number;
  /** Reads of air so far. */
  readonly reads: number;
}

/** Segments of half a minute at 8 Mb/s, twice: as parts and whole. */
const defaultBytes = 64 * 1024 * 1024;
const maxReading = 64;
/** Reads of air: far above what any number of honest viewers makes of one or two players. */
const readsPerSecond = 100;
const burst = 200;
/** A playlist that was not waited for is out of date with the next part. */
const playlistMs = 200;
/** One that was waited for stays true; players that are late ask for it again. */
const waitedMs = 2000;
const failureMs = 300;

/** Answered without asking air: it has enough to do. */
const busy: LiveFile = {
  status: 503,
  type: 'text/plain',
  caching: 'no-store',
  body: Buffer.alloc(0),
  gzip: null,
};

/** Makes an empty memory. */
export function createLiveFiles(ports: LiveFilesPorts): LiveFiles {
  const { mono, maxBytes = defaultBytes } = ports;
  /** In order of use, the least recent first. */
  const kept = new Map<string, { file: LiveFile; until: number }>();
  const reading = new Map<string, Promise<LiveFile>>();
  let bytes = 0;
  let reads = 0;
  let tokens = burst;
  let refilledAt = mono();

  const sizeOf = (file: LiveFile): number => file.body.length + (file.gzip?.length ?? 0) + 500;

  function forget(key: string): void {
    const entry = kept.get(key);
    if (!entry) return;
    kept.delete(key);
    bytes -= sizeOf(entry.file);
  }

  function keep(key: string, file: LiveFile, ms: number): void {
    forget(key);
    if (sizeOf(file) > maxBytes / 4) return;
    kept.set(key, { file, until: mono() + ms });
    bytes += sizeOf(file);
    for (const oldest of kept.keys()) {
      if (bytes <= maxBytes) return;
      forget(oldest);
    }
  }

  function mayRead(): boolean {
    const now = mono();
    tokens = Math.min(burst, tokens + ((now - refilledAt) / 1000) * readsPerSecond);
    refilledAt = now;
    if (tokens < 1 || reading.size >= maxReading) return false;
    tokens -= 1;
    reads += 1;
    return true;
  }

  async function fetched(key: string, ask: LiveAsk): Promise<LiveFile> {
    const answer = await ports.read(ask);
    const text = answer.type.includes('mpegurl') && answer.body.length > 500;
    const file = { ...answer, gzip: text ? gzipSync(answer.body) : null };
    reading.delete(key);
    keep(key, file, lifetime(file, ask));
    return file;
  }

  return {
    async get(ask) {
      const key = `${ask.output}/${ask.file}?${ask.query}`;
      const entry = kept.get(key);
      if (entry && entry.until > mono()) {
        kept.delete(key);
        kept.set(key, entry);
        return entry.file;
      }
      const underWay = reading.get(key);
      if (underWay) return underWay;
      if (!mayRead()) return busy;
      const made = fetched(key, ask);
      reading.set(key, made);
      return made;
    },
    get bytes() {
      return bytes;
    },
    get reads() {
      return reads;
    },
  };
}

/** How long an answer is kept here, ms. */
function lifetime(file: LiveFile, ask: LiveAsk): number {
  if (file.status !== 200) return failureMs;
  if (file.caching.includes('immutable')) return Infinity;
  return ask.query.includes('_HLS_msn') ? waitedMs : playlistMs;
}
