// Prometheus metrics: the process, the commands, the screens, and the air as the state has it.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { StudioState } from '../contract/state.ts';

export interface Metrics {
  /** One answered command; `code` is `ok` or the failure's, `ms` its duration. */
  answered(name: string, code: string, ms: number): void;
  /** Prometheus text, gathered now. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Makes a registry of its own; labels come from closed lists or configured ids, never from clients. */
export function createMetrics(sources: {
  readonly state: () => StudioState;
  readonly rev: () => number;
  readonly screens: () => number;
  readonly sessions: () => number;
}): Metrics {
  const registers = [new Registry()] as [Registry];
  collectDefaultMetrics({ register: registers[0] });
  const seconds = new Histogram({
    name: 'studio_command_seconds',
    help: 'Time from the arrival of a command to its answer',
    labelNames: ['command'],
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 2],
    registers,
  });
  const answers = new Counter({
    name: 'studio_commands_total',
    help: 'Commands answered, by result',
    labelNames: ['command', 'code'],
    registers,
  });
  const gauge = (name: string, help: string, read: () => number): void => {
    void new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  gauge('studio_screens', 'Connected screens', sources.screens);
  gauge('studio_sessions', 'Sessions alive', sources.sessions);
  gauge('studio_state_revision', 'Revision of the state', sources.rev);
  gauge('studio_air_connected', 'Whether air is connected', () =>
    Number(sources.state().air.connected),
  );
  gauge('studio_on_air', 'Whether the station is on the air', () =>
    Number(sources.state().air.onAir),
  );
  gauge('studio_on_slate', 'Whether the destinations are being fed the slate', () =>
    Number(sources.state().air.source === 'slate'),
  );
  gauge(
    'studio_program_late_seconds',
    'How late the encoder of the program delivers; 0 while nothing comes',
    () => (sources.state().air.programLateMs ?? 0) / 1000,
  );
  gauge(
    'studio_alarms',
    'Alarms whose cause lasts',
    () => Object.values(sources.state().alarms).filter((a) => a.clearedAt === null).length,
  );
  const perOutput = <K extends string>(
    name: string,
    help: string,
    read: (output: StudioState['outputs'][string]) => number,
    extra: (output: StudioState['outputs'][string]) => Record<K, string> = () =>
      ({}) as Record<K, string>,
    labels: readonly K[] = [],
  ): void => {
    void new Gauge({
      name,
      help,
      registers,
      labelNames: ['output', ...labels],
      collect() {
        this.reset();
        for (const [id, output] of Object.entries(sources.state().outputs)) {
          this.set({ output: id, ...extra(output) } as never, read(output));
        }
      },
    });
  };
  perOutput(
    'studio_output_state',
    'State of each output',
    () => 1,
    (output) => ({ state: output.state }),
    ['state'],
  );
  perOutput('studio_output_bitrate_kbps', 'Rate sent to each output', (o) => o.bitrateKbps);
  perOutput('studio_output_restarts', 'Restarts of each output', (o) => o.restarts);
  perOutput(
    'studio_output_dropped_frames',
    'Frames dropped for each output',
    (o) => o.droppedFrames,
  );

  return {
    answered(name, code, ms) {
      seconds.observe({ command: name }, ms / 1000);
      answers.inc({ command: name, code });
    },
    text: () => registers[0].metrics(),
    contentType: registers[0].contentType,
  };
}
