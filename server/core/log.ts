// Structured logs on stderr (stdout is for people), with every secret-bearing field removed; readable lines
// where stderr is a terminal.
import pino from 'pino';
import { logLine } from './log-line.ts';

/** What a room needs of a logger. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(bindings: Record<string, unknown>): Log;
}

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

const secretNames = [
  'key',
  'password',
  'token',
  'passphrase',
  'secret',
  'programKey',
  'playKey',
  'backupKey',
  'authorization',
  'cookie',
];

/** Lines a sink that takes none may owe, in bytes; more are dropped. */
const mostOwed = 1_000_000;

/**
 * A logger whose lines never carry fields with the names of secrets, at the top or one level down.
 * `terminal`: a person reads them; else they are JSON, one object a line.
 */
export function createLog(
  level: LogLevel,
  name: string,
  terminal: boolean = process.stderr.isTTY,
): Log {
  const sink = pino.destination({ dest: 2, sync: true, maxLength: mostOwed });
  // A full disk or a closed terminal takes no lines: whoever has something to say must not fail of it.
  sink.on('error', () => undefined);
  return pino(
    {
      level,
      name,
      redact: {
        paths: secretNames.flatMap((n) => [n, `*.${n}`, `*.*.${n}`]),
        censor: '[redacted]',
      },
    },
    terminal ? { write: (line) => void sink.write(logLine(line)) } : sink,
  );
}

/** A logger that drops everything, for tests of pure services. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};
