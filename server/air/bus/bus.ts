// The program bus: reads the program, covers its losses with the slate, and feeds every consumer.
import type { AirSource } from '../../contract/air.ts';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { createFanOut } from './fan-out.ts';
import { createProgramReader, type ReaderAddress } from './program-reader.ts';
import { createReelPlayer } from './reel-player.ts';
import type { Slate } from './slate.ts';
import {
  createSplicer,
  defaultSplicerSettings,
  type Cut,
  type SplicerCounts,
  type SplicerSettings,
  type Step,
} from './splicer.ts';
import type { BusTap } from './tap.ts';

export interface BusPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** In [0,1), for the jitter of reconnections. */
  readonly random: () => number;
  /** Where the program is read; null while the ingest is not there. */
  program(): ReaderAddress | null;
  readonly slate: Pick<Slate, 'reel' | 'onChange'>;
  readonly settings?: SplicerSettings;
}

export interface BusReport {
  /** What the consumers are being fed; `off` also while there is neither program nor slate. */
  readonly source: AirSource;
  /** Epoch ms at which `source` last changed; null before the first change. */
  readonly sourceSince: number | null;
  /** The newest change of source; null before the first. */
  readonly cut: Cut | null;
  readonly counts: SplicerCounts;
}

export interface Bus {
  readonly tap: BusTap;
  /** Whether the bus is to send at all; the program is followed either way. */
  run(on: boolean): void;
  /** The program's address may have changed. */
  poke(): void;
  report(): BusReport;
  /** Called when `source` or `cut` changed; returns the removal. */
  onChange(listener: () => void): () => void;
  close(): void;
}

const tickMs = 50;
/** A tick this late says that this process stood still: packets may be waiting behind it. */
const lateTickMs = 150;

/** Makes the bus, off; it starts reading the program at once. */
export function createBus(ports: BusPorts): Bus {
  const { clock, log, slate } = ports;
  const splicer = createSplicer(ports.settings ?? defaultSplicerSettings);
  const fan = createFanOut(log);
  const listeners = new Set<() => void>();
  let source: AirSource = 'off';
  let sourceSince: number | null = null;
  let lastCut: Cut | null = null;
  let lastTick = clock.mono();

  const player = createReelPlayer(clock, (tag) => take(splicer.push('slate', tag, clock.mono())));
  const reader = createProgramReader({
    clock,
    log,
    random: ports.random,
    address: () => ports.program(),
    onTag: (tag) => take(splicer.push('program', tag, clock.mono())),
    onEnded: () => take(splicer.ended('program', clock.mono())),
  });

  function take(step: Step): void {
    if (step.cut) {
      lastCut = step.cut;
      log.info({ ...step.cut, ...splicer.counts }, 'bus cut');
      // Before the tags: a player still running must not send between them.
      player.stop();
    }
    for (const tag of step.tags) fan.send(tag, splicer.script);
    if (step.cut?.to === 'slate') startSlate();
    else if (step.cut || step.tags.length > 0) settle(step.cut !== null);
  }

  /** From its own first key frame, at this moment. */
  function startSlate(): void {
    take(splicer.ended('slate', clock.mono()));
    const reel = slate.reel();
    if (reel) player.play(reel);
    else log.warn({}, 'no slate is ready; nothing goes out until it is or the program returns');
    settle(true);
  }

  /** Tells what is being fed now, when that changed. */
  function settle(cut: boolean): void {
    const now: AirSource = !splicer.feeding ? 'off' : splicer.source === 'slate' ? 'slate' : 'live';
    if (now !== source) {
      source = now;
      sourceSince = clock.now();
    } else if (!cut) return;
    for (const listener of listeners) listener();
  }

  function tick(): void {
    const mono = clock.mono();
    const late = mono - lastTick > tickMs + lateTickMs;
    lastTick = mono;
    // Loss is judged only after the packets that came meanwhile had their turn.
    if (!late) take(splicer.tick(mono));
  }

  const cancelTick = clock.every(tickMs, tick);
  const forgetSlate = slate.onChange(() => {
    if (splicer.source === 'slate') startSlate();
  });

  return {
    tap: {
      attach: (consumer) => fan.attach(consumer),
      get flowing() {
        return splicer.feeding;
      },
    },
    run(on) {
      if (on === (splicer.source !== 'off')) return;
      if (on) return take(splicer.start(clock.mono()));
      player.stop();
      splicer.stop();
      fan.pause();
      settle(true);
    },
    poke: () => reader.poke(),
    report: () => ({ source, sourceSince, cut: lastCut, counts: splicer.counts }),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      cancelTick();
      forgetSlate();
      player.stop();
      reader.close();
      splicer.stop();
      fan.pause();
    },
  };
}
