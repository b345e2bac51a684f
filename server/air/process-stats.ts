// CPU and memory of air and everything it started, from /proc, at a slow pace.
import { readdir, readFile } from 'node:fs/promises';
import type { Clock } from '../core/clock.ts';
import { cpuTicks, pssMb } from './outputs/process-usage.ts';

export interface ProcessStats {
  /** Share of one core, percent, over the last period; 0 before the second sample. */
  readonly cpuPercent: number;
  /** Proportional set size of the whole tree. */
  readonly memoryMb: number;
}

export interface StatsService {
  get(): ProcessStats;
  close(): void;
}

/** smaps_rollup walks every page of a process: a few ms each, so not often. */
const periodMs = 5000;
const ticksPerSecond = 100;
const maxProcesses = 500;

interface Sample {
  readonly ticks: ReadonlyMap<number, number>;
  readonly memoryMb: number;
}

/** Measures the tree of `pid` each 5 s; figures stay 0 where there is no /proc. */
export function createProcessStats(clock: Clock, pid: number): StatsService {
  let stats: ProcessStats = { cpuPercent: 0, memoryMb: 0 };
  let last: { sample: Sample; mono: number } | null = null;
  let busy = false;
  let closed = false;

  async function measure(): Promise<void> {
    if (busy || closed) return;
    busy = true;
    try {
      const sample = await sampleTree(pid);
      const mono = clock.mono();
      let spent = 0;
      // A process seen for the first time spent all its ticks since; one that ended is not counted.
      for (const [id, ticks] of sample.ticks) spent += ticks - (last?.sample.ticks.get(id) ?? 0);
      const seconds = last ? (mono - last.mono) / 1000 : 0;
      const cpu = seconds > 0 ? (spent / ticksPerSecond / seconds) * 100 : 0;
      stats = { cpuPercent: round(cpu), memoryMb: round(sample.memoryMb) };
      last = { sample, mono };
    } finally {
      busy = false;
    }
  }

  void measure();
  const cancel = clock.every(periodMs, () => void measure());
  return {
    get: () => stats,
    close() {
      closed = true;
      cancel();
    },
  };
}

async function sampleTree(root: number): Promise<Sample> {
  const ticks = new Map<number, number>();
  let memoryMb = 0;
  const waiting = [root];
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    if (ticks.size >= maxProcesses) break;
    try {
      ticks.set(pid, cpuTicks(await readFile(`/proc/${pid}/stat`, 'utf8')));
      memoryMb += pssMb(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8'));
      for (const thread of await readdir(`/proc/${pid}/task`)) {
        const children = await readFile(`/proc/${pid}/task/${thread}/children`, 'utf8');
        for (const child of children.split(' ').filter(Boolean)) waiting.push(Number(child));
      }
    } catch {
      // It ended while we looked, or belongs to another user: what was read counts.
    }
  }
  return { ticks, memoryMb };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
