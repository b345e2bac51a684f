// Tally: which scenes are on air, in preview or neither, as the switcher reported it.
import type { AirState } from '../../../server/contract/air.ts';
import type { SwitcherState } from '../../../server/contract/switcher.ts';

/** `program` is red only while `isOut` says that it goes out; `preview` is always green. */
export interface Tally {
  readonly program: boolean;
  readonly preview: boolean;
}

type Facts = Pick<SwitcherState, 'program' | 'preview' | 'transition' | 'connection'>;

/** Whether the public sees OBS's program: not off the air, nor while the slate or a stand-in goes out. */
export function isOut({ onAir, feeding }: Pick<AirState, 'onAir' | 'feeding'>): boolean {
  return onAir && feeding === 'program';
}

/** A scene being mixed in counts as program: its picture is already going out. */
export function tallyOf(scene: string, switcher: Facts): Tally {
  if (switcher.connection !== 'connected') return { program: false, preview: false };
  const mixing = switcher.transition.phase === 'settled' ? null : switcher.transition.to;
  return {
    program: scene === switcher.program || scene === mixing,
    preview: scene === switcher.preview,
  };
}
