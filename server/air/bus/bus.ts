// The program bus: reads program and bypass, covers losses with the best slate, and feeds every consumer.
import type { AirFeeding, AirSource, SlateKind } from '../../contract/air.ts';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { BusSource, Cut, Step } from './cut.ts';
import { createFanOut } from './fan-out.ts';
import type { FlvTag } from './flv-tag.ts';
import { createLateness } from './lateness.ts';
import { createReelPlayer } from './reel-player.ts';
import type { Reel } from './reel.ts';
import type { Slate } from './slate.ts';
import { createSourceReader, type ReaderAddress, type SourceReader } from './source-reader.ts';
import { isMedia } from './source-track.ts';
import {
  createSplicer,
  defaultSplicerSettings,
  type SplicerCounts,
  type SplicerSettings,
} from './splicer.ts';
import type { BusTap } from './tap.ts';

export interface BusPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** In [0,1), for the jitter of reconnections. */
  readonly random: () => number;
  /** Where the program is read; null while the ingest is not there. */
  program(): ReaderAddress | null;
  /** Where a bypass of this name is read; null while it cannot be. */
  bypass(name: string): ReaderAddress | null;
  readonly slate: Pick<Slate, 'pick' | 'watch' | 'watchEnded' | 'onChange'>;
  readonly settings?: SplicerSettings;
  /** First timestamp sent, ms; 0 except where a test looks at what happens after weeks. */
  readonly startMs?: number;
}

export interface BusReport {
  /** What the consumers are being fed; `off` also while there is neither program nor slate. */
  readonly source: AirSource;
  /** Epoch ms at which `source` last changed; null before the first change. */
  readonly sourceSince: number | null;
  /** Whose pictures those are. */
  readonly feeding: AirFeeding;
  /** What goes out, or would now, without program and bypass. */
  readonly slate: SlateKind;
  /** The newest change of source; null before the first. */
  readonly cut: Cut | null;
  readonly counts: SplicerCounts;
  /** How late the encoder of each delivers, ms; null while nothing comes. */
  readonly late: Readonly<Record<LiveSource, number | null>>;
}

type LiveSource = Exclude<BusSource, 'slate'>;

export interface Bus {
  readonly tap: BusTap;
  /** Whether the bus is to send at all; its sources are followed either way. */
  run(on: boolean): void;
  /** What goes out when the program is lost, by its name; null: the slate at once. */
  bypass(name: string | null): void;
  /** Whether the slate goes out whatever arrives. */
  force(on: boolean): void;
  /** The sources' addresses may have changed. */
  poke(): void;
  report(): BusReport;
  /** Called when `source`, `feeding` or `cut` changed; returns the removal. */
  onChange(listener: () => void): () => void;
  close(): void;
}

const tickMs = 50;
/** How long after its start the bus may be expected to have something to send, at worst. */
const soonMs = 1500;
/** A tick this late says that this process stood still: packets may be waiting behind it. */
const lateTickMs = 150;

/** Makes the bus, off; it starts reading the program at once. */
export function createBus(ports: BusPorts): Bus {
  const { clock, log, slate } = ports;
  const splicer = createSplicer(ports.settings ?? defaultSplicerSettings, ports.startMs);
  const fan = createFanOut(log);
  const listeners = new Set<() => void>();
  let feeding: AirFeeding = 'off';
  let sourceSince: number | null = null;
  let lastCut: Cut | null = null;
  let lastTick = clock.mono();
  let startedAt = -Infinity;
  let playing: Reel | null = null;
  let bypassName: string | null = null;
  let bypassReader: SourceReader | null = null;
  const lateness = { program: createLateness(), bypass: createLateness() };

  const player = createReelPlayer(clock, (tag) => take(splicer.push('slate', tag, clock.mono())));
  const programReader = createSourceReader({
    clock,
    log: log.child({ source: 'program' }),
    random: ports.random,
    address: () => ports.program(),
    onTag(tag) {
      arrived('program', tag);
      slate.watch(tag);
    },
    onEnded() {
      ended('program');
      slate.watchEnded();
    },
  });

  function readBypass(name: string): SourceReader {
    return createSourceReader({
      clock,
      log: log.child({ source: 'bypass', name }),
      random: ports.random,
      address: () => ports.bypass(name),
      onTag: (tag) => arrived('bypass', tag),
      onEnded: () => ended('bypass'),
    });
  }

  function arrived(source: LiveSource, tag: FlvTag): void {
    const mono = clock.mono();
    // Sound may be on another timeline than the picture.
    if (tag.type === 'video' && isMedia(tag)) lateness[source].arrived(tag.timestamp, mono);
    take(splicer.push(source, tag, mono));
  }

  function ended(source: LiveSource): void {
    lateness[source].reset();
    take(splicer.ended(source, clock.mono()));
  }

  function take(step: Step): void {
    if (step.cut) {
      lastCut = step.cut;
      const kind = step.cut.to === 'slate' ? { slate: slateKind() } : {};
      log.info({ ...step.cut, ...kind, ...splicer.counts }, 'bus cut');
      // Before the tags: a player still running must not send between them.
      player.stop();
      playing = null;
    }
    for (const tag of step.tags) fan.send(tag, splicer.script);
    if (step.cut?.to === 'slate') startSlate(true);
    else if (step.cut || step.tags.length > 0) settle(step.cut !== null);
  }

  function slateKind(): SlateKind {
    return slate.pick(splicer.still)?.kind ?? 'none';
  }

  /** The best there is, from its own first key frame, at this moment; unless it is playing. */
  function startSlate(cut: boolean): void {
    const best = slate.pick(splicer.still);
    if (best ? best.reel === playing : !cut) return;
    take(splicer.ended('slate', clock.mono()));
    playing = best?.reel ?? null;
    if (best) {
      if (!cut) log.info({ slate: best.kind }, 'another slate');
      player.play(best.reel);
    } else log.warn({}, 'no slate is ready; nothing goes out until it is or the program returns');
    settle(true);
  }

  /** Tells what is being fed now, when that changed. */
  function settle(cut: boolean): void {
    const now: AirFeeding = splicer.feeding ? splicer.source : 'off';
    if (now === feeding && !cut) return;
    if (sourceOf(now) !== sourceOf(feeding)) sourceSince = clock.now();
    feeding = now;
    for (const listener of listeners) listener();
  }

  function tick(): void {
    const mono = clock.mono();
    const late = mono - lastTick > tickMs + lateTickMs;
    lastTick = mono;
    // Loss is judged only after the packets that came meanwhile had their turn.
    if (!late) take(splicer.tick(mono));
    // Nothing to show so far: the first picture that arrives is better than none.
    if (splicer.source === 'slate' && playing === null) startSlate(false);
  }

  const cancelTick = clock.every(tickMs, tick);
  const forgetSlate = slate.onChange(() => {
    if (splicer.source === 'slate') startSlate(false);
  });

  return {
    tap: {
      attach: (consumer) => fan.attach(consumer),
      get flowing() {
        return splicer.feeding;
      },
      get soon() {
        return splicer.source !== 'off' && clock.mono() - startedAt < soonMs;
      },
    },
    run(on) {
      if (on === (splicer.source !== 'off')) return;
      startedAt = clock.mono();
      if (on) return take(splicer.start(clock.mono()));
      player.stop();
      playing = null;
      splicer.stop();
      fan.pause();
      settle(true);
    },
    bypass(name) {
      if (name === bypassName) return;
      bypassName = name;
      bypassReader?.close();
      ended('bypass');
      bypassReader = name === null ? null : readBypass(name);
    },
    force: (on) => take(splicer.force(on, clock.mono())),
    poke() {
      programReader.poke();
      bypassReader?.poke();
    },
    report: () => ({
      source: sourceOf(feeding),
      sourceSince,
      feeding,
      slate: slateKind(),
      cut: lastCut,
      counts: splicer.counts,
      late: {
        program: lateness.program.lateMs(clock.mono()),
        bypass: lateness.bypass.lateMs(clock.mono()),
      },
    }),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      cancelTick();
      forgetSlate();
      player.stop();
      programReader.close();
      bypassReader?.close();
      splicer.stop();
      fan.pause();
    },
  };
}

function sourceOf(feeding: AirFeeding): AirSource {
  return feeding === 'program' || feeding === 'bypass' ? 'live' : feeding;
}
