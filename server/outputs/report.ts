// Turns what air reported into the state people see, and into the events that leave evidence. Pure.
import type { AirOutputReport, AirReport } from '../contract/air-link.ts';
import type { AirSource, AirState } from '../contract/air.ts';
import type { Output, OutputCause, OutputKind } from '../contract/outputs.ts';
import { causeWords } from './causes.ts';
import { feedingOf, sameFeeding, type Feeding } from './feeding.ts';
import { feedingSince, isOnAir, nextOnAir, type OnAirMemory } from './on-air.ts';
import { ingestWords } from './parts.ts';

/** Something that happened by itself and belongs in the audit log. */
export type AirEvent =
  | { readonly type: 'adopted'; readonly source: AirSource }
  /** Another picture goes out, or another kind of slate. */
  | { readonly type: 'feeding'; readonly from: Feeding; readonly to: Feeding }
  /** A slate captured from OBS is ready, or no longer fits what OBS sends. */
  | { readonly type: 'captured'; readonly ready: boolean }
  /** The backup encoder began or ceased to publish. */
  | { readonly type: 'backup'; readonly there: boolean }
  | {
      readonly type: 'outputLost';
      readonly id: string;
      readonly name: string;
      readonly kind: OutputKind;
      readonly cause: OutputCause | null;
    }
  | { readonly type: 'outputRecovered'; readonly id: string; readonly name: string };

/** What the report is read against. */
export interface ReportFacts {
  /** Ordered on the air. */
  readonly live: boolean;
  /** Control's clock, epoch ms. */
  readonly now: number;
  /** Added to every time of air's to have it in control's clock. */
  readonly offsetMs: number;
  readonly memory: OnAirMemory;
}

export interface ReportResult {
  readonly air: AirState;
  readonly outputs: Record<string, Output>;
  readonly memory: OnAirMemory;
  readonly events: AirEvent[];
}

/** The state after `report`: outputs that air does not mention are idle, those unknown here are ignored. */
export function applyReport(
  old: { readonly air: AirState; readonly outputs: Readonly<Record<string, Output>> },
  report: AirReport,
  facts: ReportFacts,
): ReportResult {
  const shift: Shift = <T extends number | null>(at: T) =>
    (at === null ? null : at + facts.offsetMs) as T;
  const events: AirEvent[] = [];
  const outputs: Record<string, Output> = {};
  for (const [id, was] of Object.entries(old.outputs)) {
    const told = report.outputs[id];
    const is = shedShown(told ? outputFrom(was, told, shift) : idleOutput(was, facts.now), was);
    outputs[id] = is;
    events.push(...outputEvents(id, was, is));
  }
  const kinds = new Map(Object.entries(outputs).map(([id, o]) => [id, o.kind]));
  // While going live waits for its slate nothing is watched yet.
  const onAir = isOnAir(facts.live && old.air.preparing === null, report, kinds);
  const first = old.air.reportedAt === null;
  const { live, now } = facts;
  const fedSince = shift(feedingSince(report, live, kinds));
  const memory = nextOnAir(facts.memory, { onAir, live, now, fedSince, first });
  if (first && onAir) events.unshift({ type: 'adopted', source: report.source });
  const words = ingestWords(report.ingest);
  const air: AirState = {
    connected: true,
    order: facts.live ? 'live' : 'stop',
    onAir,
    source: report.source,
    since: onAir ? memory.since : null,
    sourceSince: shift(report.sourceSince),
    program: report.program,
    ingest: {
      state: report.ingest.state,
      // Before its first order air knows no port.
      rtmpPort: report.ingest.rtmpPort || old.air.ingest.rtmpPort,
      since: shift(report.ingest.since),
      restarts: report.ingest.restarts,
      text: words.es,
      textEn: words.en,
    },
    slate: report.slate,
    feeding: report.feeding ?? (report.source === 'live' ? 'program' : report.source),
    encoderSlow: report.encoderSlow,
    programLateMs: report.programLateMs,
    bypassLateMs: report.bypassLateMs,
    forced: old.air.forced,
    bypass: old.air.bypass,
    backup: report.backup,
    preparing: old.air.preparing,
    health: report.health,
    cpuPercent: report.cpuPercent,
    memoryMb: report.memoryMb,
    reportedAt: facts.now,
  };
  if (!first) events.unshift(...airEvents(old.air, air));
  return { air, outputs, memory, events };
}

function airEvents(was: AirState, is: AirState): AirEvent[] {
  const events: AirEvent[] = [];
  const from = feedingOf(was);
  const to = feedingOf(is);
  if (!sameFeeding(from, to)) events.push({ type: 'feeding', from, to });
  const ready = is.slate === 'captured';
  if (ready !== (was.slate === 'captured')) events.push({ type: 'captured', ready });
  const there = is.backup !== null;
  if (there !== (was.backup !== null)) events.push({ type: 'backup', there });
  return events;
}

/** From air's clock to control's. */
type Shift = <T extends number | null>(at: T) => T;

function outputFrom(was: Output, told: AirOutputReport, shift: Shift): Output {
  const { problem, ...rest } = told;
  const words = problem ? causeWords(problem.cause, was.kind) : null;
  return {
    ...was,
    ...rest,
    since: shift(told.since),
    liveSince: shift(told.liveSince),
    nextRetryAt: shift(told.nextRetryAt),
    problem:
      problem && words
        ? {
            cause: problem.cause,
            text: words.es,
            textEn: words.en,
            detail: problem.detail,
            at: shift(problem.at),
          }
        : null,
  };
}

/** One that was shed keeps saying so, whatever its worker said last. */
function shedShown(is: Output, was: Output): Output {
  return was.shed && was.problem?.cause === 'shed' ? { ...is, problem: was.problem } : is;
}

/** What an output shows when nothing runs for it. */
export const idleFacts = {
  state: 'idle',
  liveSince: null,
  bitrateKbps: 0,
  sentBytes: 0,
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
} as const satisfies Partial<Output>;

function idleOutput(was: Output, now: number): Output {
  return { ...was, ...idleFacts, since: was.state === 'idle' ? was.since : now };
}

function outputEvents(id: string, was: Output, is: Output): AirEvent[] {
  // Shedding leaves evidence of its own.
  if (was.order !== 'start' || was.shed) return [];
  const event = { id, name: was.name };
  const cause = is.problem?.cause ?? null;
  const lost = { ...event, type: 'outputLost', kind: is.kind, cause } as const;
  const recovered = { ...event, type: 'outputRecovered' } as const;
  const wasLive = was.state === 'live';
  if (wasLive && is.state === 'live') {
    // Lost and back between two reports.
    return is.restarts > was.restarts ? [lost, recovered] : [];
  }
  if (wasLive) return [lost];
  const wasDown = was.state === 'retrying' || was.state === 'failed' || was.restarts > 0;
  return is.state === 'live' && wasDown ? [recovered] : [];
}
