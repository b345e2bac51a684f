// Air as a whole: puts an order in force in every room, and says what is.
import {
  airContractVersion,
  type AirOrder,
  type AirOutputOrder,
  type AirOutputReport,
  type AirReport,
} from '../contract/air-link.ts';
import type { EncoderProfile } from '../contract/profiles.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Slate } from './bus/slate.ts';
import type { EncodedBus } from './encode/encoded-bus.ts';
import type { Health } from './health/health.ts';
import type { OrderFile } from './order-file.ts';
import type { ProcessStats } from './process-stats.ts';

/** The ingest, as far as air needs it. */
export interface IngestPort {
  apply(settings: AirOrder['ingest']): void;
  report(): AirReport['ingest'] & {
    readonly program: { readonly stream: AirReport['program'] } | null;
    readonly backup: { readonly stream: AirReport['backup'] } | null;
    readonly feeds: Readonly<AirReport['feeds']>;
  };
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

/** The destinations, as far as air needs them. */
export interface OutputsPort {
  apply(orders: readonly AirOutputOrder[], encoder: EncoderProfile): void;
  report(): Record<string, AirOutputReport>;
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

export interface AirPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly orderFile: Pick<OrderFile, 'read' | 'write' | 'clear' | 'settled'>;
  readonly ingest: IngestPort;
  readonly slate: Pick<Slate, 'want' | 'showing' | 'capture' | 'onChange' | 'close'>;
  readonly bus: Pick<
    EncodedBus,
    'encode' | 'encoderSlow' | 'run' | 'bypass' | 'force' | 'poke' | 'report' | 'onChange' | 'close'
  >;
  readonly outputs: OutputsPort;
  readonly health: Health;
  monitor(): AirReport['monitor'];
  stats(): ProcessStats;
  ffmpegVersion(): string | null;
}

export interface Air {
  /** Puts the order of the last run in force, if there is one. */
  resume(): void;
  /** Puts the order in force at once; resolves when it is kept, or was tried in vain (logged). */
  accept(order: AirOrder): Promise<void>;
  /** Revision in force; null before the first order. */
  rev(): number | null;
  report(): AirReport;
  /** Called when anything but a running figure changed; returns the removal. */
  onChange(listener: () => void): () => void;
  /** Forgets the order: this end is meant, and the next start waits for control. */
  forget(): void;
  /** Ends every room, destinations first, so that none of them sees the others go; what was accepted is kept. */
  close(): Promise<void>;
}

/** Joins the rooms; nothing happens before `resume` or `accept`. */
export function createAir(ports: AirPorts): Air {
  const { log, ingest, slate, bus, outputs, health } = ports;
  const listeners = new Set<() => void>();
  let present: AirOrder | null = null;
  /** Epoch ms since which the order is live and the bus feeds something without a break. */
  let liveSince: number | null = null;

  const changed = (): void => {
    const live = present?.live === true && bus.report().source !== 'off';
    liveSince = live ? (liveSince ?? ports.clock.now()) : null;
    for (const listener of listeners) listener();
  };
  const removals = [
    ingest.onChange(() => {
      bus.poke();
      changed();
    }),
    slate.onChange(changed),
    bus.onChange(changed),
    outputs.onChange(changed),
  ];

  function enforce(order: AirOrder): void {
    present = order;
    slate.want({ encoder: order.encoder, slate: order.slate });
    const { captureSlate, slatePicture } = order;
    slate.showing(captureSlate, slatePicture === null ? null : Buffer.from(slatePicture, 'base64'));
    bus.bypass(order.bypass);
    bus.force(order.forceSlate);
    bus.encode(order.encoder);
    const on = order.live || order.outputs.some((o) => o.run);
    // Outputs start on a bus that runs, and end before it does.
    if (on) bus.run(true);
    outputs.apply(order.outputs, order.encoder);
    if (!on) bus.run(false);
    // After what platforms wait for: starting these two costs as much of the machine again.
    ingest.apply(order.ingest);
    health.follow({ on, live: order.live });
    changed();
  }

  return {
    resume() {
      const order = ports.orderFile.read();
      if (!order || present) return;
      log.info({ rev: order.rev, live: order.live }, 'resuming the last order');
      try {
        enforce(order);
      } catch (error) {
        // Not a reason to die: that would be a restart with the same order, for ever.
        log.error({ err: error }, 'the last order could not be put in force; waiting for control');
      }
    },
    accept(order) {
      const kept = ports.orderFile.write(order).catch((error: unknown) => {
        // The air goes before its own memory: a full disk must not keep a person from stopping it.
        log.error({ err: error }, 'the order could not be kept; a restart would not know it');
      });
      enforce(order);
      return kept;
    },
    rev: () => present?.rev ?? null,
    report() {
      const { program, backup, feeds, ...state } = ingest.report();
      const { source, sourceSince, feeding, slate: kind, late } = bus.report();
      return {
        contract: airContractVersion,
        at: ports.clock.now(),
        orderRev: present?.rev ?? null,
        source,
        sourceSince,
        liveSince,
        program: program?.stream ?? null,
        ingest: state,
        slate: kind,
        feeding,
        encoderSlow: bus.encoderSlow(),
        programLateMs: inTenths(late.program),
        bypassLateMs: inTenths(late.bypass),
        capture: slate.capture(),
        backup: backup?.stream ?? null,
        health: health.report(),
        outputs: outputs.report(),
        feeds: { ...feeds },
        monitor: ports.monitor(),
        ffmpegVersion: ports.ffmpegVersion(),
        ...ports.stats(),
      };
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    forget() {
      ports.orderFile.clear().catch((error: unknown) => {
        log.error({ err: error }, 'the order could not be forgotten; a restart would resume it');
      });
    },
    async close() {
      for (const remove of removals) remove();
      await Promise.all([outputs.close(), health.close()]);
      bus.close();
      slate.close();
      await ingest.close();
      await ports.orderFile.settled();
    },
  };
}

/** Ms in whole tenths of a second: finer, every report would be another. */
function inTenths(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms / 100) * 100;
}
