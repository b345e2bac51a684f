// One ffmpeg that is fed on stdin: a group of its own, back-pressure, its last lines, an end step by step.
import { spawn, type ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';
import type { Readable } from 'node:stream';
import type { Clock } from '../core/clock.ts';
import { stopChild, type StopStep } from '../core/stop-child.ts';
import { openSecretFile } from './outputs/secret-file.ts';

export interface FedProcessPorts {
  readonly clock: Clock;
  readonly ffmpegPath: string;
  /** What goes to its stdin next; undefined while nothing waits. Asked only while it takes more. */
  readonly next: () => Buffer | undefined;
  /** What is kept of a line of its stderr; null: nothing. */
  readonly keep: (line: string) => string | null;
  /** How many of its last lines are kept, and how much of each. */
  readonly kept: { readonly lines: number; readonly chars: number };
  /** How long it may take to end after the end of its input, and after SIGINT; then comes SIGKILL. */
  readonly patience: { readonly endMs: number; readonly interruptMs: number };
  /** Called once, as soon as nothing more is fed to it, whatever the reason. */
  readonly onUnfed: () => void;
}

/** How it is started. */
export interface Launch {
  readonly args: readonly string[];
  /** Goes to its stdin before anything else. */
  readonly head: Buffer;
  /** Its descriptors beside stdin and stderr: a pipe to us, or one of ours. stdout goes nowhere unless named. */
  readonly descriptors: Readonly<Record<number, 'pipe' | number>>;
  /** Text that it reads at descriptor `fd`, from a file without a name. */
  readonly secret?: { readonly fd: number; readonly text: string };
  /** Raised for what must yield to others; 0 unless told otherwise. */
  readonly niceness?: number | undefined;
}

/** How it went; both null when it was ended before it was started. */
export interface Ending {
  /** Why the system would not start it. */
  readonly failed: string | null;
  /** Its exit code, or the signal that ended it. */
  readonly exit: string | null;
}

export interface FedProcess {
  /** Null before it was started, and when it could not be. */
  readonly pid: number | null;
  /** Whether `start` was called and the system began it. */
  readonly started: boolean;
  /** False once it is told to end, or is gone. */
  readonly feeding: boolean;
  /** Its last lines, oldest first. */
  readonly lines: readonly string[];
  /** The child, for its other descriptors; null when the system would not start it: `gone` tells why. */
  start(launch: Launch): ChildProcess | null;
  /** Writes what waits, for as long as it takes it; the rest follows by itself. */
  feed(): void;
  /** Adds a line of our own to its last ones. */
  say(line: string): void;
  /** Lets it end by itself, then makes it; resolves when it is gone. */
  end(): Promise<void>;
  /** Ends it at once, with a line that says why where one is given. */
  kill(why?: string): void;
  /** Resolves once, when it is gone and its last line was read. */
  readonly gone: Promise<Ending>;
}

/** Makes one that is not started yet. Never throws: what fails shows in `gone`. */
export function createFedProcess(ports: FedProcessPorts): FedProcess {
  const { clock, kept } = ports;
  const lines: string[] = [];
  let child: ChildProcess | null = null;
  let feeding = true;
  let blocked = false;
  let settle: (ending: Ending) => void = nothing;
  const gone = new Promise<Ending>((resolve) => {
    settle = resolve;
  });

  function stop(): void {
    if (!feeding) return;
    feeding = false;
    ports.onUnfed();
  }

  function finish(ending: Ending): void {
    stop();
    settle(ending);
  }

  function say(line: string): void {
    lines.push(line.slice(0, kept.chars));
    if (lines.length > kept.lines) lines.shift();
  }

  function feed(): void {
    while (feeding && !blocked) {
      const bytes = child?.stdin ? ports.next() : undefined;
      if (!bytes) return;
      write(bytes);
    }
  }

  function write(bytes: Buffer): void {
    const stdin = child?.stdin;
    if (!stdin || stdin.write(bytes)) return;
    blocked = true;
    stdin.once('drain', () => {
      blocked = false;
      feed();
    });
  }

  function start(launch: Launch): ChildProcess | null {
    try {
      child = launched(ports.ffmpegPath, launch);
    } catch (error) {
      const failed = error instanceof Error ? error.message : String(error);
      say(failed);
      finish({ failed, exit: null });
      return null;
    }
    const mine = child;
    mine.once('error', (error) => {
      say(error.message);
      if (mine.pid === undefined) finish({ failed: error.message, exit: null });
    });
    // `close` comes after the last line was read; `exit` may come before it.
    mine.once('close', (code, signal) => finish({ failed: null, exit: String(signal ?? code) }));
    // Out of descriptors, there are no pipes at all; `error` tells.
    if (!mine.stdin || !mine.stderr) return null;
    // It may be gone while we write; `close` tells.
    mine.stdin.on('error', nothing);
    readLines(mine.stderr, (line) => {
      const words = ports.keep(line);
      if (words !== null) say(words);
    });
    write(launch.head);
    return mine;
  }

  return {
    get pid() {
      return child?.pid ?? null;
    },
    get started() {
      return child !== null;
    },
    get feeding() {
      return feeding;
    },
    lines,
    start,
    feed,
    say,
    async end() {
      stop();
      if (child) await stopChild(clock, child, stopLadder(ports.patience));
      else settle({ failed: null, exit: null });
    },
    kill(why) {
      if (why !== undefined) say(why);
      stop();
      if (child) child.kill('SIGKILL');
      else settle({ failed: null, exit: null });
    },
    gone,
  };
}

function stopLadder({ endMs, interruptMs }: FedProcessPorts['patience']): readonly StopStep[] {
  return [
    // Whatever waits for it is let go: a stop is a stop, and the trailer must still get out.
    { act: (child) => child.stdin?.end(), waitMs: endMs },
    { act: (child) => child.kill('SIGINT'), waitMs: interruptMs },
  ];
}

function launched(ffmpegPath: string, launch: Launch): ChildProcess {
  const secret = launch.secret ? openSecretFile(launch.secret.text) : null;
  try {
    const stdio: (number | 'pipe' | 'ignore')[] = ['pipe', 'ignore', 'pipe'];
    for (const [fd, to] of Object.entries(launch.descriptors)) stdio[Number(fd)] = to;
    if (secret && launch.secret) stdio[launch.secret.fd] = secret.fd;
    const child = spawn(ffmpegPath, [...launch.args], {
      stdio,
      // Its own group: a Ctrl-C in the terminal reaches us, and we end it in order.
      detached: true,
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', AV_LOG_FORCE_NOCOLOR: '1' },
    });
    // Before it has threads of its own: they inherit it.
    if (launch.niceness && child.pid !== undefined) yieldTo(child.pid, launch.niceness);
    return child;
  } finally {
    secret?.close();
  }
}

function yieldTo(pid: number, niceness: number): void {
  try {
    setPriority(pid, niceness);
  } catch {
    // It is gone already; `close` tells why.
  }
}

/** Hands on what a child says, as text; its end is told elsewhere. */
export function readText(stream: Readable, use: (text: string) => void): void {
  stream.setEncoding('utf8');
  stream.on('data', use);
  stream.on('error', nothing);
}

/** Reads whole lines, but for empty ones; what is longer than 4000 characters loses its beginning. */
export function readLines(stream: Readable, use: (line: string) => void): void {
  let rest = '';
  readText(stream, (text) => {
    const parts = (rest + text).split('\n');
    rest = (parts.pop() ?? '').slice(-4000);
    for (const line of parts) if (line.trim()) use(line);
  });
}

function nothing(): void {
  // Deliberately: there is nothing to undo, or `gone` tells it.
}
