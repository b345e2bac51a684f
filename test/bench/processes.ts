// Processes under measurement: our own helpers, whose children a process has, and what each costs.
import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { pssMb } from '../../server/air/outputs/process-usage.ts';

const sampleMs = 2500;

/** CPU (percent of one core) and memory (proportional set size, MB). */
export interface Cost {
  readonly cpuPercent: number;
  readonly memoryMb: number;
}

/** Watches groups of processes from now on; `stop` gives each group's mean CPU and its largest memory seen. */
export function watchCosts<Name extends string>(
  groups: Readonly<Record<Name, readonly number[]>>,
): { stop(): Record<Name, Cost> } {
  const names = Object.keys(groups) as Name[];
  const sum = (name: Name, of: (pid: number) => number): number =>
    groups[name].reduce((all, pid) => all + of(pid), 0);
  // One that is gone has no memory, and keeps the time it took: air's helper asks for some ms each second.
  const spent = new Map<number, number>();
  const memory = (pid: number): number =>
    orGone(0, () => pssMb(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')));
  const cpu = (pid: number): number => {
    const ms = orGone(spent.get(pid) ?? 0, () => cpuMs(pid));
    spent.set(pid, ms);
    return ms;
  };
  const began = performance.now();
  const first = new Map(names.map((name) => [name, sum(name, cpu)]));
  const most = new Map(names.map((name) => [name, sum(name, memory)]));
  const look = (): void => {
    for (const name of names) most.set(name, Math.max(most.get(name) ?? 0, sum(name, memory)));
  };
  const timer = setInterval(look, sampleMs);
  return {
    stop() {
      clearInterval(timer);
      look();
      const lastedMs = performance.now() - began;
      const cost = (name: Name): Cost => ({
        cpuPercent: ((sum(name, cpu) - (first.get(name) ?? 0)) / lastedMs) * 100,
        memoryMb: most.get(name) ?? 0,
      });
      return Object.fromEntries(names.map((name) => [name, cost(name)])) as Record<Name, Cost>;
    },
  };
}

/** What `read` gives of a process in /proc, or `gone` when it is no longer there. */
function orGone(gone: number, read: () => number): number {
  try {
    return read();
  } catch {
    return gone;
  }
}

/** CPU time of all threads of a process so far, by the scheduler's own count: finer than its ticks. */
function cpuMs(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((all, thread) => {
    const [ns] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return all + Number(ns) / 1e6;
  }, 0);
}

/** A process and its command line. */
export interface Running {
  readonly pid: number;
  readonly command: string;
}

/** A process and all that it started, and they in turn; those that end meanwhile are left out. */
export function treeOf(root: number): Running[] {
  const found: Running[] = [];
  const waiting = [root];
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      for (const thread of readdirSync(`/proc/${pid}/task`)) {
        const children = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8');
        waiting.push(...children.split(' ').filter(Boolean).map(Number));
      }
      found.push({ pid, command });
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

/**
 * Memory that is the process's alone (anonymous, resident), MB; null when it is gone. Unlike the
 * proportional size it does not change with who else runs the same program.
 */
export function ownMemoryMb(pid: number): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kb = /^RssAnon:\s+(\d+)/m.exec(status)?.[1];
    return kb === undefined ? null : Number(kb) / 1024;
  } catch {
    return null;
  }
}

/** A helper of ours in its own process, spoken to by messages. */
export interface Helper<ToHelper, FromHelper> {
  readonly pid: number;
  send(message: ToHelper): void;
  onMessage(listener: (message: FromHelper) => void): void;
  /** SIGKILL; resolves when it is gone. */
  close(): Promise<void>;
}

/** Starts `file` of this folder with `args`; it ends with its parent. */
export function startHelper<ToHelper, FromHelper>(
  file: string,
  args: readonly string[] = [],
): Helper<ToHelper, FromHelper> {
  const child: ChildProcess = fork(new URL(file, import.meta.url), [...args], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    pid: child.pid ?? 0,
    send: (message) => void child.send(message as object),
    onMessage: (listener) => void child.on('message', (m) => listener(m as FromHelper)),
    async close() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
