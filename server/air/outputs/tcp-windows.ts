// How far the peers of our processes let them send, from the kernel by way of `ss`.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { readLines } from '../fed-process.ts';
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
  /** Ends what was started to ask. */
  close(): void;
}

export interface TcpWindowsPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly ssPath?: string;
}

type Asker = ChildProcessByStdio<Writable, Readable, null>;
type Waiter = (found: TcpWindow | null) => void;

const answerMs = 500;
/** Whoever asks within this time shares one question. */
const gatherMs = 20;
const restartMs = 10_000;
/** Exit codes of xargs: the program cannot be run, or is not there. */
const cannotRun = new Set([126, 127]);

/**
 * Asks through one `xargs` that stays and starts an `ss` for each question it reads: air itself would
 * stand still for 13 ms at each start of a process (measured with 150 MB in use). It ends by itself
 * when air is gone.
 */
export function createTcpWindows({ clock, log, ssPath = 'ss' }: TcpWindowsPorts): TcpWindows {
  /** By socket inode. */
  const waiting = new Map<string, Waiter>();
  const asked = new Set<number>();
  let asker: Asker | null = null;
  /** Not started again before. */
  let startAt = 0;
  let closed = false;

  function start(): Asker | null {
    if (closed || clock.mono() < startAt) return null;
    startAt = clock.mono() + restartMs;
    try {
      const { PATH = '/usr/sbin:/usr/bin:/sbin:/bin' } = process.env;
      const child = spawn('xargs', ['-L1', ssPath, '-tineHO'], {
        stdio: ['pipe', 'pipe', 'ignore'],
        env: { PATH },
      });
      child.once('error', ({ code }: NodeJS.ErrnoException) => gone(child, code === 'ENOENT'));
      child.once('exit', (code) => gone(child, code !== null && cannotRun.has(code)));
      // Short of descriptors the system gives a child without pipes, or none at all.
      child.stdin.on('error', nothing);
      readLines(child.stdout, heard);
      return child;
    } catch {
      return null;
    }
  }

  function gone(child: Asker, missing: boolean): void {
    if (asker !== child) return;
    asker = null;
    if (missing) startAt = Number.POSITIVE_INFINITY;
    if (missing && !closed)
      log.warn({ program: ssPath }, 'cannot run: a frozen platform shows later');
    for (const settle of waiting.values()) settle(null);
  }

  function heard(line: string): void {
    const seen = connectionIn(line);
    if (seen) waiting.get(seen.inode)?.(seen.window);
  }

  function ask(): void {
    const filter = [...asked].map((port) => `dport = :${port}`).join(' or ');
    asked.clear();
    asker ??= start();
    // One that hangs reads no more questions; it is ended, and another one asked later.
    if (asker?.stdin.writableNeedDrain === true) asker.kill('SIGKILL');
    asker?.stdin.write(`${filter}\n`);
  }

  return {
    async of(pid, port) {
      if (closed || (!asker && clock.mono() < startAt)) return null;
      const inodes = await socketsOf(pid).catch(() => new Set<string>());
      if (inodes.size === 0) return null;
      return new Promise((resolve) => {
        const settle: Waiter = (found) => {
          late();
          for (const inode of inodes) if (waiting.get(inode) === settle) waiting.delete(inode);
          resolve(found);
        };
        const late = clock.after(answerMs, () => settle(null));
        for (const inode of inodes) waiting.set(inode, settle);
        if (asked.size === 0) clock.after(gatherMs, ask);
        asked.add(port);
      });
    },
    close() {
      closed = true;
      asker?.stdin.end();
      for (const settle of waiting.values()) settle(null);
    },
  };
}

/** The connection in a line of `ss -tineHO`, which leaves out what is zero; null: there is none. */
export function connectionIn(line: string): { inode: string; window: TcpWindow } | null {
  const figure = (name: string) => new RegExp(`\\b${name}:(\\d+)`).exec(line)?.[1];
  const inode = figure('ino');
  if (inode === undefined) return null;
  const acked = Number(figure('bytes_acked') ?? 0);
  return { inode, window: { acked, window: Number(figure('snd_wnd') ?? 0) } };
}

function nothing(): void {
  // Its exit tells.
}
