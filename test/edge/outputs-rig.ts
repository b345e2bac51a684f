// What the tests of outputs share: the encoding they are told of, orders, and a diary of what was shown.
import type { AirOutputOrder, AirOutputReport } from '../../server/contract/air-link.ts';
import { sampleEncoder } from '../kit/samples.ts';
import type { BusTap } from '../../server/air/bus/tap.ts';
import {
  createOutputs,
  type Outputs,
  type OutputsPorts,
} from '../../server/air/outputs/outputs.ts';
import { systemClock } from '../../server/core/clock.ts';
import { silentLog } from '../../server/core/log.ts';
import { until } from '../kit/until.ts';

/** The encoding a simulated bus of 3 Mb/s stands for. */
export const encoder = sampleEncoder();

/** An order to run by RTMP with a key, unless told otherwise. */
export function order(id: string, url: string, more: Partial<AirOutputOrder> = {}): AirOutputOrder {
  return {
    id,
    kind: 'rtmp',
    url,
    key: 'clave',
    run: true,
    settings: null,
    backupUrl: null,
    folder: null,
    ...more,
  };
}

/** What was shown of an output from `at` (performance.now) on. */
export interface Entry {
  readonly at: number;
  readonly state: AirOutputReport['state'];
  readonly cause: string | null;
}

/** Outputs on a tap, with everything that they ever showed. */
export interface Watched {
  readonly outputs: Outputs;
  apply(orders: readonly AirOutputOrder[]): void;
  of(id: string): AirOutputReport;
  /** Every change, oldest first. */
  diary(id: string): readonly Entry[];
  live(id: string, ms?: number): Promise<unknown>;
  says(id: string, cause: string, ms?: number): Promise<unknown>;
  /** Ms from `since` to the first entry that `matches`; it must come within 30 s. */
  after(id: string, since: number, what: string, matches: (e: Entry) => boolean): Promise<number>;
}

/** Starts outputs on `tap` and keeps a diary; close `outputs` at the end. */
export function watch(tap: BusTap, ports: Partial<OutputsPorts> = {}): Watched {
  const outputs = createOutputs({
    tap,
    clock: systemClock(),
    log: silentLog,
    random: Math.random,
    ...ports,
  });
  const diaries = new Map<string, Entry[]>();
  const note = () => {
    for (const [id, { state, problem }] of Object.entries(outputs.report())) {
      const diary = diaries.get(id) ?? [];
      diaries.set(id, diary);
      const cause = problem?.cause ?? null;
      const last = diary.at(-1);
      if (last?.state === state && last.cause === cause) continue;
      diary.push({ at: performance.now(), state, cause });
    }
  };
  outputs.onChange(note);
  const of = (id: string) => {
    const report = outputs.report()[id];
    if (!report) throw new Error(`no output ${id}`);
    return report;
  };
  const diary = (id: string) => diaries.get(id) ?? [];
  /** What it showed instead belongs to the failure of a test. */
  const told = async <T>(id: string, waiting: Promise<T>): Promise<T> => {
    try {
      return await waiting;
    } catch (error) {
      const lines = diary(id).map((e) => `${Math.round(e.at)} ${e.state} ${e.cause ?? ''}`);
      throw new Error(
        [String(error), ...lines.slice(-20), outputs.report()[id]?.problem?.detail].join('\n'),
        { cause: error },
      );
    }
  };
  return {
    outputs,
    of,
    diary,
    apply(orders) {
      outputs.apply(orders, encoder);
      note();
    },
    live: (id, ms = 20_000) =>
      told(
        id,
        until(`${id} is live`, () => of(id).state === 'live', ms),
      ),
    says: (id, cause, ms = 20_000) =>
      told(
        id,
        until(`${id} says ${cause}`, () => of(id).problem?.cause === cause, ms),
      ),
    async after(id, since, what, matches) {
      const entry = await told(
        id,
        until(`${id}: ${what}`, () => diary(id).find((e) => e.at >= since && matches(e)), 30_000),
      );
      return Math.round(entry.at - since);
    },
  };
}
