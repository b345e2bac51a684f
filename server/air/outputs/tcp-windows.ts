// How far the peers of our processes let them send, from the kernel by way of `ss`.
import { execFile } from 'node:child_process';
import { setImmediate as turn } from 'node:timers/promises';
import type { Log } from '../../core/log.ts';
import { socketsOf } from './tcp-backlog.ts';

/** One connection as its sender sees it, bytes. */
export interface TcpWindow {
  /** Taken by the peer's kernel since the connection began. */
  readonly acked: number;
  /** What that kernel would still take beyond them. */
  readonly window: number;
}

export interface TcpWindows {
  /** The connection of the process `pid` to a far `port`; null: none, gone, or nobody to ask. */
  of(pid: number, port: number): Promise<TcpWindow | null>;
}

const deadlineMs = 1000;
const most = { answerBytes: 4 * 1024 * 1024 };

type ByInode = ReadonlyMap<string, TcpWindow>;

/** Whoever asks in the same turn shares one `ss`, which sees only connections to the asked ports. */
export function createTcpWindows({
  log,
  ssPath = 'ss',
}: {
  readonly log: Log;
  readonly ssPath?: string;
}): TcpWindows {
  let round: { readonly ports: Set<number>; readonly answer: Promise<ByInode> } | null = null;
  let missing = false;

  function open(): NonNullable<typeof round> {
    const ports = new Set<number>();
    const answer = turn().then(() => {
      round = null;
      return list(ports);
    });
    return { ports, answer };
  }

  function list(ports: ReadonlySet<number>): Promise<ByInode> {
    const filter = [...ports].flatMap((port) => ['or', 'dport', '=', `:${port}`]).slice(1);
    return new Promise((resolve) => {
      execFile(
        ssPath,
        ['-tineHO', ...filter],
        { timeout: deadlineMs, killSignal: 'SIGKILL', maxBuffer: most.answerBytes },
        (error, stdout) => {
          if (error?.code === 'ENOENT' && !missing) {
            missing = true;
            log.warn({ program: ssPath }, 'not installed: a frozen platform is told later');
          }
          resolve(error ? new Map() : windowsIn(stdout));
        },
      );
    });
  }

  return {
    async of(pid, port) {
      if (missing) return null;
      round ??= open();
      round.ports.add(port);
      const [windows, inodes] = await Promise.all([
        round.answer,
        socketsOf(pid).catch(() => new Set<string>()),
      ]);
      for (const inode of inodes) {
        const found = windows.get(inode);
        if (found) return found;
      }
      return null;
    },
  };
}

/** By socket inode, of the lines of `ss -tineHO`; what is zero or unknown there is left out by it. */
export function windowsIn(text: string): Map<string, TcpWindow> {
  const windows = new Map<string, TcpWindow>();
  for (const line of text.split('\n')) {
    const inode = /\bino:(\d+)/.exec(line)?.[1];
    if (inode === undefined) continue;
    windows.set(inode, {
      acked: Number(/\bbytes_acked:(\d+)/.exec(line)?.[1] ?? 0),
      window: Number(/\bsnd_wnd:(\d+)/.exec(line)?.[1] ?? 0),
    });
  }
  return windows;
}
