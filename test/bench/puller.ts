// The simplest peer: one plain `ffmpeg -c copy` per destination, started again a second after each end.
import { spawn, type ChildProcess } from 'node:child_process';
import { atEnd } from './ends.ts';

export interface Puller {
  /** Of the present ffmpeg; 0 between two. */
  pid(): number;
  /** How often it was started. */
  starts(): number;
}

const restartMs = 1000;
/** Long enough to meet a key frame: it has to know of both streams before it writes its header. */
const probe = ['-fflags', '+nobuffer', '-analyzeduration', '4000000'];
/** A source or a destination that says nothing for 2 s is lost (ffmpeg counts in µs, and double). */
const patience = ['-rw_timeout', '1000000'];

/** Starts it from one RTMP address to another; it ends with the measurement. */
export function startPuller(from: string, to: string): Puller {
  let child: ChildProcess | null = null;
  let starts = 0;
  let ended = false;
  let timer: NodeJS.Timeout | null = null;
  const start = (): void => {
    const maps = ['-map', '0:v', '-map', '0:a', '-c', 'copy', '-f', 'flv'];
    const args = ['-nostdin', '-v', 'quiet', ...patience, ...probe, '-i', from];
    const started = spawn('ffmpeg', [...args, ...maps, ...patience, to], { stdio: 'ignore' });
    starts += 1;
    child = started;
    let gone = false;
    const again = (): void => {
      if (gone) return;
      gone = true;
      child = null;
      if (!ended) timer = setTimeout(start, restartMs);
    };
    started.once('error', again);
    started.once('exit', again);
  };
  start();
  atEnd(() => {
    ended = true;
    if (timer) clearTimeout(timer);
    child?.kill('SIGKILL');
  });
  return { pid: () => child?.pid ?? 0, starts: () => starts };
}
