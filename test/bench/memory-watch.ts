// Memory over a long time: what each part of a tree of processes holds, sampled, and which way it goes.
import { machineMs, mean, trend, type Trend } from './figures.ts';
import { ownMemoryMb, treeOf, type Running } from './processes.ts';

/** What a part held, MB, and how it changed. */
export interface MemoryCourse extends Trend {
  readonly name: string;
  /** Means of the first and the last minute that count. */
  readonly first: number;
  readonly last: number;
  /** How it changed in the second half: what only warms up grows less by then, what leaks does not. */
  readonly late: Trend;
  /** Processes seen: more than were started at first means that some were replaced. */
  readonly processes: number;
}

export interface MemoryWatch {
  /** The newest sum of all parts, MB. */
  total(): number;
  /** Ends it and gives what was seen from `from` (ms of the machine's clock) on, the sum of all parts last. */
  stop(from: number): MemoryCourse[];
}

const sampleMs = 5000;
const edgeMs = 60_000;

interface Sample {
  readonly at: number;
  readonly byName: ReadonlyMap<string, number>;
}

/** Samples the trees of `roots` each 5 s; `nameOf` says which part of the table a process belongs to. */
export function watchMemory(
  roots: () => readonly number[],
  nameOf: (process: Running) => string,
): MemoryWatch {
  const samples: Sample[] = [];
  const seen = new Map<string, Set<number>>();
  const look = (): void => {
    const byName = new Map<string, number>();
    for (const process of roots().flatMap(treeOf)) {
      const mb = ownMemoryMb(process.pid);
      if (mb === null) continue;
      const name = nameOf(process);
      byName.set(name, (byName.get(name) ?? 0) + mb);
      seen.set(name, (seen.get(name) ?? new Set()).add(process.pid));
    }
    samples.push({ at: machineMs(), byName });
  };
  look();
  const timer = setInterval(look, sampleMs);
  const sumOf = (sample: Sample): number => [...sample.byName.values()].reduce((a, b) => a + b, 0);
  return {
    total: () => sumOf(samples.at(-1) ?? { at: 0, byName: new Map() }),
    stop(from) {
      clearInterval(timer);
      const counted = samples.filter((s) => s.at >= from);
      const course = (name: string, of: (s: Sample) => number, processes: number): MemoryCourse => {
        const values = counted.map((s) => ({ at: s.at, value: of(s) }));
        const end = values.at(-1)?.at ?? 0;
        const middle = (from + end) / 2;
        return {
          name,
          ...trend(values),
          late: trend(values.filter((v) => v.at > middle)),
          first: mean(values.filter((v) => v.at < from + edgeMs).map((v) => v.value)),
          last: mean(values.filter((v) => v.at > end - edgeMs).map((v) => v.value)),
          processes,
        };
      };
      const parts = [...seen].map(([name, pids]) =>
        course(name, (s) => s.byName.get(name) ?? 0, pids.size),
      );
      const all = [...seen.values()].reduce((count, pids) => count + pids.size, 0);
      return [...parts, course('todo / all', sumOf, all)];
    },
  };
}
