// What OBS must be told next so that the program reaches the ingest while on the air. Pure.
import type { AirSource, AirState } from '../contract/air.ts';
import type { SwitcherState } from '../contract/switcher.ts';

/** Everything the decision needs; times in monotonic ms. */
export interface StreamFacts {
  /** Ordered on the air. */
  readonly wanted: boolean;
  readonly obsConnected: boolean;
  readonly streaming: SwitcherState['streaming'];
  /** Whether air is heard and its ingest can take a publisher. */
  readonly ingestUp: boolean;
  readonly source: AirSource;
  /** Its packets reach the ingest, whether or not the bus trusts them yet. */
  readonly arriving: boolean;
  /** How long the program has been absent while wanted; 0 while it is present. */
  readonly absentMs: number;
  /** How long `streaming` has had its present value. */
  readonly streamingMs: number;
}

/** `restart` = stop and start again. The reason is for the audit log. */
export type StreamStep =
  { readonly act: 'none' } | { readonly act: 'start' | 'restart'; readonly reason: string };

/**
 * Whether OBS's own program is what is meant to be there: a bypass going out is not OBS, and a slate
 * that a person put over an arriving program is no fault of OBS's.
 */
export function programSource(
  air: Pick<AirState, 'source' | 'feeding' | 'forced' | 'program'>,
): AirSource {
  if (air.forced !== null && air.source === 'slate' && air.program !== null) return 'live';
  return air.feeding === 'bypass' && air.source === 'live' ? 'slate' : air.source;
}

const none: StreamStep = { act: 'none' };
/** OBS waits longer and longer between its own attempts; ours is quicker once the ingest is back. */
const reconnectingMs = 2000;
/** A program that does not arrive although OBS says it streams: another address, or a dead session. */
const deafMs = 10_000;

/** The next step; never a step against a stream that is arriving. */
export function streamStep(facts: StreamFacts): StreamStep {
  if (!facts.wanted || !facts.obsConnected || !facts.ingestUp) return none;
  if (facts.streaming === 'off') {
    return { act: 'start', reason: 'Al aire y OBS no está transmitiendo.' };
  }
  // A starved OBS comes in shreds, and to restart it would take away those too.
  if (facts.source === 'live' || facts.arriving) return none;
  if (facts.streaming === 'reconnecting' && facts.streamingMs > reconnectingMs) {
    return { act: 'restart', reason: 'OBS sigue reconectando y la recepción ya está lista.' };
  }
  if (
    (facts.streaming === 'on' || facts.streaming === 'starting') &&
    facts.absentMs > deafMs &&
    facts.streamingMs > deafMs
  ) {
    return { act: 'restart', reason: 'OBS dice que transmite pero el programa no llega.' };
  }
  return none;
}
