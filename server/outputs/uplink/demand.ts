// What the outputs ask of the uplink and which of them fall behind, read from the state. Pure.
import type { Output } from '../../contract/outputs.ts';
import type { StudioState } from '../../contract/state.ts';
import { isNetworked } from './need.ts';

/** Less than this waiting is no trouble, ms. */
const shortQueueMs = 1000;
/** Over how long a queue is seen to grow or to shrink, ms. */
const trendMs = 2000;
/** An output is not well again until it has been for this long: a queue is empty for a moment after a drop. */
const strugglingMs = 3000;

/** Networked outputs that are ordered to run, shed or not, by id. */
export function ordered(outputs: StudioState['outputs']): [string, Output][] {
  return Object.entries(outputs).filter(([, o]) => isNetworked(o.kind) && o.order === 'start');
}

/** The outputs that run, shed or not, or that would start with the air. */
export function demanding({ air, outputs }: Pick<StudioState, 'air' | 'outputs'>): Output[] {
  const live = air.order === 'live';
  return Object.values(outputs).filter((o) => o.order === 'start' || (!live && o.withAir));
}

/** Kb/s that leave the building now; 0 while air is not heard. */
export function sending(state: Pick<StudioState, 'air' | 'outputs'>): number {
  if (!state.air.connected) return 0;
  return Math.round(
    Object.values(state.outputs)
      .filter((o) => isNetworked(o.kind))
      .reduce((sum, o) => sum + o.bitrateKbps, 0),
  );
}

/** How far an output was behind at some moment. */
interface Lag {
  /** Monotonic ms. */
  readonly mono: number;
  readonly queueMs: number;
  readonly dropped: number;
}

/** What is remembered of a running output. */
export interface Track {
  /** What the present is compared with. */
  readonly from: Lag;
  /** When it was last seen falling behind, monotonic ms. */
  readonly behindAt: number | null;
}

/**
 * Whether an output falls behind on its way out between two looks: frames wait and are lost, or get no
 * fewer. One that works off what waits is well again; one that is frozen or refused has another
 * trouble, and so has one whose own encoder is too slow: one that encodes counts once air said why.
 */
export function fallsBehind(
  from: Pick<Lag, 'queueMs' | 'dropped'>,
  to: Pick<Output, 'kind' | 'state' | 'problem' | 'queueMs' | 'droppedFrames'>,
): boolean {
  const cause = to.problem?.cause ?? (to.kind === 'vertical' ? null : 'slow');
  if (to.state !== 'live' || cause !== 'slow' || to.queueMs < shortQueueMs) return false;
  return to.droppedFrames > from.dropped || to.queueMs >= from.queueMs;
}

/** The tracks of `running` outputs after a look at `mono`. */
export function nextTracks(
  tracks: ReadonlyMap<string, Track>,
  running: readonly (readonly [string, Output])[],
  mono: number,
): Map<string, Track> {
  return new Map(running.map(([id, output]) => [id, nextTrack(tracks.get(id), output, mono)]));
}

function nextTrack(track: Track | undefined, output: Output, mono: number): Track {
  const here: Lag = { mono, queueMs: output.queueMs, dropped: output.droppedFrames };
  if (!track) return { from: here, behindAt: null };
  const behindAt =
    track.behindAt !== null && output.state === 'live' && mono - track.behindAt <= strugglingMs
      ? track.behindAt
      : null;
  if (mono - track.from.mono < trendMs) return { from: track.from, behindAt };
  return { from: here, behindAt: fallsBehind(track.from, output) ? mono : behindAt };
}

/** Those that fall behind, by id. */
export function behind(tracks: ReadonlyMap<string, Track>): string[] {
  return [...tracks].flatMap(([id, { behindAt }]) => (behindAt === null ? [] : [id]));
}

/**
 * Whether the uplink, and not one platform, is why `lagging` outputs of `running` cannot keep up: several
 * at once, or too little by what a person declared or a test measured (`knownKbps`, after the reserve).
 */
export function explained(
  running: readonly Pick<Output, 'needKbps'>[],
  lagging: number,
  knownKbps: number | null,
): boolean {
  if (lagging === 0) return false;
  const need = running.reduce((sum, o) => sum + o.needKbps, 0);
  return lagging >= 2 || (knownKbps !== null && need > knownKbps);
}
