// ffmpeg's `-progress` lines to facts, and whether the destination still takes what we send.

/** One block, as ffmpeg prints it four times a second. */
export interface ProgressBlock {
  /** Media time written to the destination, ms; null before the first packet. */
  readonly outTimeMs: number | null;
  /** Bytes written to the destination since the worker started. */
  readonly totalBytes: number | null;
}

/** Reads `-progress` text in any chunking; holds at most one line. */
export function createProgressParser(): (chunk: string) => ProgressBlock[] {
  let rest = '';
  let outTimeMs: number | null = null;
  let totalBytes: number | null = null;
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = (lines.pop() ?? '').slice(-200);
    const out: ProgressBlock[] = [];
    for (const line of lines) {
      const at = line.indexOf('=');
      const name = line.slice(0, at);
      const value = line.slice(at + 1).trim();
      if (name === 'out_time_us') outTimeMs = figure(value, 1000);
      else if (name === 'total_size') totalBytes = figure(value, 1);
      else if (name === 'progress') {
        out.push({ outTimeMs, totalBytes });
        outTimeMs = null;
        totalBytes = null;
      }
    }
    return out;
  };
}

/** `N/A` and the huge negative time before the first packet both mean "nothing yet". */
function figure(text: string, divisor: number): number | null {
  const value = Number(text);
  return /^\d+$/.test(text) && Number.isFinite(value) ? Math.floor(value / divisor) : null;
}

/** What the blocks so far say about one worker; times are monotonic ms. */
export interface Delivery {
  /** A first block came: the destination let us publish. */
  readonly published: boolean;
  /** Media time advanced after publishing: the destination takes what we send. */
  readonly accepted: boolean;
  /** When media time last advanced; null before the first block. */
  readonly advancedAt: number | null;
  readonly outTimeMs: number;
  readonly totalBytes: number;
  /** When the first block came; null before it. */
  readonly startedAt: number | null;
  /** Bytes and media time at earlier blocks of the last seconds, oldest first: the bitrate's window. */
  readonly window: readonly Written[];
}

interface Written {
  readonly at: number;
  readonly bytes: number;
  readonly outTimeMs: number;
}

/** Before the first block. */
export const noDelivery: Delivery = {
  published: false,
  accepted: false,
  advancedAt: null,
  outTimeMs: 0,
  totalBytes: 0,
  startedAt: null,
  window: [],
};

const windowMs = 3000;

/** The delivery after one more block, which arrived at `now`. */
export function afterBlock(before: Delivery, block: ProgressBlock, now: number): Delivery {
  const outTimeMs = Math.max(before.outTimeMs, block.outTimeMs ?? 0);
  const totalBytes = Math.max(before.totalBytes, block.totalBytes ?? 0);
  const advanced = outTimeMs > before.outTimeMs;
  return {
    published: true,
    accepted: before.accepted || (advanced && before.outTimeMs > 0 && totalBytes > 0),
    advancedAt: advanced || before.advancedAt === null ? now : before.advancedAt,
    outTimeMs,
    totalBytes,
    startedAt: before.startedAt ?? now,
    window: [
      ...before.window.filter((w) => now - w.at <= windowMs),
      { at: now, bytes: totalBytes, outTimeMs },
    ],
  };
}

/**
 * Bits per millisecond (= kb/s) over the last seconds; 0 when nothing was written in them. A session
 * begins with the seconds since the last key frame, all at once: while those are in the window they
 * are spread over their own media time. Later media time says nothing: it jumps where frames are dropped.
 */
export function bitrateKbps(delivery: Delivery, now: number): number {
  const beginning = delivery.startedAt !== null && now - delivery.startedAt <= 2 * windowMs;
  const first = delivery.window.find(
    (w) => now - w.at <= windowMs && (!beginning || w.outTimeMs > 0),
  );
  if (!first || now - first.at < 400) return 0;
  const spent = now - first.at;
  const media = beginning ? delivery.outTimeMs - first.outTimeMs : 0;
  return Math.round(((delivery.totalBytes - first.bytes) * 8) / Math.max(spent, media));
}
