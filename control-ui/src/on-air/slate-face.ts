// Whether «Ya regresamos» is on by hand, whichever way, and what comes on when it is taken off. Pure.
import type { AirState } from '../../../server/contract/air.ts';
import type { SwitcherState } from '../../../server/contract/switcher.ts';

/**
 * What comes on when it is taken off: `scene`; or `away` (nothing until OBS is back), `unknown` (nobody
 * knows what was before) or `gone` (OBS no longer has it). `name` is the scene of `scene` and `gone`.
 */
export interface WayBack {
  readonly to: 'scene' | 'away' | 'unknown' | 'gone';
  readonly name: string | null;
}

export interface SlateFace {
  /** `obs`: its slate scene is the program; `air`: air's own covers whatever OBS has. */
  readonly whose: 'obs' | 'air';
  /** A login name, or `obs` when somebody used OBS itself. */
  readonly by: string;
  readonly back: WayBack;
  /** False when only a take leads out. */
  readonly canTakeOff: boolean;
}

type Air = Pick<AirState, 'forced'>;
type Switcher = Pick<
  SwitcherState,
  'connection' | 'program' | 'programBy' | 'slateScene' | 'beforeSlate' | 'scenes'
>;

/** Actors that are no person: what they put on was planned. */
const automata: ReadonlySet<string> = new Set(['grid', 'supervisor', 'air']);

/** Null while it is not on, or the grid put it on, or it was found there. */
export function slateFace(air: Air, switcher: Switcher): SlateFace | null {
  const { connection, program, programBy: by, slateScene } = switcher;
  const scene = connection === 'connected' && program !== null && program === slateScene;
  if (air.forced) {
    const back = backTo(switcher, scene);
    return { whose: 'air', by: air.forced.by, back, canTakeOff: true };
  }
  if (!scene || by === null || automata.has(by)) return null;
  const back = backTo(switcher, scene);
  return { whose: 'obs', by, back, canTakeOff: back.to === 'scene' };
}

/** `scene`: OBS's slate scene is its program, so that what was before has to come back first. */
function backTo({ connection, program, beforeSlate, scenes }: Switcher, scene: boolean): WayBack {
  if (connection !== 'connected' || program === null) return { to: 'away', name: null };
  if (!scene) return { to: 'scene', name: program };
  if (beforeSlate === null) return { to: 'unknown', name: null };
  const there = scenes.some(({ name }) => name === beforeSlate);
  return { to: there ? 'scene' : 'gone', name: beforeSlate };
}
