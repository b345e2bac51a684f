// Plays a reel in real time, from its first key frame, for ever.
import type { Cancel, Clock } from '../../core/clock.ts';
import type { FlvTag } from './flv-tag.ts';
import { createReelLoop } from './reel-loop.ts';
import type { Reel } from './reel.ts';

export interface ReelPlayer {
  /** Starts `reel` from its first key frame, which is sent before this returns. */
  play(reel: Reel): void;
  stop(): void;
}

/** Later than this and the process itself stood still: the reel is moved on, never poured out. */
const maxLateMs = 500;

/** Makes a player that gives each tag to `send` at its time; timestamps grow over the loops. */
export function createReelPlayer(clock: Clock, send: (tag: FlvTag) => void): ReelPlayer {
  let cancel: Cancel | null = null;
  /** Each play has its own number: a `send` that stops or restarts the player ends the old run. */
  let run = 0;

  function stop(): void {
    run += 1;
    cancel?.();
    cancel = null;
  }

  return {
    stop,
    play(reel) {
      stop();
      const mine = run;
      const loop = createReelLoop(reel);
      let started = clock.mono();
      if (reel.script) send(reel.script);
      if (mine === run) send(reel.videoHeader);
      if (mine === run) send(reel.audioHeader);
      const pump = (): void => {
        const elapsed = clock.mono() - started;
        while (mine === run) {
          const due = loop.due();
          if (due > elapsed) {
            cancel = clock.after(due - elapsed, pump);
            return;
          }
          if (elapsed - due > maxLateMs) {
            started += elapsed - due;
            cancel = clock.after(0, pump);
            return;
          }
          send(loop.next());
        }
      };
      if (mine === run) pump();
    },
  };
}
