// Who is stopped when the uplink does not suffice, and when it comes back: one at a time, never flapping. Pure.

/** A networked output that is ordered to run. */
export interface ShedOutput {
  readonly id: string;
  /** 1 is kept longest. */
  readonly priority: number;
  readonly needKbps: number;
  readonly mayShed: boolean;
  /** Stopped by a former decision of this file. */
  readonly shed: boolean;
  /** The destination is taking the program. */
  readonly live: boolean;
  /** False for radio: the last picture is never stopped for the sake of sound alone. */
  readonly video: boolean;
}

export interface ShedFacts {
  /** The operator allowed it for the station. */
  readonly allowed: boolean;
  readonly outputs: readonly ShedOutput[];
  /** Outputs fall behind, and the uplink is why. */
  readonly short: boolean;
  /** Any output falls behind, for whatever reason. */
  readonly troubled: boolean;
  /** What a person declared or a test measured, the lower; null: unknown. */
  readonly knownKbps: number | null;
  /** What passed while outputs fell behind, and how long ago; null: never, or forgotten. */
  readonly congestion: { readonly kbps: number; readonly ageMs: number } | null;
}

/** How often in a row an output had to be stopped, and when it last came back (monotonic ms). */
export interface ShedPast {
  readonly times: number;
  readonly returnedAt: number | null;
  /** It came back to see whether there is room. */
  readonly trial: boolean;
}

/** All times monotonic ms. */
export interface ShedMemory {
  readonly shortSince: number | null;
  readonly calmSince: number | null;
  readonly actedAt: number | null;
  /** Since when nothing that the stopped ones were stopped for is being received. */
  readonly aloneSince: number | null;
  readonly past: Readonly<Record<string, ShedPast>>;
}

/**
 * `short`: the uplink does not suffice. `room`: it does again. `trial`: long enough ago to try.
 * `forbidden`: no longer allowed. `alone`: nothing else is left to protect.
 */
export type ShedWhy = 'short' | 'room' | 'trial' | 'forbidden' | 'alone';
export interface ShedAct {
  readonly type: 'shed' | 'return';
  readonly id: string;
  readonly why: ShedWhy;
}

export const calmMemory: ShedMemory = {
  shortSince: null,
  calmSince: null,
  actedAt: null,
  aloneSince: null,
  past: {},
};

/** Outputs must fall behind for this long, ms: as long as it takes to learn what passes. */
export const shortMs = 10_000;
/** What they were stopped for may be away for this long, reconnecting, ms. */
const aloneMs = 10_000;
/** After each act the others get this long to show its effect. */
export const settleMs = 20_000;
/** First wait before one comes back; doubled each time it had to be stopped again. */
const firstWaitMs = 60_000;
const longestWaitMs = 30 * 60_000;
/** Congestion seen longer ago than this many waits no longer speaks against a trial. */
const trustWaits = 5;
/** Stopped again within this of coming back: it came back too early. */
const relapseMs = 10 * 60_000;
/** Trouble within this of a trial is the trial's: it ends, and nobody else yields for it. */
const trialMs = 2 * 60_000;
/** Room left over beside what the one that comes back needs. */
const margin = 1.1;

/** At most one act, with the memory for the next call. */
export function nextShed(
  memory: ShedMemory,
  facts: ShedFacts,
  mono: number,
): { readonly memory: ShedMemory; readonly act: ShedAct | null } {
  const seen: ShedMemory = {
    ...memory,
    shortSince: facts.short ? (memory.shortSince ?? mono) : null,
    calmSince: facts.troubled ? null : (memory.calmSince ?? mono),
    aloneSince: abandoned(facts, (o) => o.live) ? (memory.aloneSince ?? mono) : null,
    past: Object.fromEntries(
      Object.entries(memory.past).filter(([id]) => facts.outputs.some((o) => o.id === id)),
    ),
  };
  const act =
    whoReturnsNow(seen, facts, mono) ??
    whoIsShed(seen, facts, mono) ??
    whoReturns(seen, facts, mono);
  return { memory: act ? after(seen, act, mono) : seen, act };
}

function after(memory: ShedMemory, act: ShedAct, mono: number): ShedMemory {
  const old = memory.past[act.id] ?? { times: 0, returnedAt: null, trial: false };
  const relapsed = old.returnedAt !== null && mono - old.returnedAt <= relapseMs;
  const past: ShedPast =
    act.type === 'return'
      ? { ...old, returnedAt: mono, trial: act.why === 'trial' }
      : { times: relapsed ? old.times + 1 : 1, returnedAt: null, trial: false };
  return {
    shortSince: null,
    calmSince: null,
    actedAt: mono,
    aloneSince: null,
    past: { ...memory.past, [act.id]: past },
  };
}

/** Those that must not stay stopped, whatever the uplink carries. */
function whoReturnsNow(memory: ShedMemory, facts: ShedFacts, mono: number): ShedAct | null {
  const forbidden = facts.outputs
    .filter((o) => o.shed && !(facts.allowed && o.mayShed))
    .toSorted(keptFirst)[0];
  if (forbidden) return { type: 'return', id: forbidden.id, why: 'forbidden' };
  const away = memory.aloneSince !== null && mono - memory.aloneSince >= aloneMs;
  const alone = abandoned(facts, away ? (o) => o.live : () => true);
  return alone ? { type: 'return', id: alone.id, why: 'alone' } : null;
}

/** The most important one that is stopped for nobody: none of the others that `counts` is worth it. */
function abandoned(
  { outputs }: ShedFacts,
  counts: (output: ShedOutput) => boolean,
): ShedOutput | undefined {
  const others = outputs.filter((o) => !o.shed && counts(o));
  return outputs
    .filter((o) => o.shed)
    .toSorted(keptFirst)
    .find((o) => !others.some((other) => outweighs(other, o)));
}

/** Whether `o` may be stopped for the sake of `other`: picture for sound is no good bargain. */
function outweighs(other: ShedOutput, o: ShedOutput): boolean {
  return other.id !== o.id && (other.video || !o.video);
}

function whoIsShed(memory: ShedMemory, facts: ShedFacts, mono: number): ShedAct | null {
  if (!facts.allowed || memory.shortSince === null) return null;
  if (mono - memory.shortSince < shortMs || !settled(memory, mono)) return null;
  const running = facts.outputs.filter((o) => !o.shed && o.live);
  const mayYield = running
    .filter((o) => o.mayShed && o.needKbps > 0)
    .filter((o) => running.some((other) => outweighs(other, o)))
    .toSorted(keptFirst);
  const tried = mayYield.find(({ id }) => {
    const past = memory.past[id];
    return past?.trial && past.returnedAt !== null && mono - past.returnedAt <= trialMs;
  });
  const chosen = tried ?? mayYield.at(-1);
  return chosen ? { type: 'shed', id: chosen.id, why: 'short' } : null;
}

function whoReturns(memory: ShedMemory, facts: ShedFacts, mono: number): ShedAct | null {
  const calm = memory.calmSince;
  if (calm === null || !settled(memory, mono)) return null;
  const used = facts.outputs.filter((o) => !o.shed).reduce((sum, o) => sum + o.needKbps, 0);
  for (const output of facts.outputs.filter((o) => o.shed).toSorted(keptFirst)) {
    const waitMs = waitOf(memory.past[output.id]?.times ?? 1);
    const needed = used + output.needKbps * margin;
    const fits = (kbps: number | null): boolean => kbps === null || needed <= kbps;
    if (mono - calm < waitMs || !fits(facts.knownKbps)) continue;
    const { congestion } = facts;
    const why = congestion === null || fits(congestion.kbps) ? 'room' : 'trial';
    if (why === 'trial' && (congestion?.ageMs ?? 0) < waitMs * trustWaits) continue;
    return { type: 'return', id: output.id, why };
  }
  return null;
}

function settled(memory: ShedMemory, mono: number): boolean {
  return memory.actedAt === null || mono - memory.actedAt >= settleMs;
}

/** Wait of one that was stopped `times` in a row, ms. */
function waitOf(times: number): number {
  return Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(times - 1, 10));
}

/** Most important first; of equals the smaller need, then by id so that the choice is always the same. */
function keptFirst(a: ShedOutput, b: ShedOutput): number {
  return a.priority - b.priority || a.needKbps - b.needKbps || (a.id < b.id ? -1 : 1);
}
