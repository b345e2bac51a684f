// Processes under measurement: our own helpers, whose children a process has, and what each costs.
import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { cpuTicks, pssMb } from '../../server/air/outputs/process-usage.ts';

/** USER_HZ, the unit of /proc times. */
const ticksPerSecond = 100;

/** CPU (percent of one core) and memory (proportional set size, MB) of a process. */
export interface Cost {
  readonly cpuPercent: number;
  readonly memoryMb: number;
}

/** Watches processes from now on; `stop` gives each one's mean CPU and its largest memory seen. */
export function watchCosts<Name extends string>(
  pids: Readonly<Record<Name, number>>,
): { stop(): Record<Name, Cost> } {
  const names = Object.keys(pids) as Name[];
  const ticks = (pid: number): number => cpuTicks(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const memory = (pid: number): number => pssMb(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  const began = performance.now();
  const first = new Map(names.map((name) => [name, ticks(pids[name])]));
  const most = new Map(names.map((name) => [name, memory(pids[name])]));
  const timer = setInterval(() => {
    for (const name of names) most.set(name, Math.max(most.get(name) ?? 0, memory(pids[name])));
  }, 2500);
  return {
    stop() {
      clearInterval(timer);
      const seconds = (performance.now() - began) / 1000;
      const cost = (name: Name): Cost => ({
        cpuPercent: ((ticks(pids[name]) - (first.get(name) ?? 0)) / ticksPerSecond / seconds) * 100,
        memoryMb: Math.max(most.get(name) ?? 0, memory(pids[name])),
      });
      return Object.fromEntries(names.map((name) => [name, cost(name)])) as Record<Name, Cost>;
    },
  };
}

/** Direct children of a process, with their command lines. */
export function childrenOf(pid: number): { pid: number; command: string }[] {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
    )
    .map((child) => ({
      pid: Number(child),
      command: readFileSync(`/proc/${child}/cmdline`, 'utf8').replaceAll('\0', ' '),
    }));
}

/** A helper of ours in its own process, spoken to by messages. */
export interface Helper<ToHelper, FromHelper> {
  readonly pid: number;
  send(message: ToHelper): void;
  onMessage(listener: (message: FromHelper) => void): void;
  close(): Promise<void>;
}

/** Starts `file` of this folder; it ends with its parent. */
export function startHelper<ToHelper, FromHelper>(file: string): Helper<ToHelper, FromHelper> {
  const child: ChildProcess = fork(new URL(file, import.meta.url), [], {
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
