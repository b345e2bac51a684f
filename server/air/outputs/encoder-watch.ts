// Whether a worker that encodes for itself is late because of that: then neither the uplink nor the
// destination is to blame, and nobody else may be stopped for it.
import { cpuHunger } from './process-usage.ts';
import { grantedSendBuffer, tcpBacklog } from './tcp-backlog.ts';

/** One look at a worker. */
export interface EncoderLook {
  /** What it is fed waits, or comes out no more: without that there is nothing to explain. */
  readonly late: boolean;
  /** Share of the time in which it wanted a processor, all threads together; null: unknown. */
  readonly hunger: number | null;
  /** Share of its send buffer that waits for the destination; null: not connected, or unknown. */
  readonly wayOut: number | null;
}

/** `inRow`: looks one after the other that speak against the present opinion. */
export interface EncoderOpinion {
  readonly slow: boolean;
  readonly inRow: number;
}

/** Nothing seen yet. */
export const noOpinion: EncoderOpinion = { slow: false, inRow: 0 };

/** Whoever waits for the processor alone wants it all the time, and never less. */
const hungry = 0.8;
/** A destination that takes too little keeps the buffer above two thirds; one that takes all, near empty. */
const free = 0.5;
/** So many looks in a row change the opinion: one alone may have met a moment. */
const looksToChange = 2;

/** The opinion after one more look; what was late keeps its cause until it is late for another. */
export function nextOpinion(before: EncoderOpinion, look: EncoderLook): EncoderOpinion {
  if (!look.late) return { ...before, inRow: 0 };
  const { hunger, wayOut } = look;
  const slow = hunger !== null && wayOut !== null && hunger >= hungry && wayOut < free;
  if (slow === before.slow) return { ...before, inRow: 0 };
  const inRow = before.inRow + 1;
  return inRow < looksToChange ? { ...before, inRow } : { slow, inRow: 0 };
}

export interface EncoderWatch {
  /** Looks once (`now`: monotonic ms); call it about once a second. Never throws. */
  look(now: number, late: boolean): Promise<void>;
  /** Whether it is late, when it is, because its own encoder is too slow for this machine. */
  readonly slow: boolean;
}

/** Watches the process `pid`, which asked for a send buffer of `sendBufferBytes`. */
export function watchEncoder(
  pid: number,
  { sendBufferBytes }: { readonly sendBufferBytes: number },
): EncoderWatch {
  const hunger = cpuHunger(pid);
  let opinion = noOpinion;
  return {
    async look(now, late) {
      const wanted = await hunger(now);
      const held = late ? await tcpBacklog(pid) : null;
      const wayOut = held === null ? null : held / (await grantedSendBuffer(sendBufferBytes));
      opinion = nextOpinion(opinion, { late, hunger: wanted, wayOut });
    },
    get slow() {
      return opinion.slow;
    },
  };
}
