// Every output ordered of this air process: each supervised alone, none aware of another.
import type { AirOutputOrder, AirOutputReport } from '../../contract/air-link.ts';
import type { EncoderProfile } from '../../contract/profiles.ts';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { BusTap } from '../bus/tap.ts';
import type { HlsRooms } from '../hls/rooms.ts';
import { createOutput, type OutputPorts, type SupervisedOutput } from './output.ts';
import { createRecordingDisk, type RecordingDisk } from './recording-disk.ts';
import { createRecording } from './recording-output.ts';
import { createTcpWindows } from './tcp-windows.ts';

export interface OutputsPorts {
  readonly tap: BusTap;
  readonly clock: Clock;
  readonly log: Log;
  /** In [0, 1): the jitter of retries. */
  readonly random: () => number;
  readonly ffmpegPath?: string;
  /** Trusted authorities of TLS destinations; the system's bundle unless told otherwise. */
  readonly caFile?: string;
  /** Where web players' media goes; without it an `hls` output is packaged for nobody. */
  readonly hls?: HlsRooms;
  /** Holds one folder per occurrence; made when the first recording starts. */
  readonly recordingsDir?: string;
}

export interface Outputs {
  /** The whole wanted set; an output that is not in it is ended and forgotten. */
  apply(orders: readonly AirOutputOrder[], encoder: EncoderProfile): void;
  /** What is, by output id. */
  report(): Record<string, AirOutputReport>;
  /** Calls `listener` when a state or a problem changed; returns its removal. */
  onChange(listener: () => void): () => void;
  /** Ends every worker cleanly; resolves when all are gone, after 6 s at the latest. */
  close(): Promise<void>;
}

const tickMs = 100;
const sampleMs = 1000;
const closeMs = 5000;
const defaultRecordings = './data/recordings';
const systemAuthorities = '/etc/ssl/certs/ca-certificates.crt';

/** Starts supervising, with nothing ordered. */
export function createOutputs(ports: OutputsPorts): Outputs {
  const { clock } = ports;
  const outputs = new Map<string, SupervisedOutput>();
  const windows = createTcpWindows({ clock, log: ports.log });
  /** No longer ordered, still ending; gone from the map once idle. */
  const leaving = new Set<string>();
  const listeners = new Set<() => void>();
  let closed = false;
  let disk: RecordingDisk | null = null;

  const changed = () => {
    for (const listener of listeners) listener();
  };
  const stopTicks = clock.every(tickMs, () => {
    for (const [id, output] of outputs) {
      output.tick();
      if (leaving.has(id) && output.idle) {
        outputs.delete(id);
        leaving.delete(id);
        changed();
      }
    }
  });
  const stopSamples = clock.every(sampleMs, () => {
    for (const output of outputs.values()) void output.sample();
  });

  function outputFor({ id, kind }: AirOutputOrder): SupervisedOutput {
    const known = outputs.get(id);
    if (known) return known;
    const shared: OutputPorts = {
      tap: ports.tap,
      clock,
      log: ports.log,
      random: ports.random,
      ffmpegPath: ports.ffmpegPath ?? 'ffmpeg',
      caFile: ports.caFile ?? systemAuthorities,
      windows,
      changed,
      hls: ports.hls,
    };
    const made = kind === 'recording' ? recording(id, shared) : createOutput(id, shared);
    outputs.set(id, made);
    return made;
  }

  function recording(id: string, shared: OutputPorts): SupervisedOutput {
    const root = ports.recordingsDir ?? defaultRecordings;
    disk ??= createRecordingDisk({ clock, log: ports.log, root });
    return createRecording(id, { ...shared, disk });
  }

  return {
    apply(orders, encoder) {
      if (closed) return;
      const wanted = new Set(orders.map((order) => order.id));
      for (const [id, output] of outputs) {
        if (wanted.has(id)) continue;
        leaving.add(id);
        output.stop();
      }
      for (const order of orders) {
        leaving.delete(order.id);
        const output = outputFor(order);
        output.order(order, encoder);
        // At once: on a restart in the middle of a show each tenth of a second is dead air.
        output.tick();
      }
    },
    report() {
      return Object.fromEntries([...outputs].map(([id, output]) => [id, output.report()]));
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closed = true;
      stopTicks();
      stopSamples();
      windows.close();
      for (const output of outputs.values()) output.stop();
      const until = clock.mono() + closeMs;
      while ([...outputs.values()].some((o) => !o.idle) && clock.mono() < until) {
        await new Promise<void>((resolve) => clock.after(20, resolve));
      }
      for (const output of outputs.values()) output.kill();
      disk?.close();
      listeners.clear();
    },
  };
}
