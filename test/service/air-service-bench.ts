// The whole control side of the air on fakes of its two machines, with its real database.
import type { CommandContext } from '../../server/contract/commands.ts';
import type { AirOutputReport, AirReport } from '../../server/contract/air-link.ts';
import { silentLog } from '../../server/core/log.ts';
import type { AirService } from '../../server/outputs/air-service-ports.ts';
import { createAirService } from '../../server/outputs/air-service.ts';
import { openIngestKeys } from '../../server/outputs/ingest-keys.ts';
import { createSettings } from '../../server/outputs/settings.ts';
import { bench, type Bench } from './outputs-bench.ts';
import {
  fakeEncoder,
  fakeLink,
  fakeStage,
  type FakeEncoder,
  type FakeLink,
  type FakeStage,
} from './outputs-fakes.ts';
import { destinationProfiles, encoder720, idleReport } from './outputs-samples.ts';

export const ana: CommandContext = { actor: 'ana', roles: ['operator'], host: 'studio.local' };

export interface AirBench extends Bench {
  readonly air: AirService;
  readonly link: FakeLink;
  readonly encoder: FakeEncoder;
  readonly stage: FakeStage;
  readonly feeds: { id: string; key: string }[];
  feedsChanged(): void;
  /** A report at the present time. */
  report(more?: Partial<AirReport>): void;
  /** Runs a command while time passes, as it does. */
  run<T>(command: Promise<T>, ms?: number): Promise<T>;
  /** Control dies without a word and starts again on the same data. */
  restart(): Promise<AirBench>;
}

export async function airBench(base?: Bench): Promise<AirBench> {
  const on = base ?? (await bench());
  const link = fakeLink();
  const encoder = fakeEncoder(on.store);
  const stage = fakeStage(on.store);
  const feeds: { id: string; key: string }[] = [];
  const feedListeners: (() => void)[] = [];
  let serial = 0;
  const keys = await openIngestKeys(createSettings(on.database.db), on.box, () => {
    serial += 1;
    return `ingest-secret-${serial}`.padEnd(24, '-');
  });
  const air = await createAirService({
    ...on,
    db: on.database.db,
    audit: { record: (act) => void on.acts.push(act) },
    log: silentLog,
    link,
    encoder,
    stage,
    feeds: {
      feeds: () => feeds,
      onFeedsChange: (listener) => void feedListeners.push(listener),
    },
    keys,
    destinationProfile: (id) => destinationProfiles[id],
    encoderProfile: () => encoder720,
    rtmpPort: 1936,
    newId: (prefix) => {
      serial += 1;
      return `${prefix}-${on.store.rev()}-${serial}`;
    },
    random: () => 0.5,
  });
  return {
    ...on,
    air,
    link,
    encoder,
    stage,
    feeds,
    feedsChanged() {
      for (const listener of feedListeners) listener();
    },
    report: (more) => link.report(idleReport(on.clock.now(), more)),
    async run<T>(command: Promise<T>, ms = 1800): Promise<T> {
      const settled: { value?: T; error?: unknown }[] = [];
      const done = command.then(
        (value) => void settled.push({ value }),
        (error: unknown) => void settled.push({ error }),
      );
      for (let spent = 0; spent <= ms && settled.length === 0; spent += 50) {
        await on.clock.advance(spent === 0 ? 0 : 50);
      }
      if (settled.length === 0) throw new Error(`no answer within ${ms} ms`);
      await done;
      if ('error' in settled[0]!) throw settled[0].error;
      return settled[0]!.value as T;
    },
    async restart() {
      return airBench(await on.again());
    },
  };
}

export const liveOutput: AirOutputReport = {
  state: 'live',
  since: 0,
  liveSince: 0,
  bitrateKbps: 3000,
  sentBytes: 1,
  droppedFrames: 0,
  queueMs: 0,
  restarts: 0,
  nextRetryAt: null,
  problem: null,
  cpuPercent: 0,
  memoryMb: 0,
  loudnessLufs: null,
  silentSeconds: null,
  via: null,
  recording: null,
};
