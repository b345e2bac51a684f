// CPU and memory of one child process, from /proc.
import { readFile } from 'node:fs/promises';

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
