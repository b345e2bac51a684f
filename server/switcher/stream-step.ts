// The next step of OBS's own stream: what is wanted against what is.
import type { SwitcherState } from '../contract/switcher.ts';

/** Where OBS sends the program: an RTMP application and its stream key (a secret). */
export interface StreamTarget {
  readonly server: string;
  readonly key: string;
}

/** What OBS says of its stream. */
export interface StreamSeen {
  readonly state: SwitcherState['streaming'];
  /** What its settings hold, and what it streams to while it does. */
  readonly target: StreamTarget | null;
}

export type StreamStep = 'none' | 'wait' | 'stop' | 'configure' | 'start';

/** One step towards the order (null: off). OBS must be off to be configured, and is started at most once at a time. */
export function streamStep(order: StreamTarget | null, seen: StreamSeen): StreamStep {
  // While OBS connects it can be neither stopped nor safely started again.
  if (seen.state === 'starting' || seen.state === 'stopping') return 'wait';
  const running = seen.state !== 'off';
  if (order === null) return running ? 'stop' : 'none';
  const same = seen.target?.server === order.server && seen.target.key === order.key;
  if (running) return same ? 'none' : 'stop';
  return same ? 'start' : 'configure';
}
