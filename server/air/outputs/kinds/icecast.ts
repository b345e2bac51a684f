// The AM radio feed: the program's audio through the radio chain, to an Icecast mount.
import { radioSettings } from '../../../contract/outputs.ts';
import { radioChain } from '../../radio/chain.ts';
import { radioArgs } from '../ffmpeg-args.ts';
import type { KindFacts, KindPlan } from '../plan.ts';
import { maxAgeMs } from './bounds.ts';

/** The plan of an `icecast` output. */
export function planIcecast({ target, order, caFile }: KindFacts): KindPlan {
  const chain = radioChain(radioSettings.parse(order.settings ?? {}));
  return {
    args: radioArgs(target, chain, { caFile, sendBufferBytes: 8192 }),
    queue: { maxBytes: 1e6, maxAgeMs, cutOn: 'any' },
    takes: 'audio',
    measures: true,
    ...(URL.canParse(target.url) ? { pulse: new URL('/', target.url).href } : {}),
  };
}
