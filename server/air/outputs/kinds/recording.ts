// TODO of this very release: replaced by its owner.
import type { WrongTarget } from '../address.ts';
import type { KindFacts, KindPlan } from '../plan.ts';

/** The plan of a `recording` output. */
export function planRecording(_facts: KindFacts): KindPlan | WrongTarget {
  return { wrong: 'not built yet' };
}
