// Keeps one encoder of all that goes out alive: starts it, ends one that hangs, tries again for ever.
import type { EncoderProfile } from '../../contract/profiles.ts';
import { backoffMs } from '../../core/backoff.ts';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { FlvTag } from '../bus/flv-tag.ts';
import type { BusTap } from '../bus/tap.ts';
import { createUsageSampler, type Usage } from '../outputs/process-usage.ts';
import { limits } from '../outputs/retry-policy.ts';
import { encodeArgs } from './encode-args.ts';
import { startEncoder, type EncoderProcess } from './encoder-process.ts';
import { createGate } from './gate.ts';

export interface EncoderPorts {
  /** What is to be encoded. */
  readonly tap: BusTap;
  readonly clock: Clock;
  readonly log: Log;
  /** In [0, 1). */
  readonly random: () => number;
  /** Default `ffmpeg` from PATH. */
  readonly ffmpegPath?: string | undefined;
  /** Default the real one. */
  readonly start?: typeof startEncoder | undefined;
  /** What is encoded: of each process only from a key frame on, once it flows steadily, headers first. */
  readonly onTag: (tag: FlvTag) => void;
  /** The process whose tags came is gone or goes. */
  readonly onEnded: () => void;
}

/** The present process; null before the first and between two. */
export interface EncoderView extends Usage {
  readonly pid: number | null;
  /** Whether its pictures go out. */
  readonly running: boolean;
  /** Middle and worst way of a picture through it, ms; null before the first. */
  readonly latency: { readonly medianMs: number; readonly worstMs: number } | null;
  readonly dropped: number;
}

export interface Encoder {
  /** The profile to encode in; null: not at all. Another one starts another process. */
  want(profile: EncoderProfile | null): void;
  view(): EncoderView | null;
  /** Whether it left pictures out lately because the machine is too slow for it. */
  readonly slow: boolean;
  /** Times it was started again. */
  readonly restarts: number;
  /** Ends it at once: nobody waits for its last words. */
  close(): void;
}

const tickMs = 100;
/** A tick this late says that this process stood still: what it sent may be waiting behind it. */
const lateTickMs = 500;
/** From the first picture fed to the first that comes back; a busy machine takes seconds to start it. */
const startMs = 8000;
/** Fed and silent for so long, it hangs. */
const hangMs = 2000;
const healthyMs = 30_000;
const retry = { firstMs: 100, maxMs: 5000 } as const;
const sampleMs = 5000;
/** Its figures are logged soon after the start, and then now and then. */
const firstFiguresMs = 15_000;
const figuresMs = 300_000;
const noUsage: Usage = { cpuPercent: 0, memoryMb: 0 };

interface Session {
  readonly process: EncoderProcess;
  readonly startedAt: number;
  readonly sampler: { pid: number; sample: ReturnType<typeof createUsageSampler> } | null;
}

/** Makes it, encoding nothing. */
export function createEncoder(ports: EncoderPorts): Encoder {
  const { clock, log } = ports;
  let wanted: { profile: EncoderProfile; identity: string } | null = null;
  let session: Session | null = null;
  let gate = createGate();
  let usage = noUsage;
  let attempts = 0;
  let retryAt = 0;
  let restarts = 0;
  let figuresAt = 0;
  let dropsTold = 0;
  let dropsSeen = 0;
  /** When it last left pictures out, monotonic ms. */
  let slowAt: number | null = null;
  let lastTick = clock.mono();
  /** Those that were told to end: closed at once when everything is. */
  const leaving = new Set<EncoderProcess>();

  function begin(profile: EncoderProfile): void {
    const mono = clock.mono();
    const mine = createGate();
    gate = mine;
    usage = noUsage;
    dropsTold = dropsSeen = 0;
    figuresAt = mono + firstFiguresMs;
    const process = (ports.start ?? startEncoder)(profile, {
      tap: ports.tap,
      clock,
      ffmpegPath: ports.ffmpegPath ?? 'ffmpeg',
      onTag(tag) {
        if (gate !== mine) return;
        for (const out of mine.push(tag, clock.mono())) ports.onTag(out);
      },
    });
    session = { process, startedAt: mono, sampler: null };
    void process.gone.then((lines) => lost(process, lines));
  }

  function lost(process: EncoderProcess, lines: readonly string[]): void {
    leaving.delete(process);
    if (session?.process !== process) return;
    drop();
    const waitMs = backoffMs(retry, attempts, ports.random);
    attempts += 1;
    restarts += 1;
    retryAt = clock.mono() + waitMs;
    log.error({ lines: lines.slice(-5), nextTryMs: waitMs, restarts }, 'the encoder ended');
  }

  /** No longer the present one: whatever it still sends is not heard. */
  function drop(): void {
    const was = gate.open;
    gate = createGate();
    session = null;
    usage = noUsage;
    if (was) ports.onEnded();
  }

  function renew(why: string): void {
    if (!session) return;
    const { process } = session;
    log.info({ why, worker: process.pid }, 'the encoder is ended');
    drop();
    leaving.add(process);
    void process.end().finally(() => leaving.delete(process));
  }

  function supervise({ process, startedAt }: Session, mono: number): void {
    if (process.dropped > dropsSeen) slowAt = mono;
    dropsSeen = process.dropped;
    if (process.deafMs() > (process.spoke ? hangMs : startMs)) {
      log.error({ worker: process.pid, deafMs: Math.round(process.deafMs()) }, 'the encoder hangs');
      process.kill();
      return;
    }
    if (gate.open && mono - startedAt >= healthyMs) attempts = 0;
    // ffmpeg counts FLV's time with 31 bits.
    if (mono - startedAt >= limits.longestMs)
      renew('it has run for as long as its clock can count');
  }

  function tick(): void {
    const mono = clock.mono();
    const late = mono - lastTick > tickMs + lateTickMs;
    lastTick = mono;
    // Whether it hangs is judged only after what came meanwhile had its turn.
    if (session && !late) supervise(session, mono);
    if (wanted && !session && mono >= retryAt) begin(wanted.profile);
  }

  async function sample(): Promise<void> {
    const mine = session;
    const pid = mine?.process.pid ?? null;
    if (!mine || pid === null) return;
    const sampler =
      mine.sampler?.pid === pid ? mine.sampler : { pid, sample: createUsageSampler(pid) };
    session = { ...mine, sampler };
    const sampled = await sampler.sample(clock.mono());
    if (!sampled || session?.process !== mine.process) return;
    usage = sampled;
    tell(mine.process);
  }

  function tell(process: EncoderProcess): void {
    const { pid, dropped } = process;
    const figures = { worker: pid, ...usage, latency: process.latency(), dropped, restarts };
    if (dropped > dropsTold) {
      dropsTold = dropped;
      log.warn(figures, 'the encoder is too slow for this machine; pictures were left out');
    } else if (clock.mono() >= figuresAt) {
      figuresAt = clock.mono() + figuresMs;
      log.info(figures, 'the encoder runs');
    }
  }

  const cancels = [clock.every(tickMs, tick), clock.every(sampleMs, () => void sample())];

  return {
    want(profile) {
      const identity = profile ? JSON.stringify(encodeArgs(profile, 0)) : null;
      if (identity === (wanted?.identity ?? null)) return;
      wanted = profile && identity ? { profile, identity } : null;
      attempts = 0;
      retryAt = 0;
      slowAt = null;
      renew(profile ? 'its settings changed' : 'it is no longer wanted');
      if (profile) begin(profile);
    },
    view() {
      if (!session) return null;
      const { process } = session;
      return {
        pid: process.pid,
        running: gate.open,
        latency: process.latency(),
        dropped: process.dropped,
        ...usage,
      };
    },
    get slow() {
      return slowAt !== null && clock.mono() - slowAt < limits.slowShownMs;
    },
    get restarts() {
      return restarts;
    },
    close() {
      for (const cancel of cancels) cancel();
      wanted = null;
      const process = session?.process;
      drop();
      for (const gone of process ? [process, ...leaving] : leaving) gone.kill();
    },
  };
}
