// CPU and memory of one child process, from /proc.
import { readdir, readFile } from 'node:fs/promises';

export interface Usage {
  /** Share of one core over the time since the last sample, percent. */
  readonly cpuPercent: number;
  /** Proportional set size: shared libraries are counted once among those who share them. */
  readonly memoryMb: number;
}

/** USER_HZ: the unit of /proc times, 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** The kernel walks every page of the process for its memory: some ms each time, so not often. */
const memoryMs = 5000;

/** Samples one process at each call (`now`: monotonic ms); null when it is gone or /proc is not there. */
export function createUsageSampler(pid: number): (now: number) => Promise<Usage | null> {
  let last: { ticks: number; at: number } | null = null;
  let memory: { mb: number; at: number } | null = null;
  return async (now) => {
    try {
      const ticks = cpuTicks(await readFile(`/proc/${pid}/stat`, 'utf8'));
      if (!memory || now - memory.at >= memoryMs) {
        memory = { mb: pssMb(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')), at: now };
      }
      const passed = last ? now - last.at : 0;
      const cpuPercent =
        last && passed > 0 ? ((ticks - last.ticks) / ticksPerSecond / (passed / 1000)) * 100 : 0;
      last = { ticks, at: now };
      return { cpuPercent: Math.round(cpuPercent * 10) / 10, memoryMb: memory.mb };
    } catch {
      return null;
    }
  };
}

/** User + system ticks of a /proc/PID/stat line; the name in brackets may hold spaces. */
export function cpuTicks(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}

/** `Pss:` of a smaps_rollup in MB, one decimal. */
export function pssMb(rollup: string): number {
  const kb = Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
  return Math.round(kb / 102.4) / 10;
}

/**
 * How much of the time since the last call (`now`: monotonic ms) the threads of `pid` ran or waited
 * for a processor, as a share; several threads make more than 1. Null at first, when it is gone, and
 * where the kernel does not count. Unlike its CPU time this tells a process that has enough from one
 * that is given too little by others.
 */
export function cpuHunger(pid: number): (now: number) => Promise<number | null> {
  let last: { at: number; threads: ReadonlyMap<string, number> } | null = null;
  return async (now) => {
    const before = last;
    const threads = await wantedNs(pid).catch(() => null);
    last = threads && { at: now, threads };
    if (!before || !threads || now <= before.at) return null;
    let wanted = 0;
    // One that ended in between is left out: little is lost, where a sum would go backwards.
    for (const [id, ns] of threads) wanted += ns - (before.threads.get(id) ?? 0);
    return wanted / 1e6 / (now - before.at);
  };
}

/** Of each thread: ns on a processor and waiting for one, since it began. */
async function wantedNs(pid: number): Promise<Map<string, number>> {
  const folder = `/proc/${pid}/task`;
  const threads = new Map<string, number>();
  for (const id of await readdir(folder)) {
    const line = await readFile(`${folder}/${id}/schedstat`, 'utf8').catch(() => null);
    if (line !== null) threads.set(id, schedNs(line));
  }
  if (threads.size === 0) throw new Error('no schedstat');
  return threads;
}

/** The sum of the first two figures of a /proc/PID/schedstat line: ns run, ns waited. */
export function schedNs(line: string): number {
  const [run, waited] = line.split(' ');
  return Number(run ?? 0) + Number(waited ?? 0);
}
