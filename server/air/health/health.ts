// Health of the picture and the sound as sent: keeps one meter on the bus while it runs, and tells what is.
import type { AirHealth } from '../../contract/air.ts';
import { backoffMs } from '../../core/backoff.ts';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { BusTap } from '../bus/tap.ts';
import { createUsageSampler, type Usage } from '../outputs/process-usage.ts';
import { startMeter, type MeterProcess } from './meter-process.ts';
import { createPictureMeter } from './picture.ts';
import { createSoundMeter } from './sound.ts';

export interface HealthPorts {
  readonly tap: BusTap;
  readonly clock: Clock;
  readonly log: Log;
  /** In [0, 1). */
  readonly random: () => number;
  /** Default `ffmpeg` from PATH. */
  readonly ffmpegPath?: string;
  /** Default the real one. */
  readonly start?: typeof startMeter;
}

/** What the health follows of an order. */
export interface HealthOrder {
  /** Whether the bus runs: measured only then. */
  readonly on: boolean;
  /** Ordered on the air: integrated loudness starts anew when it becomes true. */
  readonly live: boolean;
}

export interface Health {
  follow(order: HealthOrder): void;
  /** Null while the bus is off; each figure is null while it is not known. */
  report(): AirHealth | null;
  /** Ends the meter; resolves when it is gone. */
  close(): Promise<void>;
}

const tickMs = 250;
/** Reading a process's memory walks its pages: not often. */
const sampleMs = 2000;
/** Fed and silent for so long, it hangs. Starting ffmpeg on a busy machine takes seconds. */
const deafMs = 10_000;
/** Fed and silent for so long, what was seen last is no longer claimed. */
const unsureMs = 3000;
const muteMs = 2000;
const healthyMs = 30_000;
const backoff = { firstMs: 1000, maxMs: 30_000 } as const;
const noUsage: Usage = { cpuPercent: 0, memoryMb: 0 };

/** Makes it, measuring nothing. A meter that ends by itself is started again, for as long as the bus runs. */
export function createHealth(ports: HealthPorts): Health {
  const { clock, log } = ports;
  let order: HealthOrder = { on: false, live: false };
  let meter: MeterProcess | null = null;
  let startedAt = 0;
  let attempts = 0;
  let retryAt = 0;
  let picture = createPictureMeter();
  let sound = createSoundMeter(clock.mono());
  let usage = noUsage;
  let sampler: ReturnType<typeof createUsageSampler> | null = null;
  let sampledPid: number | null = null;
  const leaving = new Set<Promise<unknown>>();

  function begin(): void {
    startedAt = clock.mono();
    const pictures = picture;
    const sounds = sound;
    const mine = (ports.start ?? startMeter)({
      tap: ports.tap,
      clock,
      ffmpegPath: ports.ffmpegPath ?? 'ffmpeg',
      onPicture: (seen) => pictures.see(seen, clock.mono()),
      onSound: (reading) => sounds.read(reading, clock.mono()),
    });
    meter = mine;
    void mine.gone.then((lines) => lost(mine, lines));
  }

  function lost(mine: MeterProcess, lines: readonly string[]): void {
    if (meter !== mine) return;
    meter = null;
    usage = noUsage;
    if (clock.mono() - startedAt >= healthyMs) attempts = 0;
    const wait = backoffMs(backoff, attempts, ports.random);
    attempts += 1;
    retryAt = clock.mono() + wait;
    log.warn({ lines: lines.slice(-5), nextTryMs: wait }, 'the meter of picture and sound ended');
  }

  /** Lets the present meter go; the next one begins with fresh counts. */
  function renew(): void {
    const old = meter;
    meter = null;
    usage = noUsage;
    attempts = 0;
    retryAt = 0;
    picture = createPictureMeter();
    sound = createSoundMeter(clock.mono());
    if (!old) return;
    const ended = old.end();
    leaving.add(ended);
    void ended.finally(() => leaving.delete(ended));
  }

  function tick(): void {
    if (!order.on) return;
    if (!meter && clock.mono() >= retryAt) begin();
    if (meter && meter.deafMs() > deafMs) meter.kill();
  }

  async function sample(): Promise<void> {
    const pid = meter?.pid ?? null;
    if (pid !== sampledPid) {
      sampledPid = pid;
      sampler = pid === null ? null : createUsageSampler(pid);
    }
    const sampled = await sampler?.(clock.mono());
    if (sampled && meter && meter.pid === pid) usage = sampled;
  }

  const cancels = [clock.every(tickMs, tick), clock.every(sampleMs, () => void sample())];

  return {
    follow(next) {
      const wentLive = next.live && !order.live;
      const before = order;
      order = next;
      if (before.on && (!next.on || wentLive)) renew();
      if (next.on && !before.on) sound = createSoundMeter(clock.mono());
      tick();
    },
    report() {
      if (!order.on) return null;
      const now = clock.mono();
      const dry = meter?.dryMs();
      // Pictures came after the last sound, for seconds: that is silence, not a bus that stands still.
      const mute = dry !== undefined && dry.sound - dry.picture > muteMs;
      const sure = meter !== null && meter.deafMs() < unsureMs;
      return {
        blackSeconds: sure ? picture.blackSeconds(now) : null,
        frozenSeconds: sure ? picture.frozenSeconds(now) : null,
        ...sound.facts(now, mute),
        ...usage,
      };
    },
    async close() {
      for (const cancel of cancels) cancel();
      order = { on: false, live: false };
      renew();
      await Promise.all(leaving);
    },
  };
}
